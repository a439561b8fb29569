package virtual

import (
	"testing"
	"time"

	"duet/engine"
)

// TestNothingIsAllocated holds that neither events nor looks leave garbage once a
// run has found its size.
func TestNothingIsAllocated(t *testing.T) {
	s := scenarioOf(t, `
load: {rate: 200/s, timeout: 50ms, retry: {attempts: 2}}
handlers: [{name: work, service: {mean: 10ms}, fail: 1%}, {name: mail, service: {mean: 5ms}, panic: 1%}]
lanes:
  - {name: queues, model: message, workers: 5, ack: after, attempts: 3, backoff: {base: 5ms}}
  - {name: keys, model: message, workers: 4, queue: {partitions: 4, when_full: drop_oldest}}
  - {name: inline, model: event, publishers: 8, publish_by: key}
  - {name: each, model: event, dispatch: goroutine}
`)
	m, err := newMachine(s, false)
	if err != nil {
		t.Fatal(err)
	}
	m.end = never
	runs := max(4, 20/shorter)
	m.advance(int64(5 * time.Minute))
	before := m.lanes[0].offered
	events := testing.AllocsPerRun(runs, func() { m.advance(m.now + int64(10*time.Second)) })
	if items := float64(m.lanes[0].offered-before) / float64(runs); events > items/100 { // tables grow now and then
		t.Errorf("%v allocations for %v items", events, items)
	}
	for _, l := range m.lanes {
		if n := l.resting.len(); n > len(l.producers) {
			t.Errorf("%d wait for an item in %s, of %d producers", n, l.spec.Name, len(l.producers))
		}
	}
	var snap engine.Snapshot
	m.fill(&snap)
	if n := testing.AllocsPerRun(20, func() { m.fill(&snap) }); n != 0 {
		t.Errorf("%v allocations for a look", n)
	}
}
