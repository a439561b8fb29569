package virtual

import (
	"testing"
	"time"

	"duet/engine"
)

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
