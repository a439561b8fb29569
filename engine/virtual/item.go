package virtual

import (
	"time"

	"duet/engine"
	"duet/engine/account"
)

// item is an item, or a client's try for it, that a producer has taken.
type item struct {
	engine.Item
	ask     time.Duration // what it demands of a handler
	asked   int32         // the handler's index, and one; 0: none
	way     int32         // the generation through which it is handed over
	sent    int64         // when its hand-over could begin
	began   int64         // when it was first begun, and where it has one delivery, last; none: not yet
	pending int32         // deliveries that have not ended, and one more while a producer has it in hand
	worst   account.Outcome
	handing bool // a producer is at handing it over
	held    bool // and stands at it: counted in the backlog
	handled bool // counted as in flight
	tracked bool // its deliveries are counted as one; else each try counts
	whole   bool // its times are those of its delivery
	alone   bool // it has one delivery
	told    bool // the journal follows it

	parent int32 // what was published while this item was handled: the item's place, and one; 0: it is one itself
	seen   bool  // whom that is for has begun with the item
	ahead  bool  // and with that first

	client   int32 // whose try for the item this is; none: its client waits for ever
	forsaken bool  // it was given up
	twins    int32 // deliveries of it that were handed out again while in hand
	over     bool  // it has ended, and keeps its place for these
	arrived  int64 // when the item, or the try, arrived
}

// delivery is an item on its way to a handler.
type delivery struct {
	slot    int32
	attempt int32 // the number of this delivery, from 1
	failed  int32 // how many of the earlier ones failed; a crash is no failure
	twin    int32 // its place in twins, and one; 0: it was never in hand and in the queue at once
}

// alloc gives an item a place. What is there is written word by word: a whole made of
// parts just written is slow to be copied.
func (l *lane) alloc(from *engine.Item) int32 {
	var slot int32
	if n := len(l.spare); n > 0 {
		slot = l.spare[n-1]
		l.spare = l.spare[:n-1]
	} else {
		l.items = append(l.items, item{})
		slot = int32(len(l.items) - 1)
	}
	it := &l.items[slot]
	*it = item{}
	it.Seq, it.At, it.Key, it.Epoch, it.Payload, it.Class = from.Seq, from.At, from.Key, from.Epoch, from.Payload, from.Class
	it.sent, it.began, it.client, it.told = l.now, none, none, l.machine.told(from.Seq)
	return slot
}

func (l *lane) free(slot int32) {
	l.items[slot].Seq = 0
	l.spare = append(l.spare, slot)
}

// vacate gives the place of an item that has ended back, unless somebody still has
// it in hand.
func (l *lane) vacate(slot int32) {
	if it := &l.items[slot]; it.twins > 0 {
		it.over = true
		return
	}
	l.free(slot)
}

// take books that a delivery of an item is in hand. ready tells that whoever has
// it waited for it.
func (l *lane) take(it *item, ready bool) {
	if it.client != none {
		l.takeTry(it, ready)
		return
	}
	first := it.began == none
	if !first && it.tracked {
		return
	}
	it.began = l.now
	l.counts.Attempts++
	switch {
	case !first:
		l.counts.Repeated++
		l.queueing--
	case it.held:
		it.held = false
		l.leaveBacklog(1, false)
	case !it.handing:
		l.queueing--
	}
	if first && !ready {
		l.counts.Waited++
	}
	it.handled = true
	l.handle(&it.Item, 1)
}

// put books that an item's only delivery is no longer in hand, and waits again.
func (l *lane) put(it *item) {
	if it.tracked {
		return
	}
	l.counts.Returned++
	it.handled = false
	l.handle(&it.Item, -1)
	l.queueing++
}

