package virtual

import (
	"testing"
	"time"
)

// BenchmarkMM3 simulates a queue with three workers through the whole package,
// with ledger, histograms and order. An event is an arrival or a completion.
func BenchmarkMM3(b *testing.B) {
	m, err := newMachine(scenarioOf(b, `
load: {rate: 240000/s}
handlers: [{name: work, service: {mean: 10us}}]
lanes: [{model: message, workers: 3, queue: {capacity: 1000}}]
`), true)
	if err != nil {
		b.Fatal(err)
	}
	m.advance(int64(time.Second)) // warm
	l := m.lanes[0]
	before := l.offered + l.counts.Returned
	b.ReportAllocs()
	for b.Loop() {
		m.advance(m.now + int64(100*time.Millisecond))
	}
	events := l.offered + l.counts.Returned - before
	b.ReportMetric(float64(events)/b.Elapsed().Seconds()/1e6, "Mevents/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
}
