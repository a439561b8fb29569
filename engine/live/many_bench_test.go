package live

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"duet/engine"
)

// many is a lane with so many places for goroutines, or with so many handlers.
type many struct {
	name     string
	lane     string
	handlers int
	goes     int // goroutines that it has while it rests
	work     string
	rate     string
}

var manies = []many{
	{"10000_workers", "{model: message, workers: 10000, queue: {capacity: 1000}}", 1, 10000, "exponential, mean: 1s", "5000/s"},
	{"100000_workers", "{model: message, workers: 100000, queue: {capacity: 1000}}", 1, 100000, "exponential, mean: 10s", "5000/s"},
	{"1000_subscriptions", "{model: message, workers: 4, queue: {capacity: 100}}", 1000, 4000, "constant, mean: 1ms", "5/s"},
	{"1000_observers", "{model: event}", 1000, 1, "constant, mean: 0s", "100/s"},
	{"1000_observers_buffered", "{model: event, dispatch: buffered}", 1000, 1000, "constant, mean: 1ms", "10/s"},
	{"1000_observers_goroutine", "{model: event, dispatch: goroutine}", 1000, 1, "constant, mean: 1ms", "10/s"},
}

func (m *many) start(b *testing.B, rate string) *Run {
	b.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "duet: 1\nload: {rate: %s, keys: {count: 100000}}\nlanes: [%s]\nhandlers:\n", rate, m.lane)
	for i := range m.handlers {
		fmt.Fprintf(&text, "  - {name: h%d, service: {dist: %s}}\n", i, m.work)
	}
	s, err := engine.Decode("many.yaml", []byte(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	r, err := New(s, Options{Endless: true})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkMany says what a lane of thousands costs: memory for each goroutine while
// nothing arrives, what it takes to read it while it works, and to close it. The
// budget is 8 KB an idle worker, and 200 ms to close.
func BenchmarkMany(b *testing.B) {
	for _, m := range manies {
		b.Run(m.name, func(b *testing.B) {
			var bytes, sample, snapshot, closing float64
			for b.Loop() {
				before := inUse()
				idle := m.start(b, "0/s")
				time.Sleep(300 * time.Millisecond)
				bytes += float64(inUse()-before) / float64(max(m.goes, m.handlers))
				if err := idle.Close(); err != nil {
					b.Error(err)
				}
				r := m.start(b, m.rate)
				time.Sleep(3 * time.Second)
				var snap engine.Snapshot
				r.Snapshot(&snap)
				const times = 20
				began := time.Now()
				for range times {
					r.Snapshot(&snap)
				}
				snapshot += time.Since(began).Seconds() * 1e6 / times
				began = time.Now()
				for range times {
					r.sampler.sample(r.clock.Now())
				}
				sample += time.Since(began).Seconds() * 1e6 / times
				began = time.Now()
				if err := r.Close(); err != nil {
					b.Error(err)
				}
				closing += time.Since(began).Seconds() * 1e3
			}
			n := float64(b.N)
			b.ReportMetric(bytes/n, "B/each")
			b.ReportMetric(sample/n, "us/sample")
			b.ReportMetric(snapshot/n, "us/snapshot")
			b.ReportMetric(closing/n, "ms/close")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// inUse is how much memory is in use, stacks included.
func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
