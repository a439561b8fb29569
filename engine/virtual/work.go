package virtual

import (
	"slices"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/workload"
)

// handler is a handler of the scenario in one lane: what it does for an item,
// what is broken in it, and what was measured of it.
type handler struct {
	engine.Handler
	index    int
	sound    bool    // nothing is broken in it, and it never fails
	asks     int32   // what is asked of items that take what they answered: its index, and one; none: nothing is
	speed    float64 // of the lane
	faults   faults
	resource int32 // that it needs; none
	spared   int64 // items handed over while the lane did not run it, less what was published to it besides

	publishes int32 // whom it publishes to when it has done an item; none
	nested    bool  // another one publishes to it

	done []int64 // idempotent: the numbers of the items that it has done and will get again

	counts        account.Sums
	busy          level
	depth         level // deliveries in its queues
	wait, service histogram
	// both are of deliveries that are their item's only one and were handled
	// once, so that the times of the item are the same.
	both struct{ wait, service histogram }
}

// scaled is what a demand takes of the lane's servers.
func (h *handler) scaled(demand time.Duration) int64 {
	if h.speed == 1 {
		return int64(demand)
	}
	return int64(float64(demand) / h.speed)
}

// work is the handling of a delivery: how long it takes, and how it ends.
type work struct {
	stall  int64 // at its beginning, held by a fault
	takes  int64 // in all
	result result
}

// result is what handling comes to.
type result uint8

const (
	succeeded result = iota
	erred
	panicked
)

// ask is what an item demands of a handler.
func (l *lane) ask(h *handler, it *item) int64 {
	if it.asked != int32(h.index+1) || h.Service.Mean == 0 {
		return l.demand(h, it.Item)
	}
	return h.scaled(it.ask)
}

// work draws what handling an item will take and come to. All of it is a
// function of the item, so that every lane meets the same.
func (l *lane) work(h *handler, it *item, attempt int32) work {
	w := work{takes: int64(it.ask)}
	if it.asked != h.asks {
		w.takes = l.ask(h, it)
	}
	if !h.sound {
		l.spoil(h, it, attempt, &w)
	}
	return w
}

// spoil does to the work what is broken in a handler, and lets it fail.
func (l *lane) spoil(h *handler, it *item, attempt int32, w *work) {
	var t trouble
	if h.faults.any() {
		t = h.faults.at(l.now)
		w.stall = h.faults.stall(l.now)
		w.takes = w.stall + int64(float64(w.takes)*t.factor)
	}
	w.result = l.result(h, it, attempt, t)
}

// review finds out whether the handler is sound and how much it takes, after its
// settings or its faults have changed.
func (h *handler) review() {
	h.sound = !h.faults.any() && h.Fail == 0 && h.Panic == 0
	if h.asks = none; h.speed == 1 && h.Service.Mean != 0 {
		h.asks = int32(h.index + 1)
	}
}

// result draws how handling an item ends.
func (l *lane) result(h *handler, it *item, attempt int32, t trouble) result {
	fail, panics := max(float64(h.Fail), t.fail), max(float64(h.Panic), t.panics)
	if h.Per == engine.PerItem {
		attempt = 0
	}
	switch {
	case panics > 0 && l.draw(it, workload.Panicking, h, attempt) < panics:
		return panicked
	case fail > 0 && l.draw(it, workload.Failing, h, attempt) < fail:
		return erred
	}
	return succeeded
}

// learn has an idempotent handler know that it has done an item.
func (h *handler) learn(seq int64) {
	if !h.recalls(seq) {
		h.done = append(h.done, seq)
	}
}

// recalls tells whether a handler knows that it has done an item.
func (h *handler) recalls(seq int64) bool { return slices.Contains(h.done, seq) }

// unlearn lets it forget an item that does not come again.
func (h *handler) unlearn(seq int64) {
	if i := slices.Index(h.done, seq); i >= 0 {
		h.done = slices.Delete(h.done, i, i+1)
	}
}