// settle books that a delivery of an item ended, and with the last one the item.
// worker is who handled it, 0 for nobody.
func (l *lane) settle(slot int32, out account.Outcome, worker, attempt int32) {
	it := &l.items[slot]
	it.worst = max(it.worst, out)
	if it.pending--; it.pending > 0 {
		return
	}
	out = it.worst
	if it.parent != 0 {
		parent := it.parent - 1
		l.free(slot)
		l.settle(parent, out, worker, attempt)
		return
	}
	if it.client != none {
		l.settleTry(it, out, worker, attempt)
		l.vacate(slot)
		return
	}
	l.ended(&it.Item, out)
	switch {
	case it.handled:
		l.counts.Returned++
		l.handle(&it.Item, -1)
	case it.began == none:
		l.counts.Unbegun++
		l.queueing--
		attempt = 0
	default:
		l.queueing--
	}
	l.conclusion(it, out, worker, attempt)
	l.vacate(slot)
}

// settleTry books the end of a client's try, and with it that of the item, if the
// client still waits for it.
func (l *lane) settleTry(it *item, out account.Outcome, worker, attempt int32) {
	if it.forsaken {
		return
	}
	l.close(it.client, out, &l.generations[it.way])
	if it.began == none {
		attempt = 0
	}
	l.conclusion(it, out, worker, attempt)
}

// conclusion records and tells how an item ended.
func (l *lane) conclusion(it *item, out account.Outcome, worker, attempt int32) {
	if worker != 0 && (out == account.Done || out == account.Failed || out == account.Dead) {
		l.finished(it)
	}
	if it.told {
		l.note(out.Happening(), it, none, worker, attempt)
	}
}

// finished records the times of an item whose handlers have all ended.
func (l *lane) finished(it *item) {
	l.endings++
	l.lasted += l.now - int64(it.At)
	if l.rough {
		return
	}
	if !it.whole { // else they were recorded with its delivery
		l.wait.record(it.began - int64(it.At))
		l.service.record(l.now - it.began)
	}
	latency := l.now - int64(it.At)
	if it.sent == int64(it.At) {
		l.prompt.record(latency)
	} else {
		l.latency.record(latency)
		l.naive.record(l.now - it.sent)
	}
	if l.classes != nil {
		l.classes[it.Class].latency.record(latency)
	}
	l.order.finished(it.Seq, it.Key)
}

// began books that a handler took a delivery into its hands.
func (l *lane) began(h *handler, it *item, worker, attempt int32) {
	if l.rough {
		return
	}
	h.counts.Attempts++
	if attempt > 1 {
		h.counts.Redelivered++
	}
	h.busy.add(1, l.now)
	if h.nested && attempt == 1 {
		l.seen(it)
	}
	if it.told {
		l.note(engine.Started, it, int32(h.index), worker, attempt)
	}
}

// returned books that a handler is through with a delivery that it began at
// start. whole tells that its times are also those of its item.
func (l *lane) returned(h *handler, it *item, start int64, attempt int32, whole bool) {
	if l.rough {
		return
	}
	h.counts.Returned++
	h.busy.add(-1, l.now)
	switch {
	case whole && attempt == 1:
		h.both.wait.record(start - it.arrived)
		h.both.service.record(l.now - start)
		return
	case whole:
		l.wait.record(start - int64(it.At))
		l.service.record(l.now - start)
	}
	if attempt == 1 {
		h.wait.record(start - it.arrived)
	}
	h.service.record(l.now - start)
}

// missed books a delivery that a handler will not take any more: dropped or
// lost.
func (l *lane) missed(h *handler, it *item, out account.Outcome) {
	l.outcome(h, it, out, false)
	if len(h.done) > 0 {
		h.unlearn(it.Seq)
	}
	if it.told {
		l.note(out.Happening(), it, int32(h.index), 0, 0)
	}
}

// note writes a line of the journal.
func (l *lane) note(what engine.Happening, it *item, handler, worker, attempt int32) {
	e := l.machine.story.add()
	e.At, e.Seq, e.Key, e.What = time.Duration(l.now), it.Seq, it.Key, what
	e.Lane, e.Handler, e.Worker, e.Attempt = int16(l.index), int16(handler), worker, int16(attempt)
}
