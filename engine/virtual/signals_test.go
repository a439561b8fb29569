package virtual

import (
	"slices"
	"testing"
	"time"
)

// TestEventsBringChanges holds that what the timeline says of an event comes
// each time that it is raised, and not while it stays so.
func TestEventsBringChanges(t *testing.T) {
	m, err := newMachine(scenarioOf(t, `
duration: 10s
load: {rate: 100/s, arrivals: constant}
handlers: [{name: a, service: {dist: constant, mean: 20ms}}]
lanes: [{model: message, workers: 1}]
events: [{name: queue.high, when: message.depth > 50, clear: message.depth < 10}]
timeline:
  - {on: queue.high, set: {lanes.message.workers: 4}, fault: {slow: a, factor: 0.5, for: 1s}}
  - {at: 5s, set: {lanes.message.workers: 1}}
`), false)
	if err != nil {
		t.Fatal(err)
	}
	m.advance(never)
	marks := m.log.marks(nil, 0)
	var by []string
	var at []time.Duration
	for _, c := range marks {
		by, at = append(by, c.By), append(at, c.At)
	}
	if want := []string{"queue.high", "queue.high", "timeline", "queue.high", "queue.high"}; !slices.Equal(by, want) {
		t.Fatalf("changes by %v, want %v", by, want)
	}
	if marks[0].Value != "4" || marks[1].Fault == nil || at[0] < time.Second || at[0] > 1200*time.Millisecond || at[3] < 6*time.Second || at[3] > 6200*time.Millisecond {
		t.Errorf("the queue grows by 50/s, and yet: %+v", marks)
	}
	if m.scenario.Lanes[0].Workers != 4 || m.signals.Raised(nil) != nil {
		t.Errorf("%d workers, and raised are %v", m.scenario.Lanes[0].Workers, m.signals.Raised(nil))
	}
}
