package virtual

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"duet/engine"
)

// BenchmarkMM3 simulates a queue with three workers through the whole package,
// with ledger, histograms and order, beside a loop that simulates nothing but
// the queue. An event is an arrival or a completion. Compare within one run; the
// best of several rounds is reported.
func BenchmarkMM3(b *testing.B) {
	for _, c := range []struct {
		name, rate, mean string
		round            time.Duration // of lane time
	}{
		{"240_a_second", "240/s", "10ms", 10 * time.Second},
		{"240000_a_second", "240000/s", "10us", 5 * time.Millisecond},
	} {
		b.Run(c.name, func(b *testing.B) {
			m, err := newMachine(scenarioOf(b, `
load: {rate: `+c.rate+`}
handlers: [{name: work, service: {mean: `+c.mean+`}}]
lanes: [{model: message, workers: 3, queue: {capacity: 1000}}]
`), false)
			if err != nil {
				b.Fatal(err)
			}
			m.end = never
			m.advance(int64(c.round)) // warm
			l := m.lanes[0]
			whole, bare := math.Inf(1), math.Inf(1)
			b.ReportAllocs()
			for b.Loop() {
				begun, before := time.Now(), l.offered+l.counts.Returned
				m.advance(m.now + int64(c.round))
				n := l.offered + l.counts.Returned - before
				whole = min(whole, float64(time.Since(begun))/float64(n))
				b.StopTimer()
				begun = time.Now()
				bareMM3(int(n))
				bare = min(bare, float64(time.Since(begun))/float64(n))
				b.StartTimer()
			}
			b.ReportMetric(1000/whole, "Mevents/s")
			b.ReportMetric(1000/bare, "bare-Mevents/s")
			b.ReportMetric(whole/bare, "ratio")
		})
	}
}

// bareMM3 simulates so many events of a queue with three workers.
func bareMM3(events int) (area float64) {
	random := rand.New(rand.NewPCG(1, 1))
	done := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
	now, arrival, waiting := 0.0, 0.0, 0
	for range events {
		next := 0
		for i := range done {
			if done[i] < done[next] {
				next = i
			}
		}
		if arrival <= done[next] {
			area += float64(waiting) * (arrival - now)
			now, arrival = arrival, arrival+random.ExpFloat64()/2.4
			free := -1
			for i := range done {
				if math.IsInf(done[i], 1) {
					free = i
				}
			}
			if free >= 0 {
				done[free] = now + random.ExpFloat64()
			} else {
				waiting++
			}
			continue
		}
		area += float64(waiting) * (done[next] - now)
		now = done[next]
		done[next] = math.Inf(1)
		if waiting > 0 {
			waiting--
			done[next] = now + random.ExpFloat64()
		}
	}
	return area
}

// BenchmarkSnapshot reads a run of two lanes with 8 workers each.
func BenchmarkSnapshot(b *testing.B) {
	m, err := newMachine(scenarioOf(b, `
load: {rate: 700/s}
handlers: [{name: work, service: {mean: 10ms}}]
lanes: [{model: message, workers: 8}, {model: event, publishers: 8}]
`), true)
	if err != nil {
		b.Fatal(err)
	}
	m.advance(int64(20 * time.Second))
	var snap engine.Snapshot
	best := time.Hour
	b.ReportAllocs()
	for b.Loop() {
		begun := time.Now()
		m.fill(&snap)
		best = min(best, time.Since(begun))
	}
	b.ReportMetric(float64(best)/1000, "best-us")
}

// BenchmarkCheckpoint is what remembering a moment costs.
func BenchmarkCheckpoint(b *testing.B) {
	m, err := newMachine(scenarioOf(b, `
load: {rate: 700/s}
handlers: [{name: work, service: {mean: 10ms}}]
lanes: [{model: message, workers: 8}, {model: event, publishers: 8}]
`), true)
	if err != nil {
		b.Fatal(err)
	}
	m.advance(int64(20 * time.Second))
	b.ReportAllocs()
	for b.Loop() {
		m.save()
	}
}
