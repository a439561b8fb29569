package virtual

import (
	"testing"
	"time"
)

// TestWaitsFollowTheTextbook holds mean latencies against closed forms, which must
// lie within the confidence interval, or a little beside it.
func TestWaitsFollowTheTextbook(t *testing.T) {
	for _, c := range []struct {
		name, load, service, lane string
		want                      time.Duration
	}{
		{"M/M/1", "80/s", "exponential", "model: message, workers: 1, queue: {capacity: 100000}", 50 * time.Millisecond},
		{"M/D/1", "80/s", "constant", "model: message, workers: 1, queue: {capacity: 100000}", 30 * time.Millisecond},
		{"M/M/1, inline", "80/s", "exponential", "model: event", 50 * time.Millisecond},
		{"M/G/infinity", "500/s", "lognormal", "model: event, dispatch: goroutine", 10 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			snap := simulated(t, scenarioOf(t, `
seed: 7
duration: 20m
warmup: 10s
load: {rate: `+c.load+`}
handlers: [{name: work, service: {dist: `+c.service+`, mean: 10ms}}]
lanes: [{`+c.lane+`}]
`))
			l := &snap.Lanes[0]
			got := &l.Whole.Latency
			if got.CI95 == nil || got.CI95[0]-got.Mean/100 > c.want || got.CI95[1]+got.Mean/100 < c.want {
				t.Errorf("mean latency %v in %v, want %v", got.Mean, got.CI95, c.want)
			}
			if l.Ledger.Balance() != 0 || !snap.Quiescent {
				t.Errorf("%+v", l.Ledger)
			}
		})
	}
}
