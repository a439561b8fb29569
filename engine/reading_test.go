package engine

import (
	"math"
	"testing"
	"time"
)

func TestReadings(t *testing.T) {
	s, err := Decode("a.yaml", []byte("duet: 1\nload: {rate: 10/s}\nhandlers: [{name: charge}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	snap := &Snapshot{Scenario: s, Lanes: []LaneSnapshot{{Name: "message", Handlers: []HandlerSnapshot{{Name: "charge", Workers: 4}}}, {Name: "event"}}}
	whole := &snap.Lanes[0].Whole
	whole.Latency = Summary{Count: 3, P99: 1500 * time.Millisecond}
	whole.Throughput = 9.5
	claim := Claim{Text: "message.latency.p99 within 5% of (3 * message.latency.p99 + 2s) / message.handlers.charge.workers " +
		"and message.throughput > 1/s and event.latency.p99 < 2s and message.theory.latency_mean > 1s"}
	theory := func(*Snapshot, int, string) (float64, string) { return 2, "" }
	want := []Reading{
		{"message.latency.p99", 1.5, KindDuration},
		{"message.handlers.charge.workers", 4, KindNumber},
		{"message.throughput", 9.5, KindRate},
		{"event.latency.p99", Figure(math.NaN()), KindDuration},
		{"message.theory.latency_mean", 2, KindDuration},
	}
	got := claim.Readings(snap, theory)
	if len(got) != len(want) {
		t.Fatalf("%d readings, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		same := got[i].Value == w.Value || math.IsNaN(float64(got[i].Value)) && math.IsNaN(float64(w.Value))
		if got[i].Figure != w.Figure || got[i].Kind != w.Kind || !same {
			t.Errorf("%+v, want %+v", got[i], w)
		}
	}
	for _, c := range []Claim{
		{Text: "nobody.latency.p99 > 1s"},
		{Text: "message.done > 1", During: &[2]time.Duration{time.Second, 2 * time.Second}},
		{Text: "message.done >"},
	} {
		if got := c.Readings(snap, nil); got != nil {
			t.Errorf("%s: %+v, want none", c.Text, got)
		}
	}
}
