package report_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"

	"duet/engine"
	"duet/ui/report"
)

// shop has claims of every kind: that hold, that fail, of a part of the run,
// of virtual runs, of what was not measured.
const shop = `
duet: 1
title: A shop
seed: 42
duration: 30s
warmup: 5s
load: {rate: 100/s}
handlers:
  - {name: charge, service: {mean: 20ms}}
  - {name: mail, service: {mean: 5ms}}
expect:
  - message.offered == event.offered
  - event.latency.p99 > 2 * message.latency.p99
  - {claim: message.depth.max < 10, during: 10s..20s}
  - {claim: message.latency.mean within 5% of 31ms, in: virtual}
  - message.latency_naive.p99 > 1s
`

func decode(t rapid.TB, text string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("shop.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ms(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }

func summary(count int64, mean time.Duration) engine.Summary {
	return engine.Summary{
		Count: count, Mean: mean, P50: mean * 7 / 10, P90: mean * 23 / 10, P95: mean * 3,
		P99: mean * 46 / 10, P999: mean * 69 / 10, Max: mean * 9,
	}
}

// lane is one whose numbers all differ, so that none can stand in for another.
func lane(name string, model engine.Model, slow time.Duration) engine.LaneSnapshot {
	latency := summary(2480, 50*slow)
	latency.CI95 = &[2]time.Duration{45 * slow, 55 * slow}
	whole := engine.Window{
		Throughput: 98.7, Goodput: 97.6, Utilisation: 0.81, PWait: 0.45, Blocked: ms(1234),
		Depth: engine.Gauge{Now: 1, Mean: 2.3, Max: 45}, Backlog: engine.Gauge{Now: 2, Mean: 3.4, Max: 56},
		InSystem: engine.Gauge{Now: 3, Mean: 4.5, Max: 67},
		Publish:  summary(2500, slow/1000), Wait: summary(2490, 30*slow), Service: summary(2481, 20*slow),
		Latency: latency, Lateness: summary(2470, slow/20),
		Order:  engine.Disorder{Late: 210, MaxDisplacement: 17, KeyLate: 21},
		Ledger: engine.Ledger{Offered: 2500, Done: 2480, Failed: 12, Waiting: 5, InFlight: 3},
	}
	ledger := engine.Ledger{
		Offered: 12_345, Done: 12_000, Failed: 200, Dropped: 100, DeadLettered: 20, Lost: 15, Waiting: 7, InFlight: 3,
		Redelivered: 33, Duplicates: 4, Skipped: 6, Attempts: 12_378,
	}
	handler := func(name string, mean time.Duration) engine.HandlerSnapshot {
		return engine.HandlerSnapshot{
			Name: name, Ledger: ledger, Workers: 2, WholeUtilisation: 0.8, Depth: engine.Gauge{Mean: 1.2, Max: 30},
			WholeWait: summary(2490, 2*mean), WholeService: summary(2490, mean),
		}
	}
	return engine.LaneSnapshot{
		Name: name, Model: model, Ledger: ledger, Whole: whole, Parts: []engine.Window{whole},
		OldestWaiting: ms(890), Goroutines: engine.Gauge{Now: 6, Mean: 5.5, Max: 9},
		Handlers: []engine.HandlerSnapshot{handler("charge", 20*slow), handler("mail", 5*slow)},
	}
}

func snapshot(s *engine.Scenario) *engine.Snapshot {
	return &engine.Snapshot{
		Mode: engine.Real, Scenario: s, At: ms(30_250), Speed: 1, Finished: true, Quiescent: true, Offered: 12_345,
		Lanes:   []engine.LaneSnapshot{lane("message", engine.Message, ms(1)), lane("event", engine.EventModel, ms(3))},
		Machine: engine.Machine{Go: "go1.26", GOMAXPROCS: 2, Cores: 2, OS: "linux", Arch: "amd64"},
	}
}

var findings = []report.Finding{
	{
		Lane: "message", Kind: "blocked", Severity: "warning", From: 8, To: 18.5,
		Text: "producers stand at the full queue of charge 79% of the time (99/s arrive, 2 workers finish 66/s); 123 items wait outside.",
	},
	{Kind: "idle", Severity: "good", From: 20, To: 20, Text: "nothing arrives, and nothing is left to do."},
}

func TestTextOfAScenarioWithoutCases(t *testing.T) {
	r := report.Of(report.Outcome{Snapshot: snapshot(decode(t, shop)), Findings: findings})
	golden.RequireEqual(t, text(t, r))
}

func TestJSONOfAScenarioWithoutCases(t *testing.T) {
	r := report.Of(report.Outcome{Snapshot: snapshot(decode(t, shop)), Findings: findings})
	golden.RequireEqual(t, document(t, r))
}

// troubled are the runs of two cases in which much goes wrong.
func troubled(t *testing.T) *report.Report {
	const cases = `
cases:
  - name: dying
  - {name: slowed, set: {seed: 43, warmup: 0s}}
`
	variants := decode(t, shop+cases).Variants()
	dying, slowed := snapshot(variants[0]), snapshot(variants[1])
	dying.At, dying.Quiescent = ms(4000), false
	dying.Lanes[0].Dead = "a panic in charge, which nobody recovered from"
	dying.Lanes[0].Whole = engine.Window{}
	dying.Lanes[1].AtLimit = true
	slowed.Slowed, slowed.Unlinked = true, true
	slowed.Lanes[1].Ledger.Done++
	return report.Of(report.Outcome{Snapshot: dying, Interrupted: true, Findings: findings}, report.Outcome{Snapshot: slowed, InTurn: true})
}

func TestTextOfTroubledCases(t *testing.T) { golden.RequireEqual(t, text(t, troubled(t))) }

func TestColourSaysNothingMore(t *testing.T) {
	r := troubled(t)
	var coloured bytes.Buffer
	if err := r.WriteText(&coloured, true); err != nil {
		t.Fatal(err)
	}
	plain := coloured.String()
	for _, code := range []string{"\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[m"} {
		plain = strings.ReplaceAll(plain, code, "")
	}
	if plain == coloured.String() {
		t.Error("there is no colour in it")
	}
	if plain != string(text(t, r)) {
		t.Error("without its colours the text is another")
	}
}

func TestSeveralCasesHaveNoLanesAtTheTop(t *testing.T) {
	var got map[string]any
	if err := json.Unmarshal(document(t, troubled(t)), &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lanes", "expect"} {
		if _, ok := got[name]; ok {
			t.Errorf("%s of which case?", name)
		}
	}
	if n := len(got["cases"].([]any)); n != 2 {
		t.Errorf("%d cases, want 2", n)
	}
	if got["seconds"] != 34.25 {
		t.Errorf("%v seconds, want those of both cases: 34.25", got["seconds"])
	}
}

func TestClaims(t *testing.T) {
	s := decode(t, shop)
	whole := snapshot(s)
	virtual := snapshot(s)
	virtual.Mode = engine.Virtual
	short := snapshot(s)
	short.At = ms(15_000)
	for _, c := range []struct {
		name                        string
		run                         report.Outcome
		checked, failed, notChecked int
	}{
		// event's p99 is thrice message's; the depth of 10s..20s was 45; the naive p99 is of nothing.
		{"real", report.Outcome{Snapshot: whole}, 4, 2, 1},
		{"virtual", report.Outcome{Snapshot: virtual}, 5, 3, 0},
		{"interrupted", report.Outcome{Snapshot: whole, Interrupted: true}, 0, 0, 5},
		{"too short for a part", report.Outcome{Snapshot: short}, 3, 1, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := report.Of(c.run)
			checked, failed := r.Claims()
			if n := len(r.Cases[0].NotChecked); checked != c.checked || failed != c.failed || n != c.notChecked {
				t.Errorf("%d checked, %d failed, %d not checked; want %d, %d, %d", checked, failed, n, c.checked, c.failed, c.notChecked)
			}
		})
	}
}

func TestAClaimThatMakesNoSenseFails(t *testing.T) {
	s := decode(t, shop).Clone()
	s.Expect = []engine.Claim{{Text: "nobody.done > 3"}}
	r := report.Of(report.Outcome{Snapshot: snapshot(s)})
	v := r.Expect[0]
	if v.Holds || !strings.Contains(v.Note, "nobody") || !math.IsNaN(float64(v.Left)) {
		t.Errorf("%+v, want one that does not hold and says why", v)
	}
}

func TestTextKeepsItsWidth(t *testing.T) { rapid.Check(t, keepsItsWidth) }

func FuzzTextKeepsItsWidth(f *testing.F) { f.Fuzz(rapid.MakeFuzz(keepsItsWidth)) }

// keepsItsWidth: whatever the names, numbers and sentences are.
func keepsItsWidth(t *rapid.T) {
	s := decode(t, shop)
	snap := snapshot(s)
	words := rapid.StringMatching(`[a-zß★世\x1b\n-]{1,150}( [a-z]{1,80}){0,10}`)
	name := rapid.StringMatching(`[a-z][a-z0-9_]{0,39}`)
	number := rapid.Int64Range(math.MinInt64, math.MaxInt64)
	snap.Lanes = nil
	for range rapid.IntRange(1, engine.MaxLanes).Draw(t, "lanes") {
		l := lane(name.Draw(t, "lane"), engine.Message, time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "slow")))
		l.Dead = words.Draw(t, "dead")
		l.Ledger.Offered, l.Ledger.Lost = number.Draw(t, "offered"), number.Draw(t, "lost")
		l.Whole.Depth.Max, l.Whole.Throughput = number.Draw(t, "max"), rapid.Float64().Draw(t, "throughput")
		l.Handlers[0].Name = name.Draw(t, "handler")
		l.Handlers[0].Depth.Max = number.Draw(t, "handler max")
		snap.Lanes = append(snap.Lanes, l)
	}
	s.Title, s.Name = words.Draw(t, "title"), words.Draw(t, "name")
	s.Expect = []engine.Claim{{Text: words.Draw(t, "claim")}, {Text: words.Draw(t, "claim"), In: engine.Virtual}}
	r := report.Of(report.Outcome{Snapshot: snap, Findings: []report.Finding{{
		Lane: name.Draw(t, "lane"), From: engine.Figure(rapid.Float64().Draw(t, "from")), To: engine.Figure(rapid.Float64().Draw(t, "to")), Text: words.Draw(t, "text"),
	}}})
	var out bytes.Buffer
	if err := r.WriteText(&out, false); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(out.String(), "\n") {
		if n := ansi.StringWidth(line); n > 100 {
			t.Fatalf("%d columns: %s", n, line)
		}
		if strings.ContainsFunc(line, unicode.IsControl) {
			t.Fatalf("something for the terminal to do: %q", line)
		}
		if strings.HasSuffix(line, " ") {
			t.Fatalf("ends in a space: %q", line)
		}
	}
}

func text(t testing.TB, r *report.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := r.WriteText(&out, false); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func document(t testing.TB, r *report.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := r.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
