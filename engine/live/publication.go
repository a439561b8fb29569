package live

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/event"
)

// publication is a producer's way onto a bus. It watches its publishes and,
// with inline dispatch, books the calls of the observers: these are handled on
// the producer's goroutine, and so at a place of the producer's.
type publication struct {
	*server   // inline: the place
	producer  *producer
	bus       *bus
	inline    bool // the bus is
	publisher *event.Publisher[*delivery]
	ctx       context.Context // of its publishes: ends when the bus does
	calls     []call          // inline: of the publish in hand

	d       *delivery       // in hand: the producer's
	last    time.Duration   // the latest stamp
	timed   bool            // observer by observer
	begun   bool            // the bus has taken the publish in hand
	first   bool            // it is the first for its item
	reached int             // how many observers it has reached
	worst   account.Outcome // of those
	group   group           // inline: of publishes that are not timed
}

// call is what a person sees of the call of one observer.
type call struct {
	state atomic.Uint32 // engine.CallState
	since atomic.Int64  // lane time when it began
	took  atomic.Int64
}

// sender implements [handover].
func (b *bus) sender(p *producer) sender {
	w := &publication{producer: p, bus: b, inline: b.gen.inline, ctx: b.ctx}
	w.publisher = b.event.Publisher(w)
	if b.gen.inline {
		w.server = b.gen.own(p.id)
		w.server.expose = w.expose
		w.calls = make([]call, len(b.gen.handlers))
		w.ctx = withServer(b.ctx, w.server)
		p.calls.Store(&w.calls)
		p.place.Store(w.server)
		w.publisher.Stay()
		w.server.nested = b.nested(w)
	} else {
		p.calls.Store(nil)
	}
	return w
}

// send implements [sender].
func (w *publication) send(d *delivery) (taken bool) {
	if !w.inline && !w.bus.limited(w.ctx, w.producer) {
		return false
	}
	w.d, w.begun, w.reached = d, false, 0
	if !w.bus.gen.recovers {
		defer w.caught(&taken)
	}
	if w.inline {
		_ = w.publisher.Publish(w.ctx, d)
		return w.begun // booked, whatever became of it
	}
	held := *d
	err := w.publisher.Publish(w.ctx, &held)
	if err == nil {
		return w.begun // booked, whatever became of it
	}
	if w.reached == 0 {
		return false
	}
	out := account.Lost // the bus ended
	if errors.Is(err, event.ErrLimit) {
		out = account.Dropped
	}
	for i := w.reached; i < len(w.bus.gen.handlers); i++ {
		w.bus.miss(i, d, out)
	}
	return true
}

// caught lets the lane die of an observer's panic that came through. Whoever met
// it takes no other item until the lane has died.
func (w *publication) caught(taken *bool) {
	if v := recover(); v != nil {
		*taken = true
		w.producer.cancel()
		w.bus.gen.lane.die(fmt.Sprintf("publisher %d: an observer panicked: %v", w.producer.id, v))
	}
}

// idle implements [sender].
func (w *publication) idle() {
	if !w.inline {
		return
	}
	w.publisher.Rest()
	w.flush()
	w.rest(w.last)
	w.waiter.Fresh()
}

// Begin implements [event.PublishProbe].
func (w *publication) Begin(_ *delivery, observers int) bool {
	w.begun, w.reached, w.worst = true, observers, account.Done
	if !w.inline {
		return false
	}
	if w.timed = !w.grouping(w.d); w.timed {
		w.flush()
		w.hold(w.d)
	}
	return w.timed
}

// hold shows that the publisher has an item in hand. What came before is counted
// first.
func (w *publication) hold(d *delivery) {
	w.producer.flush()
	w.last = w.producer.now
	w.take(d, 1, w.last)
	w.producer.show(&d.item)
	for i := range w.calls {
		w.calls[i].state.Store(uint32(engine.CallPending))
	}
	if w.nested != nil {
		w.nested.ahead = false
	}
	w.holding.Store(true)
	w.first = w.bus.gen.lane.began(w.server, d, w.last)
}

// Call implements [event.PublishProbe].
func (w *publication) Call(i int) {
	h := w.handlers[i]
	w.at.Store(int32(h.index))
	w.calls[i].since.Store(int64(w.last))
	w.calls[i].state.Store(uint32(engine.CallRunning))
	h.began(w.server, &w.each[i], w.d, 1, w.last)
	if n := w.nested; n != nil && n.ahead && n.to == i {
		w.order.NestedLate()
	}
}

// Return implements [event.PublishProbe].
func (w *publication) Return(i int, err error) {
	start := w.last
	w.last = w.bus.gen.lane.run.clock.Now()
	out, state := account.Done, engine.CallOK
	if err != nil {
		out, state = w.failure(err), engine.CallFailed
	}
	w.calls[i].took.Store(int64(w.last - start))
	w.calls[i].state.Store(uint32(state))
	w.handlers[i].ended(w.server, &w.each[i], w.d, start, w.last, out)
}

// Failed implements [event.PublishProbe].
func (w *publication) Failed(i int, err error) {
	if !w.inline {
		w.reached = min(w.reached, i)
		return
	}
	w.each[i].ended[w.failure(err)].Add(1)
	w.each[i].ended[account.Done].Add(-1) // as which it is counted with the others
}

// failure is how a delivery ended whose observer returned an error.
func (w *publication) failure(err error) account.Outcome {
	out := account.Failed
	if w.ctx.Err() != nil || errors.Is(err, event.ErrPanicked) && !w.bus.gen.recovers {
		out = account.Lost
	}
	w.worst = max(w.worst, out)
	return out
}

// Skipped implements [event.PublishProbe].
func (w *publication) Skipped(from, to int) {
	w.reached = min(w.reached, from)
	if !w.inline {
		return
	}
	w.worst = account.Lost
	for i := from; i < to; i++ {
		w.calls[i].state.Store(uint32(engine.CallSkipped))
		w.each[i].skipped.Add(1)
		w.handlers[i].conclude(&w.each[i], w.d, w.last, account.Lost)
		w.bus.gen.lane.note(engine.Skipped, w.d, w.handlers[i].index, w.id, 1, w.last)
		if !w.timed { // as which it is counted with the others
			w.each[i].attempts.Add(-1)
			w.each[i].returned.Add(-1)
			w.each[i].ended[account.Done].Add(-1)
		}
	}
}

// Dropped implements [event.PublishProbe].
func (w *publication) Dropped(i int, d *delivery, oldest bool) {
	if oldest {
		w.bus.miss(i, d, account.Dropped)
	} else {
		w.bus.gen.refused(w.bus.gen.handlers[i:i+1], d)
	}
}

// Block implements [event.PublishProbe].
func (w *publication) Block() { w.producer.Block() }

// Unblock implements [event.PublishProbe].
func (w *publication) Unblock() { w.producer.Unblock() }

// End implements [event.PublishProbe].
func (w *publication) End(*delivery) {
	switch {
	case !w.inline:
		return
	case w.timed:
		w.bus.gen.lane.settle(w.server, w.d, w.producer.now, w.last, w.worst)
	case len(w.group.shown) > 0:
		w.endShown()
	default:
		w.endBrief()
		return
	}
	if took := w.last - w.producer.now; w.timed && took < brief*time.Duration(1+len(w.calls)) { // timing takes its time, too
		w.group.briefs++
	} else {
		w.group.briefs = 0
	}
	w.holding.Store(false)
	w.producer.published(w.first, w.d.item.At, w.producer.now, w.last)
}
