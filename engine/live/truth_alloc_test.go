package live_test

import (
	"testing"
	"time"

	"duet/engine"
	"duet/engine/live"
)

// TestLookingLeavesNoGarbage holds that a snapshot allocates nothing once its
// destination has grown to the run's size.
func TestLookingLeavesNoGarbage(t *testing.T) {
	r := start(t, decode(t, `
load: {rate: 500/s}
handlers: [{name: a, service: {mean: 5ms}}, {name: b, service: {mean: 5ms}}]
lanes:
  - {model: message, workers: 8, queue: {capacity: 100, partitions: 8}}
  - {model: event, publishers: 8}
events: [{name: queue.high, when: message.depth > 50}]
`), live.Options{Endless: true})
	time.Sleep(300 * time.Millisecond)
	// Nothing else may run while garbage is counted.
	if err := r.Apply(engine.Change{Control: engine.Pause}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	var snap engine.Snapshot
	var series engine.Series
	entries, marks := make([]engine.Entry, 0, 1<<15), make([]engine.Change, 0, 10)
	for what, look := range map[string]func(){
		"a snapshot": func() { r.Snapshot(&snap) },
		"a series":   func() { r.Series(&series, 0, time.Minute) },
		"a journal":  func() { entries = r.Journal(entries[:0], 0) },
		"the marks":  func() { marks = r.Marks(marks[:0], 0) },
	} {
		if n := testing.AllocsPerRun(100, look); n != 0 {
			t.Errorf("%s allocates %v times", what, n)
		}
	}
	if len(snap.Lanes) != 2 || len(snap.Lanes[0].Workers) != 16 || len(snap.Lanes[1].Publishers) != 8 || len(entries) == 0 {
		t.Errorf("the snapshot is not what was to be measured: %+v", snap.Lanes)
	}
}
