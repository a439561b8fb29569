package truth_test

import (
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/replicate"
)

// TestTheBeginningMeetsTheTextbook is Law's favourite example: the mean delay of the
// first 25 customers of M/M/1 at 0.9 that begins empty, 2.12 mean gaps (Law, Kelton:
// Simulation Modeling and Analysis, chapter on output analysis, d(25) given L(0) =
// 0). In the long run it is 8.1.
func TestTheBeginningMeetsTheTextbook(t *testing.T) {
	const (
		customers, runs = 25, 1000
		gap             = 10 * time.Millisecond
		printed, digit  = 2.12, 0.01
	)
	s := decode(t, `
seed: 1
duration: 700ms
load: {rate: 100/s, keys: {count: 1}}
handlers: [{name: serve, service: {mean: 9ms}}]
lanes: [{model: message, workers: 1}]
`)
	var mu sync.Mutex
	var delays []float64
	start := func(s *engine.Scenario) (engine.Run, error) {
		r, err := simulate(s)
		if err != nil {
			return nil, err
		}
		<-r.Done()
		arrived, wait := map[int64]time.Duration{}, time.Duration(0)
		for _, e := range r.Journal(nil, 0) {
			switch {
			case e.Seq > customers:
			case e.What == engine.Arrived:
				arrived[e.Seq] = e.At
			case e.What == engine.Started:
				wait += e.At - arrived[e.Seq]
			}
		}
		mu.Lock()
		defer mu.Unlock()
		if len(arrived) == customers {
			delays = append(delays, wait.Seconds()/customers/gap.Seconds())
		}
		return r, nil
	}
	err := replicate.Each(t.Context(), start, runs, runtime.GOMAXPROCS(0),
		func(n int) *engine.Scenario { return replicate.Seeded(s, n) }, func(int, *engine.Snapshot) {})
	if err != nil {
		t.Fatal(err)
	}
	got := replicate.Of(delays)
	t.Logf("%.4g within %.2g, of %d runs", float64(got.Mean), got.Half(), got.Runs)
	if off := math.Abs(float64(got.Mean) - printed); got.Runs < runs || off > widerFor(1, runs)*got.Half()+digit {
		t.Errorf("the delay is %.4g within %.2g in %d runs, %v is printed", float64(got.Mean), got.Half(), got.Runs, printed)
	}
}
