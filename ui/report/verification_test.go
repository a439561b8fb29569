package report_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/voices"
	"duet/ui/report"
)

// verified is a scenario that was simulated three times and ran in real time, on a
// machine that was busy, and another of which one simulated run is known.
func verified(t *testing.T) *report.Verification {
	t.Helper()
	s := decode(t, shop)
	var simulated []*engine.Snapshot
	for i := range 3 {
		virtual := snapshot(s)
		virtual.Mode = engine.Virtual
		virtual.Lanes[0].Whole.Latency.P99 = ms(float64(330 + 10*i))
		simulated = append(simulated, virtual)
	}
	real := snapshot(s)
	real.Lanes[0].Whole.Lateness = summary(100, report.Busy)
	cut := snapshot(decode(t, queue+"steady: {runs: 1}\nexpect: [message.latency.mean within 5% of message.theory.latency_mean, {claim: event.latency.mean < 1s, in: real}]\n"))
	cut.Mode = engine.Virtual
	cut.Lanes[0].Whole.Latency = summary(2480, ms(40))
	return &report.Verification{Duet: report.Version, Scenarios: []report.Verified{
		report.Prove(report.Proof{Simulated: simulated, Ran: &report.Outcome{Snapshot: real}}),
		report.Prove(report.Proof{Simulated: []*engine.Snapshot{cut}}),
	}}
}

func TestTextOfAVerification(t *testing.T) {
	v := verified(t)
	var out bytes.Buffer
	if err := v.WriteText(&out, false); err != nil {
		t.Fatal(err)
	}
	golden.RequireEqual(t, out.Bytes())
	if checked, failed := v.Claims(); checked != 5+4+1 || failed != 6 {
		t.Errorf("%d claims checked, %d failed", checked, failed)
	}
}

func TestJSONOfAVerification(t *testing.T) {
	var out bytes.Buffer
	if err := verified(t).WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got report.Verification
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Scenarios) != 2 || got.Scenarios[1].Real != nil || got.Scenarios[0].Virtual.Mode != engine.Virtual {
		t.Errorf("%+v", got)
	}
}

func estimate(mean, half float64) *replicate.Estimate {
	return &replicate.Estimate{Runs: 20, Mean: engine.Figure(mean), CI95: &[2]engine.Figure{engine.Figure(mean - half), engine.Figure(mean + half)}}
}

func heard(real bool) *report.Voices {
	v := &report.Voices{Duet: report.Version, Run: report.VoicesRun{Seed: 1, Runs: 20, Seconds: 1000}, Table: &voices.Table{
		Machine: engine.Machine{Go: "go1.26", GOMAXPROCS: 2, OS: "linux", Arch: "amd64"},
		Comparisons: []voices.Comparison{
			{Model: "M/M/1", What: "1 worker", Figure: voices.WaitMean, Theory: 0.02333, Virtual: estimate(0.02317, 0.00022), Tolerance: 0.002, Agree: true},
			{Model: "M/M/2/10", What: "2 workers, drops", Figure: voices.Loss, Theory: 0.0952, Virtual: estimate(0.0956, 0.0009), Agree: true},
			{
				Model: "M/M/8, slowest of 4", What: "fan-out of 4", Figure: voices.LatencyMean, Theory: 0.0208, Virtual: estimate(0.03, 0.0001),
				Why: "theory lies outside of what was simulated",
			},
		},
	}}
	if real {
		v.Run.RealRuns, v.Run.RealSeconds = 10, 20
		for i, d := range []float64{0.0001, -0.001, math.NaN()} {
			c := &v.Comparisons[i]
			c.Real, c.Difference = estimate(float64(c.Theory), 0.002), estimate(d, 0.0001)
		}
	}
	return v
}

func TestTextOfVoices(t *testing.T) {
	var out bytes.Buffer
	for _, real := range []bool{false, true} {
		if err := heard(real).WriteText(&out, false); err != nil {
			t.Fatal(err)
		}
	}
	golden.RequireEqual(t, out.Bytes())
}

func TestJSONOfVoices(t *testing.T) {
	var out bytes.Buffer
	if err := heard(true).WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	golden.RequireEqual(t, out.Bytes())
}
