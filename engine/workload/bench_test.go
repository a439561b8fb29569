package workload

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"duet/engine"
)

// loads are one load for each arrival process, at 1,000,000 a second.
func loads() map[string]engine.Load {
	const rate = 1e6
	return map[string]engine.Load{
		"constant": {Rate: rate, Arrivals: engine.Constant},
		"poisson":  {Rate: rate, Arrivals: engine.Poisson},
		"bursts":   {Rate: rate, Arrivals: engine.Bursts, Bursts: &engine.BurstShape{Size: 50, Duty: 0.2}},
		"ramp":     {Rate: rate, Arrivals: engine.Ramp, Ramp: &engine.RampShape{To: 2, Over: time.Minute}},
		"sine":     {Rate: rate, Arrivals: engine.Sine, Sine: &engine.SineShape{Amplitude: 0.5, Period: time.Minute}},
		"steps":    {Rate: rate, Arrivals: engine.Steps, Steps: []engine.StepShape{{At: time.Second, Times: 2}}},
		"trace":    traceLoad(engine.TraceShape{Speed: 1e6}, "time\n0\n1\n3\n"),
	}
}

func BenchmarkNext(b *testing.B) {
	all := loads()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Run(name, func(b *testing.B) {
			c := stream(b, scenario(all[name])).Cursor()
			dst := make([]engine.Item, 256)
			b.ReportAllocs()
			items := 0
			for b.Loop() {
				items += c.Next(never, dst)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(items), "ns/item")
		})
	}
}

// BenchmarkNextOne is a lane that asks for each item when it is due.
func BenchmarkNextOne(b *testing.B) {
	c := stream(b, scenario(loads()["poisson"])).Cursor()
	dst := make([]engine.Item, 1)
	b.ReportAllocs()
	for b.Loop() {
		at, _ := c.Peek()
		c.Next(at, dst)
	}
}

// BenchmarkCountBehindALane counts what a lane that keeps up has pulled.
func BenchmarkCountBehindALane(b *testing.B) {
	st := stream(b, scenario(loads()["poisson"]))
	lane, counter := st.Cursor(), st.Cursor()
	dst := make([]engine.Item, 256)
	b.ReportAllocs()
	for b.Loop() {
		lane.Next(never, dst)
		counter.Count(dst[len(dst)-1].At)
	}
}

// BenchmarkCount counts 100 ms of a million a second, as a sampler does.
func BenchmarkCount(b *testing.B) {
	for _, name := range []string{"constant", "poisson"} {
		b.Run(name, func(b *testing.B) {
			c := stream(b, scenario(loads()[name])).Cursor()
			var now time.Duration
			var items int64
			b.ReportAllocs()
			for b.Loop() {
				now += 100 * time.Millisecond
				items = c.Count(now)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(items), "ns/item")
		})
	}
}

func BenchmarkDemand(b *testing.B) {
	for _, dist := range []engine.Dist{engine.DistConstant, engine.DistExponential, engine.DistUniform, engine.DistLognormal} {
		b.Run(string(dist), func(b *testing.B) {
			s := scenario(engine.Load{})
			s.Handlers[0].Service = engine.Service{Dist: dist, Mean: time.Millisecond, Spread: 0.5, CV: 2}
			st := stream(b, s)
			var it engine.Item
			b.ReportAllocs()
			for b.Loop() {
				it.Seq++
				st.Demand(it, 0)
			}
		})
	}
}

func BenchmarkDemands(b *testing.B) {
	st := stream(b, scenario(loads()["poisson"]))
	items := take(st.Cursor(), 256)
	dst := make([]time.Duration, len(items))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		st.Demands(items, 0, dst)
		n += len(items)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/item")
}

func BenchmarkDraw(b *testing.B) {
	st := stream(b, scenario(engine.Load{}))
	var it engine.Item
	b.ReportAllocs()
	for b.Loop() {
		it.Seq++
		st.Draw(it, Failing, 1, 2)
	}
}

func BenchmarkKeys(b *testing.B) {
	for _, s := range []engine.Keys{{Count: 16}, {Count: 16, Skew: 1}, {Count: 1e6, Skew: 1}} {
		b.Run(fmt.Sprintf("count=%d,skew=%v", s.Count, s.Skew), func(b *testing.B) {
			k, u := newKeys(s), newSubstream(1, keying, 0, 0)
			var n int64
			b.ReportAllocs()
			for b.Loop() {
				n++
				k.pick(u.uniform(n))
			}
		})
	}
}
