package live

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/event"
)

// rarely is how many inline publishes go by for each that is timed observer by
// observer, while observers are so quick that timing them would cost more than
// they do.
const rarely = 64

// publication is a producer's way onto a bus. It watches its publishes and,
// with inline dispatch, books the calls of the observers: these are handled on
// the producer's goroutine, and so at a place of the producer's.
type publication struct {
	*server   // inline: the place
	producer  *producer
	bus       *bus
	publisher *event.Publisher[delivery]
	ctx       context.Context // of its publishes: ends when the bus does
	calls     []call          // inline: of the publish in hand

	d       delivery      // in hand
	last    time.Duration // the latest stamp
	timed   bool          // observer by observer
	begun   bool          // the bus has taken the publish in hand
	reached int           // how many observers it has reached
	worst   outcome       // of those
	briefs  int           // how many quick publishes in a row
	untimed int64         // publishes not yet booked
}

// call is what a person sees of the call of one observer.
type call struct {
	state atomic.Uint32 // engine.CallState
	since atomic.Int64  // lane time when it began
	took  atomic.Int64
}

// sender implements [handover].
func (b *bus) sender(p *producer) sender {
	w := &publication{producer: p, bus: b, ctx: b.ctx}
	w.publisher = b.event.Publisher(w)
	if b.mode == engine.Inline {
		w.server = b.gen.own(p.id)
		w.calls = make([]call, len(b.gen.handlers))
		w.ctx = withServer(b.ctx, w.server)
		p.calls.Store(&w.calls)
	} else {
		p.calls.Store(nil)
	}
	return w
}

// send implements [sender].
func (w *publication) send(d *delivery) (taken bool) {
	if !w.bus.limited(w.ctx, w.producer) {
		return false
	}
	w.d, w.begun, w.reached = *d, false, 0
	defer w.caught(&taken)
	err := w.publisher.Publish(w.ctx, *d)
	if err == nil || w.inline() {
		return w.begun // booked, whatever became of it
	}
	if w.reached == 0 {
		return false
	}
	out := lost // the bus ended
	if errors.Is(err, event.ErrLimit) {
		out = dropped
	}
	for i := w.reached; i < len(w.bus.gen.handlers); i++ {
		w.bus.miss(i, d, out)
	}
	return true
}

func (w *publication) inline() bool { return w.bus.mode == engine.Inline }

// caught lets the lane die of an observer's panic that came through.
func (w *publication) caught(taken *bool) {
	if v := recover(); v != nil {
		*taken = true
		w.bus.gen.lane.die(fmt.Sprintf("publisher %d: an observer panicked: %v", w.producer.id, v))
	}
}

// idle implements [sender].
func (w *publication) idle() {
	if !w.inline() {
		return
	}
	w.book()
	w.rest(w.last)
	w.waiter.Fresh()
}

// Begin implements [event.PublishProbe].
func (w *publication) Begin(d delivery, observers int) bool {
	w.begun, w.reached, w.worst = true, observers, done
	if !w.inline() {
		return false
	}
	w.last = w.producer.now
	w.timed = w.briefs < steady || w.untimed >= rarely || w.bus.gen.lane.run.sampling.Wants(d.item.Seq)
	if w.timed {
		w.book()
		w.producer.flush() // what came before is counted before this one is seen in hand
		w.take(&d, 1, w.last)
		w.producer.show(&d.item)
		for i := range w.calls {
			w.calls[i].state.Store(uint32(engine.CallPending))
		}
		w.bus.gen.lane.began(w.server, &d, w.last)
	}
	return w.timed
}

// Call implements [event.PublishProbe].
func (w *publication) Call(i int) {
	h := w.handlers[i]
	w.at.Store(int32(h.index))
	w.calls[i].since.Store(int64(w.last))
	w.calls[i].state.Store(uint32(engine.CallRunning))
	h.began(w.server, &w.each[i], &w.d, 1, w.last)
}

// Return implements [event.PublishProbe].
func (w *publication) Return(i int, err error) {
	start := w.last
	w.last = w.bus.gen.lane.run.clock.Now()
	out, state := done, engine.CallOK
	if err != nil {
		out, state = w.failure(err), engine.CallFailed
	}
	w.calls[i].took.Store(int64(w.last - start))
	w.calls[i].state.Store(uint32(state))
	w.handlers[i].ended(w.server, &w.each[i], &w.d, start, w.last, out)
}

// Failed implements [event.PublishProbe].
func (w *publication) Failed(i int, err error) {
	if !w.inline() {
		w.reached = min(w.reached, i)
		return
	}
	w.each[i].ended[w.failure(err)].Add(1)
	w.each[i].ended[done].Add(-1) // as which book counts it
}

// failure is how a delivery ended whose observer returned an error.
func (w *publication) failure(err error) outcome {
	out := failed
	if w.ctx.Err() != nil || errors.Is(err, event.ErrPanicked) && !w.bus.gen.recovers {
		out = lost
	}
	w.worst = max(w.worst, out)
	return out
}

// Skipped implements [event.PublishProbe].
func (w *publication) Skipped(from, to int) {
	w.reached = min(w.reached, from)
	if !w.inline() {
		return
	}
	w.worst = lost
	for i := from; i < to; i++ {
		w.calls[i].state.Store(uint32(engine.CallSkipped))
		w.each[i].skipped.Add(1)
		w.each[i].ended[lost].Add(1)
		w.bus.gen.lane.note(engine.Skipped, &w.d, w.handlers[i].index, w.id, 1, w.last)
		if !w.timed { // as which book counts it
			w.each[i].attempts.Add(-1)
			w.each[i].returned.Add(-1)
			w.each[i].ended[done].Add(-1)
		}
	}
}

// Dropped implements [event.PublishProbe].
func (w *publication) Dropped(i int, d delivery, oldest bool) {
	if oldest {
		w.bus.miss(i, &d, dropped)
	} else {
		w.bus.gen.refused(w.bus.gen.handlers[i:i+1], &d)
	}
}

// Block implements [event.PublishProbe].
func (w *publication) Block() { w.producer.Block() }

// Unblock implements [event.PublishProbe].
func (w *publication) Unblock() { w.producer.Unblock() }

// End implements [event.PublishProbe].
func (w *publication) End(delivery) {
	if !w.inline() {
		return
	}
	l, start := w.bus.gen.lane, w.producer.now
	if w.timed {
		l.settle(w.server, &w.d, start, w.last, w.worst)
	} else {
		w.last = l.run.clock.Now()
		w.end(start)
	}
	if took := w.last - start; took < brief*time.Duration(1+len(w.calls)) {
		w.briefs++
	} else {
		w.briefs = 0
		w.book()
	}
	w.producer.published(w.d.item.At, start, w.last)
}

// end books what must be booked at once of an untimed publish.
func (w *publication) end(start time.Duration) {
	w.untimed++
	if w.worst != done {
		w.items.ended[w.worst].Add(1)
		w.items.ended[done].Add(-1)
	}
	if w.worst != lost {
		w.bus.gen.lane.finished(w.server, &w.d, start, w.last)
	}
	if w.d.rec != nil {
		w.d.rec.free()
	}
}

// book counts the untimed publishes since it was last called.
func (w *publication) book() {
	n := w.untimed
	if n == 0 {
		return
	}
	w.untimed = 0
	w.items.attempts.Add(n)
	w.items.returned.Add(n)
	w.items.ended[done].Add(n)
	for i := range w.each {
		w.each[i].attempts.Add(n)
		w.each[i].returned.Add(n)
		w.each[i].ended[done].Add(n)
	}
}
