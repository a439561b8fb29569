package theory_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/theory"
)

func ran(t *testing.T, text string) *engine.Snapshot {
	t.Helper()
	s, err := engine.Decode("ran.yaml", []byte("duet: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	snap := &engine.Snapshot{Mode: engine.Virtual, Scenario: s}
	for i := range s.Lanes {
		snap.Lanes = append(snap.Lanes, engine.LaneSnapshot{Name: s.Lanes[i].Name})
	}
	return snap
}

// TestFiguresAreThoseOfTheJSON: a claim reads under a name what a report has there.
func TestFiguresAreThoseOfTheJSON(t *testing.T) {
	snap := ran(t, "load: {rate: 80/s}\nhandlers: [{name: work}]\nlanes: [{model: message, workers: 1}]")
	text, err := json.Marshal(theory.Of(snap, 0))
	if err != nil {
		t.Fatal(err)
	}
	var report map[string]any
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	for _, name := range engine.TheoryNames() {
		value, why := theory.Figure(snap, 0, name)
		in := any(report)
		for part := range strings.SplitSeq(name, ".") {
			if fields, ok := in.(map[string]any); ok {
				in = fields[part]
			}
		}
		if want, ok := in.(float64); ok && value != want || in == nil && !math.IsNaN(value) || math.IsNaN(value) == (why == "") {
			t.Errorf("%s is %v (%s), and %v in the JSON", name, value, why, in)
		}
	}
	if mean, _ := theory.Figure(snap, 0, "latency_mean"); math.Abs(mean-0.05) > 1e-12 {
		t.Errorf("M/M/1 at 80 %% has a mean latency of %v s, want 50 ms", mean)
	}
}

// TestSumOfSeveral: the distribution of all observers in turn has no closed form,
// and its mean does.
func TestSumOfSeveral(t *testing.T) {
	snap := ran(t, "load: {rate: 20/s}\nhandlers: [{name: save, service: {mean: 20ms}}, {name: mail, service: {mean: 300ms}}]\nlanes: [{model: event, publishers: per_item}]")
	r := theory.Of(snap, 0)
	if mean := float64(r.LatencyMean); !r.Applies || math.Abs(mean-0.32) > 1e-12 || r.Latency != nil {
		t.Errorf("%+v, want a mean latency of 320 ms, and no quantiles", r)
	}
}

func TestClaimsOnTheory(t *testing.T) {
	snap := ran(t, "load: {rate: 80/s}\nhandlers: [{name: work}]\nlanes: [{model: message, workers: 1}, {model: event, dispatch: goroutine}]")
	for _, c := range []struct {
		claim string
		holds bool
		note  string
	}{
		{"message.theory.latency_mean within 0.001% of 50ms", true, ""},
		{"message.theory.wait_mean > event.theory.wait_mean", true, ""},
		{"message.theory.rho < 70%", false, ""},
		{"message.theory.latency.p99 > 200ms and message.theory.in_system > 3.9", true, ""},
		{"event.theory.loss == 0 and event.theory.full_after > 1s", false, "the left side is not defined: theory says nothing of event.full_after: M/M/inf has no closed form for it"},
	} {
		v, err := engine.Claim{Text: c.claim}.Check(snap, theory.Figure)
		if err != nil || v.Holds != c.holds || v.Note != c.note {
			t.Errorf("%s: %+v, %v", c.claim, v, err)
		}
	}
	snap.Changes = 1
	v, err := engine.Claim{Text: "message.theory.latency_mean < 1s"}.Check(snap, theory.Figure)
	if err != nil || v.Holds || !strings.Contains(v.Note, "settings changed or something broke") {
		t.Errorf("%+v, %v, want that theory is refused", v, err)
	}
}
