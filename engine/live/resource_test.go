package live

import (
	"context"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/clock"
)

// TestSlotsReallyBound: no more handlings than slots are at work at any time, also
// when some are cancelled while they stand in line.
func TestSlotsReallyBound(t *testing.T) {
	snap := played(t, `
duration: 500ms
load: {rate: 400/s}
handlers: [{name: work, service: {dist: constant, mean: 5ms}, needs: db}]
resources: [{name: db, slots: 2}]
lanes: [{name: queue, model: message, workers: 8, ack: after}, {name: each, model: event, publishers: per_item}]
timeline: [{at: 200ms, fault: {crash: worker, count: 6, restart: 50ms}}]
`)
	for i := range snap.Lanes {
		l := &snap.Lanes[i]
		r := &l.Resources[0]
		if l.Ledger.Balance() != 0 || r.InUse.Max > 2 || r.InUse.Now+r.Waiting.Now != 0 || r.WholeWait.Count == 0 {
			t.Errorf("%s: %+v, %+v", l.Name, l.Ledger, *r)
		}
	}
}

// TestWhoLeavesTheLineTakesNoSlot gives up a place in line, before and after its
// turn has come.
func TestWhoLeavesTheLineTakesNoSlot(t *testing.T) {
	r := newResource(clock.NewLane(), &engine.Resource{Name: "db", Slots: 1})
	first, err := r.acquire(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := r.acquire(ctx, nil); err == nil || len(r.line) != 0 {
		t.Errorf("%v, %d in line", err, len(r.line))
	}
	mine := make(chan *slot, 1)
	r.line = append(r.line, mine)
	r.release(first, nil)
	r.leave(mine) // it was given the slot just now
	if r.inUse != 0 || len(r.free) != 1 {
		t.Errorf("%d in use, %d free", r.inUse, len(r.free))
	}
}
