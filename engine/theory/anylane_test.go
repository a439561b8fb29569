package theory

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

// drawScenario draws a scenario with one lane, of anything that a file may say
// that theory looks at, and of extremes.
func drawScenario(t *rapid.T) *engine.Scenario {
	s := &engine.Scenario{Load: engine.Load{
		Rate:     engine.Rate(rapid.OneOf(rapid.Float64Range(0, 1000), rapid.Float64Range(0, 1e6)).Draw(t, "rate")),
		Arrivals: rapid.SampledFrom([]engine.Arrivals{engine.Poisson, engine.Poisson, engine.Poisson, engine.Constant, engine.Bursts, engine.Ramp}).Draw(t, "arrivals"),
		Keys: engine.Keys{
			Count: rapid.IntRange(1, 100).Draw(t, "keys"),
			Skew:  rapid.SampledFrom([]float64{0, 0, 0.5, 10}).Draw(t, "skew"),
		},
	}}
	dists := []engine.Dist{engine.DistConstant, engine.DistExponential, engine.DistExponential, engine.DistUniform, engine.DistLognormal, engine.DistGamma, engine.DistPareto, engine.DistBimodal}
	for i := range rapid.IntRange(1, 5).Draw(t, "handlers") {
		s.Handlers = append(s.Handlers, engine.Handler{
			Name: fmt.Sprintf("h%d", i),
			Service: engine.Service{
				Dist:   rapid.SampledFrom(dists).Draw(t, "dist"),
				Mean:   time.Duration(rapid.OneOf(rapid.Int64Range(0, 20e6), rapid.Int64Range(0, int64(time.Hour))).Draw(t, "mean")),
				Spread: engine.Share(rapid.Float64Range(0, 1).Draw(t, "spread")),
				CV:     rapid.Float64Range(0, 100).Draw(t, "cv"),
				Shape:  rapid.Float64Range(1.1, 100).Draw(t, "shape"),
				Share:  engine.Share(rapid.Float64Range(0, 1).Draw(t, "share")),
				Factor: rapid.Float64Range(1, 1e4).Draw(t, "factor"),
			},
			Fail: rapid.SampledFrom([]engine.Share{0, 0, 0.1, 1}).Draw(t, "fail"),
			Per:  rapid.SampledFrom([]string{engine.PerItem, engine.PerAttempt}).Draw(t, "per"),
		})
	}
	l := engine.Lane{
		Name: "lane", Recover: true, Speed: rapid.SampledFrom([]float64{1, 1, 0.001, 1000}).Draw(t, "speed"),
		Model: rapid.SampledFrom([]engine.Model{engine.Message, engine.EventModel}).Draw(t, "model"),
		Queue: engine.Queue{
			Capacity: rapid.OneOf(rapid.IntRange(0, 200), rapid.Just(1_000_000)).Draw(t, "capacity"),
			WhenFull: rapid.SampledFrom([]engine.WhenFull{engine.Block, engine.DropNewest, engine.DropOldest}).Draw(t, "when full"),
		},
	}
	if l.Model == engine.Message {
		l.Workers = rapid.OneOf(rapid.IntRange(0, 20), rapid.Just(100_000)).Draw(t, "workers")
		l.Handlers.Together = rapid.Bool().Draw(t, "together")
		l.Attempts = rapid.IntRange(1, 5).Draw(t, "attempts")
		if l.Workers < 100 && rapid.Bool().Draw(t, "partitioned") {
			l.Queue.Partitions = l.Workers + rapid.IntRange(0, 10).Draw(t, "more partitions than workers")
		}
	} else {
		l.Publishers = rapid.IntRange(1, 20).Draw(t, "publishers")
		l.PublishBy = rapid.SampledFrom([]string{"", "key"}).Draw(t, "publish by")
		l.Dispatch = rapid.SampledFrom([]engine.Dispatch{engine.Inline, engine.Goroutine, engine.Buffered}).Draw(t, "dispatch")
		l.Limit = 10_000
	}
	s.Lanes = []engine.Lane{l}
	return s
}

func TestAnyLaneIsAnswered(t *testing.T) {
	applied := 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenario(t)
		r := ForLane(s, 0, 0)
		sound(t, r)
		if !r.Applies {
			return
		}
		applied++
		l := &s.Lanes[0]
		var longest, sum float64
		for i := range s.Handlers {
			mean := s.Handlers[i].Service.Mean.Seconds() / l.Speed
			longest, sum = max(longest, mean), sum+mean
		}
		if latency := float64(r.LatencyMean); latency < longest*(1-1e-9) {
			t.Fatalf("an item is done after %g s, and one handler alone takes %g: %+v", latency, longest, r)
		}
		if r.Rho >= 1 && l.Queue.WhenFull == engine.Block {
			t.Fatalf("applies in overload: %+v", r)
		}
		if l.Queue.WhenFull == engine.Block && r.Loss != 0 {
			t.Fatalf("loses what blocks: %+v", r)
		}
		if one := r.Model; one == "" || math.IsNaN(float64(r.Utilisation)) || math.IsNaN(float64(r.Throughput)) {
			t.Fatalf("applies, and says too little: %+v", r)
		}
	})
	if applied == 0 {
		t.Error("no drawn lane had a model")
	}
}

// More to do in the same time never makes a lane faster.
func TestALaneDoesNotGainByLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenario(t)
		s.Lanes[0].Queue.WhenFull = engine.Block
		rate := float64(s.Load.Rate)
		low, high := ForLane(s, 0, rate/2), ForLane(s, 0, rate)
		if high.Applies && low.Applies { // bounds may be too far apart for less load, and not for more
			ascending(t, low.LatencyMean, high.LatencyMean)
			ascending(t, low.InSystem, high.InSystem)
		}
		ascending(t, low.Rho, high.Rho)
	})
}
