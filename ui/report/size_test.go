package report_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/size"
	"duet/ui/report"
)

// sized is a report with everything that can be in one.
func sized(t *testing.T) *report.Size {
	t.Helper()
	var targets []size.Target
	for _, text := range []string{"p99<200ms", "loss<0.1%"} {
		target, err := size.ParseTarget(text)
		if err != nil {
			t.Fatal(err)
		}
		targets = append(targets, target)
	}
	q, err := size.NewQuestion(1200, "exponential:40ms", targets, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := func(n int) *int { return &n }
	nothing := engine.Figure(math.NaN())
	check := func(target int, v size.Verdict, mean, half, theory engine.Figure) size.Check {
		of := targets[target]
		c := size.Check{Target: of.Text, Metric: of.Metric, Kind: of.Kind, Limit: engine.Figure(of.Limit), Verdict: v, Theory: theory}
		c.Estimate = replicate.Estimate{Mean: nothing}
		if half > 0 {
			c.Estimate = replicate.Estimate{Runs: 20, Mean: mean, CI95: &[2]engine.Figure{mean - half, mean + half}}
		}
		return c
	}
	return report.OfSize(q, []size.Answer{
		{
			Design: size.Message, Workers: n(53), Capacity: n(1234), WhenFull: engine.DropNewest,
			Theory: size.Proposal{Model: "M/M/53/1287", Method: "exact", Servers: 52, Capacity: n(1300), Unproven: true}, Headroom: 8,
			Checks: []size.Check{check(0, size.Holds, 0.191, 0.002, nothing), check(1, size.Holds, 0.00083, 0.00012, 0.00095)},
			Less:   &size.Trial{Servers: 52, Rate: 1200, Verdict: size.Unsure, Checks: []size.Check{check(0, size.Unsure, 0.2, 0.003, nothing)}},
			More:   &size.Trial{Servers: 53, Rate: 1440, Verdict: size.TooLong, Checks: []size.Check{check(0, size.TooLong, 0, 0, nothing)}},
		},
		{
			Design: size.Inline, Publishers: n(1), Theory: size.Proposal{Model: "M/D/1", Method: "exact", Servers: 1}, Headroom: 0,
			Checks: []size.Check{check(0, size.Holds, 0.19, 0.001, 0.19)},
			More:   &size.Trial{Servers: 1, Rate: 1440, Verdict: size.Overloaded, Checks: []size.Check{check(0, size.Overloaded, 0, 0, nothing)}},
		},
		{Design: size.Buffered, Why: "an observer has one goroutine, which finishes at most 25/s, and 1200/s arrive"},
	})
}

func TestTextOfASize(t *testing.T) {
	r := sized(t)
	var plain, coloured bytes.Buffer
	if err := r.WriteText(&plain, false); err != nil {
		t.Fatal(err)
	}
	golden.RequireEqual(t, plain.Bytes())
	if err := r.WriteText(&coloured, true); err != nil || ansi.Strip(coloured.String()) != plain.String() {
		t.Errorf("%v; with colour the text is another:\n%s", err, coloured.String())
	}
	for line := range strings.Lines(plain.String()) {
		if ansi.StringWidth(line) > 101 {
			t.Errorf("%q is wider than 100 columns", line)
		}
	}
}

func TestJSONOfASizeHasWhatIsPromised(t *testing.T) {
	const checks = `[{"target": "", "metric": "", "kind": "", "limit": 0, "verdict": "", "runs": 0, "mean": 0, "ci95": [0, 0], "theory": null}]`
	const promised = `{"duet": 1, "rate": 0, "seed": 0, "service": "", "service_mean": 0, "service_scv": 0, "erlangs": 0, "interrupted": true,
		"targets": [{"text": "", "metric": "", "kind": "", "limit": 0}],
		"answers": [{"design": "", "why": "", "workers": 0, "publishers": null, "goroutines": null, "capacity": 0, "when_full": "", "utilisation": 0,
			"theory": {"model": "", "method": "", "servers": 0, "capacity": 0, "unproven": true}, "checks": CHECKS,
			"one_less": {"servers": 0, "rate": 0, "verdict": "", "checks": CHECKS}, "more": {"servers": 0, "rate": 0, "verdict": ""}, "headroom_percent": 0}]}`
	r := sized(t)
	r.Answers = r.Answers[:1]
	r.Answers[0].Checks = r.Answers[0].Checks[:1]
	var out bytes.Buffer
	if err := r.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal([]byte(strings.ReplaceAll(promised, "CHECKS", checks)), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, difference := range compare("", want, got) {
		t.Error(difference)
	}
}
