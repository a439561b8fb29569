package report_test

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"

	"duet/engine"
	"duet/ui/report"
)

// past is that of two lanes in which something changes for a while.
func past(steps int) report.Past {
	p := report.Past{
		Series: engine.Series{Step: 100 * time.Millisecond},
		Marks: []engine.Change{
			{At: 8 * time.Second, Path: "load.rate", Value: "300/s"},
			{At: 9 * time.Second, Fault: &engine.Fault{Kind: engine.FaultStall, Target: "charge", Lane: "event", For: 2 * time.Second}},
		},
	}
	nan := float32(math.NaN())
	for range 2 {
		var l engine.LaneSeries
		for i := range steps {
			v := float32(10 + i%7)
			l.Depth, l.DepthMax = append(l.Depth, v), append(l.DepthMax, v+5)
			l.Backlog, l.BacklogMax = append(l.Backlog, 0), append(l.BacklogMax, 0)
			l.InFlight, l.Done, l.Bad = append(l.InFlight, 2), append(l.Done, v), append(l.Bad, 0)
			if i%10 == 3 {
				l.P50, l.P99 = append(l.P50, nan), append(l.P99, nan)
			} else {
				l.P50, l.P99 = append(l.P50, v/1000), append(l.P99, v*v/1000)
			}
		}
		p.Series.Lanes = append(p.Series.Lanes, l)
	}
	p.Series.Offered = p.Series.Lanes[0].Done
	return p
}

func shopPage() *report.Report {
	s := decodeShop()
	return report.Of(report.Outcome{Snapshot: snapshot(s), Findings: findings, Began: s, Past: []report.Past{past(302)}})
}

func decodeShop() *engine.Scenario {
	s, err := engine.Decode("shop.yaml", []byte(shop))
	if err != nil {
		panic(err)
	}
	return s
}

func page(t testing.TB, r *report.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.WriteHTML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestPageSkeleton is the page without its style sheet and what is drawn.
func TestPageSkeleton(t *testing.T) {
	text := page(t, shopPage())
	text = regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(text, "<style>…</style>")
	text = regexp.MustCompile(`(?s)<svg xmlns.*?</svg>`).ReplaceAllString(text, "<svg>…</svg>")
	text = regexp.MustCompile(`<svg viewBox.*?</svg>`).ReplaceAllString(text, "")
	golden.RequireEqual(t, []byte(text))
}

func TestPageNeedsNothingElse(t *testing.T) {
	for _, r := range []*report.Report{shopPage(), troubled(t)} {
		text := strings.ReplaceAll(page(t, r), `xmlns="http://www.w3.org/2000/svg"`, "")
		for _, never := range []string{"<script", "http:", "https:", "src=", "href=", "@import", "url(", "javascript", "onload", "D0E7"} {
			if strings.Contains(text, never) {
				t.Errorf("%s in the page", never)
			}
		}
		for _, want := range []string{"default-src 'none'", "prefers-color-scheme: dark", "@media print", `name="viewport"`} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is not in the page", want)
			}
		}
	}
}

func TestPageHasAllOfEveryCase(t *testing.T) {
	text := page(t, troubled(t))
	for _, want := range []string{
		"case dying", "case slowed", "message is dead: a panic in charge", "interrupted: the figures end where the run did",
		"not checked: slowed down", "off by", "the lanes ran one after another",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	if strings.Contains(text, "<figure") {
		t.Error("charts of what was not recorded")
	}
}

// TestPageEscapes: whatever people write into a scenario is text.
func TestPageEscapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		evil := rapid.SampledFrom([]string{
			"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</style><b>", "</pre></details>", "{{.}}", "&amp;<", "\x1b[31m", "\u202e",
		})
		s := decodeShop()
		s.Title, s.Story, s.Name = evil.Draw(t, "title"), evil.Draw(t, "story"), evil.Draw(t, "name")
		s.Case = evil.Draw(t, "case")
		s.Expect = append(s.Expect, engine.Claim{Text: evil.Draw(t, "claim")})
		snap := snapshot(s)
		snap.Lanes[0].Name, snap.Lanes[0].Handlers[0].Name = evil.Draw(t, "lane"), evil.Draw(t, "handler")
		snap.Lanes[0].Dead = evil.Draw(t, "dead")
		p := past(20)
		p.Marks[0].Value = evil.Draw(t, "value")
		r := report.Of(report.Outcome{
			Snapshot: snap, Past: []report.Past{p}, Findings: []report.Finding{{Lane: evil.Draw(t, "where"), Text: evil.Draw(t, "text"), Severity: "bad"}},
		})
		var out bytes.Buffer
		if err := r.WriteHTML(&out); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		for _, never := range []string{"<script", "<img", "</style><b>", "</pre></details>"} {
			if strings.Contains(text, never) {
				t.Fatalf("%s is in the page as it was written", never)
			}
		}
	})
}

func TestCSV(t *testing.T) {
	var out bytes.Buffer
	if err := troubled(t).WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	golden.RequireEqual(t, out.Bytes())
}

// TestCSVHasTheSameColumnsWhateverIsKnown: an interval and theory's percentiles
// are not always there.
func TestCSVHasTheSameColumnsWhateverIsKnown(t *testing.T) {
	columns := func(change func(s *engine.Snapshot)) string {
		snap := snapshot(decode(t, queue))
		change(snap)
		var out bytes.Buffer
		if err := report.Of(report.Outcome{Snapshot: snap}).WriteCSV(&out); err != nil {
			t.Fatal(err)
		}
		header, _, _ := strings.Cut(out.String(), "\n")
		return header
	}
	known := columns(func(*engine.Snapshot) {})
	unknown := columns(func(s *engine.Snapshot) {
		s.Changes = 1
		for i := range s.Lanes {
			s.Lanes[i].Whole.Latency.CI95 = nil
		}
	})
	if known != unknown {
		t.Errorf("known:   %s\nunknown: %s", known, unknown)
	}
	for _, want := range []string{"latency.ci95.0,latency.ci95.1", "theory.wait.p99", "theory.latency.p50", "handlers.charge.wait.mean"} {
		if !strings.Contains(known, ","+want+",") {
			t.Errorf("%s is no column of %s", want, known)
		}
	}
}

// TestPastIsDrawnWhateverItIs: any number of steps, of lanes, in turn or not.
func TestPastIsDrawnWhateverItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := decodeShop()
		snap := snapshot(s)
		steps := rapid.IntRange(0, 4000)
		var all []report.Past
		for range rapid.IntRange(0, 3).Draw(t, "runs") {
			p := past(steps.Draw(t, "steps"))
			p.Series.Lanes = p.Series.Lanes[:rapid.IntRange(0, 2).Draw(t, "lanes")]
			all = append(all, p)
		}
		var out bytes.Buffer
		if err := report.Of(report.Outcome{Snapshot: snap, Past: all, Began: s}).WriteHTML(&out); err != nil {
			t.Fatal(err)
		}
		if out.Len() > 400_000 {
			t.Fatalf("a page of %d bytes", out.Len())
		}
	})
}
