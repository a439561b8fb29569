package live

import (
	"context"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/event"
	"duet/engine/message"
)

// published is the event that an inline observer publishes within its call.
const published = "item.done"

// relate tells the lane's handlers which of them publishes while it handles an
// item, and which gets that.
func (l *lane) relate(s *engine.Scenario) {
	if from, to, ok := s.Nested(); ok {
		l.handlers[from].publishes, l.handlers[to].nested = l.handlers[to], true
	}
}

// recipient is where among the handlers of a hand-over stands the one to which
// another publishes; -1 if that publishes nothing, or the hand-over does not run it.
func (g *generation) recipient(h *handler) int {
	if h == nil || h.publishes == nil || g.together {
		return -1
	}
	return g.position(h.publishes)
}

// The turns in which who gets both has begun with them.
const (
	unseen      uint32 = iota
	itemFirst          // as in which they were published
	nestedFirst        // what was published while the item was handled
)

// nest makes a record of what is published while the record's item is handled. It
// is a delivery of that item, which ends with it.
func (r *record) nest(now time.Duration) *record {
	n := newRecord(r.of, 0, nil)
	n.pending.Store(1)
	n.parent, n.at = r, now
	r.pending.Add(1)
	return n
}

// drop takes back that something was published.
func (r *record) drop() {
	r.parent.pending.Add(-1) // its publisher's own has not ended
	r.free()
}

// see notes that who gets both begins with one of them for the first time, and
// tells whether it is an item that comes after what was published for it.
func (r *record) see() (late bool) {
	if r.parent != nil {
		r.parent.seen.CompareAndSwap(unseen, nestedFirst)
		return false
	}
	return !r.seen.CompareAndSwap(unseen, itemFirst) && r.seen.Load() == nestedFirst
}

// sendOn has a handler's worker send on what that publishes, when it has done an
// item.
func (c *channel) sendOn(h *handler, to int) message.Handler[delivery] {
	return func(ctx context.Context, d delivery) error {
		if err := h.way.handle(ctx, d); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		d.rec = d.rec.nest(h.lane.run.clock.Now())
		h.publishes.spared.Add(-1)
		err := c.subs[to].Send(ctx, d, standing{serverOf(ctx)})
		if err != nil {
			h.publishes.spared.Add(1)
			d.rec.drop()
		}
		return err
	}
}

// standing is told when a worker stands at a queue with what its handler publishes.
type standing struct{ *server }

func (standing) Block() {}

func (s standing) Unblock() { s.waiter.Fresh() } // it knows nothing of what this took

// nesting is an inline publisher's way to publish within the call of an observer. It
// books the call of the one that gets it.
type nesting struct {
	*publication
	publisher *event.Publisher[*delivery]
	to        int // position of the handler that gets it
	start     time.Duration
	ahead     bool // it has got it before the item
}

// nested prepares for it; nil where there is nothing to publish.
func (b *bus) nested(w *publication) *nesting {
	for _, h := range b.gen.handlers {
		if to := b.gen.recipient(h); to >= 0 {
			n := &nesting{publication: w, to: to}
			n.publisher = w.publisher.Nested(b.bus.Event(published), n)
			return n
		}
	}
	return nil
}

// publishIn is what an inline observer does that publishes.
func (b *bus) publishIn(h *handler) event.Handler[*delivery] {
	return func(ctx context.Context, d *delivery) error {
		if err := h.way.observe(ctx, d); err != nil {
			return err
		}
		if ctx.Err() == nil {
			_ = serverOf(ctx).nested.publisher.Publish(ctx, d) // booked, whatever became of it
		}
		return ctx.Err()
	}
}

// Begin implements [event.PublishProbe].
func (n *nesting) Begin(*delivery, int) bool { return true }

// Call implements [event.PublishProbe].
func (n *nesting) Call(int) {
	h, t := n.handlers[n.to], &n.each[n.to]
	n.start = h.lane.run.clock.Now()
	n.ahead = engine.CallState(n.calls[n.to].state.Load()) == engine.CallPending
	h.spared.Add(-1)
	n.inCall.Store(true)
	t.attempts.Add(1)
	n.record(&h.bank(n.bank).wait, 0)
	h.lane.note(engine.Started, n.d, h.index, n.id, 1, n.start)
}

// Return implements [event.PublishProbe].
func (n *nesting) Return(_ int, err error) {
	h := n.handlers[n.to]
	out := account.Done
	if err != nil {
		out = n.failure(err)
	}
	n.inCall.Store(false)
	h.ended(n.server, &n.each[n.to], n.d, n.start, h.lane.run.clock.Now(), out)
}

// Skipped implements [event.PublishProbe]. The bus has ended: nothing was published.
func (n *nesting) Skipped(int, int) {}

// End implements [event.PublishProbe].
func (n *nesting) End(*delivery) {}
