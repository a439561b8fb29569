package theory

import (
	"fmt"
	"math"
	"testing"
)

// The figures that the presets claim of theory.

func TestLittle(t *testing.T) {
	at80, at90 := MM1(80, 0.010), MM1(90, 0.010)
	want(t, "L at 80/s", at80.InSystem, 4, exactly)
	want(t, "W at 80/s", at80.LatencyMean, 0.050, exactly)
	want(t, "L at 90/s", at90.InSystem, 9, exactly)
	want(t, "W at 90/s", at90.LatencyMean, 0.100, exactly)
}

func TestHockeyStick(t *testing.T) {
	for _, c := range []struct{ rho, mean, p99 float64 }{
		{0.5, 20, 92},
		{0.7, 33.3, 154},
		{0.8, 50, 230},
		{0.9, 100, 461},
		{0.95, 200, 921},
		{0.99, 1000, 4605},
	} {
		r := MM1(100*c.rho, 0.010)
		want(t, fmt.Sprintf("mean in ms at %g", c.rho), 1000*r.LatencyMean, c.mean, 0.0015)
		want(t, fmt.Sprintf("p99 in ms at %g", c.rho), 1000*r.Latency.P99, c.p99, 0.005)
	}
}

func TestVariance(t *testing.T) {
	for scv, wait := range map[float64]float64{0: 20, 1: 40, 4: 100, 16: 340} {
		want(t, fmt.Sprintf("wait in ms with scv %g", scv), 1000*MG1(80, 0.010, scv).WaitMean, wait, exactly)
	}
}

func TestPooling(t *testing.T) {
	s := scenario(t, `
load: {rate: 160/s, keys: {count: 64}}
handlers: [{name: work, service: {mean: 40ms}}]
lanes:
  - {name: pool, model: message, workers: 8}
  - {name: private, model: message, workers: 8, queue: {partitions: 8}}
  - {name: fast, model: message, workers: 1, speed: 8}
`)
	pool, private, fast := ForLane(s, 0, 0), ForLane(s, 1, 0), ForLane(s, 2, 0)
	want(t, "wait in the pool", pool.WaitMean, 0.01144, 0.0005)
	want(t, "chance to wait in the pool", pool.PWait, 0.458, 0.001)
	want(t, "wait in private queues", private.WaitMean, 0.160, exactly)
	want(t, "wait for the fast one", fast.WaitMean, 0.020, exactly)
	for i, model := range []string{"M/M/8", "8 x M/M/1", "M/M/1"} {
		if r := ForLane(s, i, 0); r.Model != model || !r.Applies {
			t.Errorf("lane %d is %s (%s), want %s", i, r.Model, r.Why, model)
		}
	}
}

func TestNoWaitingRoom(t *testing.T) {
	for _, dist := range []string{"exponential", "constant", "{dist: lognormal, cv: 3}"} {
		s := scenario(t, fmt.Sprintf(`
load: {rate: 320/s}
handlers: [{name: work, service: {dist: %s}}]
lanes: [{model: message, workers: 4, queue: {capacity: 0, when_full: drop_newest}}]
`, map[bool]string{true: "lognormal, cv: 3", false: dist}[dist[0] == '{']))
		want(t, "loss of 4 workers", ForLane(s, 0, 0).Loss, 0.2281, 0.0003)
		s, err := s.With("lanes.message.workers", "8")
		if err != nil {
			t.Fatal(err)
		}
		r := ForLane(s, 0, 640)
		want(t, "loss of 8 workers", r.Loss, 0.1444, 0.0004)
		want(t, "latency", r.LatencyMean, 0.010, exactly)
	}
}

func TestBufferbloat(t *testing.T) {
	for _, c := range []struct {
		places        int
		loss, latency float64
		within        float64
	}{
		{2, 39.56, 0.0155, 0.005},
		{11, 18.77, 0.077, 0.005},
		{101, 16.67, 0.96, 0.005},
		{1001, 16.67, 9.96, 0.001},
	} {
		s := scenario(t, fmt.Sprintf(`
load: {rate: 120/s}
handlers: [{name: work}]
lanes: [{model: message, workers: 1, queue: {capacity: %d, when_full: drop_newest}}]
`, c.places-1))
		r := ForLane(s, 0, 0)
		want(t, fmt.Sprintf("loss in %% with %d places", c.places), 100*r.Loss, c.loss, 0.0003)
		want(t, fmt.Sprintf("latency with %d places", c.places), r.LatencyMean, c.latency, c.within)
		want(t, "growth", r.Growth, 20, exactly)
		want(t, "full after", r.FullAfter, float64(c.places-1)/20, exactly)
	}
}

func TestFanOut(t *testing.T) {
	for _, c := range []struct {
		handlers         int
		parallel, inline float64
		slow             float64
	}{{1, 10, 10, 1}, {4, 20.8, 40, 3.9}, {8, 27.2, 80, 7.7}} {
		names := ""
		for i := range c.handlers {
			names += fmt.Sprintf("{name: h%d}, ", i)
		}
		s := scenario(t, fmt.Sprintf(`
load: {rate: 1/s}
handlers: [%s]
lanes:
  - {name: message, model: message}
  - {name: goroutine, model: event, dispatch: goroutine}
  - {name: inline, model: event}
`, names))
		want(t, "all done, message", 1000*ForLane(s, 0, 0).LatencyMean, c.parallel, 0.002)
		want(t, "all done, goroutine", 1000*ForLane(s, 1, 0).LatencyMean, c.parallel, 0.002)
		inline := ForLane(s, 2, 0)
		want(t, "all done, inline, but for the wait", 1000*(inline.LatencyMean-inline.WaitMean), c.inline, exactly)
		want(t, "chance in % that one is slow", 100*AnyOf(c.handlers, 0.01), c.slow, 0.011)
	}
}

func TestRetryStorm(t *testing.T) {
	const rho = 150 * 0.040 / 8
	for _, c := range []struct {
		rho     float64
		retries int
		storm   bool
	}{{rho, 3, true}, {rho, 0, false}, {0.3, 3, true}, {0.24, 3, false}, {0.25, 3, false}, {0.5, -1, false}} {
		if got := RetryStorm(c.rho, c.retries); got != c.storm {
			t.Errorf("rho %g with %d retries: %v, want %v", c.rho, c.retries, got, c.storm)
		}
	}
}

func TestFluid(t *testing.T) {
	flood := Fluid{Arriving: 120, Finishing: 100}
	want(t, "growth", flood.Growth(), 20, exactly)
	want(t, "full after", flood.TimeToFull(100), 5, exactly)
	ebb := Fluid{Arriving: 80, Finishing: 100}
	want(t, "empty after", ebb.TimeToDrain(100), 5, exactly)
	level := Fluid{Arriving: 100, Finishing: 100}
	for _, never := range []float64{flood.TimeToDrain(1), ebb.TimeToFull(1), level.TimeToFull(1), level.TimeToDrain(1), flood.TimeToFull(-1), ebb.TimeToDrain(math.NaN()), Fluid{Arriving: 1e-300}.TimeToFull(1e10)} {
		if !math.IsNaN(never) {
			t.Errorf("what never happens does after %g s", never)
		}
	}
}
