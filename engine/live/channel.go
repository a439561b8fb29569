package live

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/message"
	"duet/engine/script"
)

// channel is the hand-over of a message lane: a topic with a subscription for
// each handler, or one for all of them together. Its queues are Go channels.
type channel struct {
	gen   *generation
	topic *message.Topic[delivery]
	subs  []*message.Subscription[delivery]
}

func newChannel(g *generation, spec *engine.Lane) (*channel, error) {
	c := &channel{gen: g, topic: message.NewTopic[delivery](g.lane.name)}
	if g.together {
		return c, c.subscribe("together", nil, spec)
	}
	for _, h := range g.handlers {
		if err := c.subscribe(h.name, h, spec); err != nil {
			return nil, errors.Join(err, c.kill())
		}
	}
	return c, nil
}

// subscribe adds the subscription of a handler, or with h nil of all together.
func (c *channel) subscribe(name string, h *handler, spec *engine.Lane) error {
	workers, capacity := script.Sizes(spec, name)
	l := c.gen.lane
	rooms, labels := &c.gen.rooms, l.labels(roleWorker, name)
	c.reveal(spec)
	o := message.Options[delivery]{
		Capacity: capacity, WhenFull: policies[spec.Queue.WhenFull],
		Workers: workers, Partitions: spec.Queue.Partitions,
		Key: func(d delivery) uint64 { return uint64(d.item.Key) },
		Ack: acks[spec.Ack], Attempts: spec.Attempts, Visibility: spec.Queue.Visibility,
		Backoff:    c.gen.backoff(spec.Backoff, len(c.subs)),
		DeadLetter: deadLetter(spec.Attempts),
		Feeds:      c.gen.recipient(h) >= 0,
		Recover:    spec.Recover,
		OnPanic:    func(worker int, v any, _ []byte) { l.die(fmt.Sprintf("worker %d of %s panicked: %v", worker, name, v)) },
		Clock:      l.run.clock,
		Probe:      &watch{gen: c.gen, h: h, runs: c.gen.runs(h)},
		Context: func(ctx context.Context, worker int) context.Context {
			return withServer(labelled(ctx, labels), c.gen.place(c.gen.runs(h), worker))
		},
		Order: orders[spec.Queue.Order],
	}
	if rooms.Of != nil {
		o.Classes, o.Class = rooms.Queues(), func(d delivery) int { return rooms.Of[d.item.Class] }
		o.Pools = make([]int, o.Classes)
		for _, q := range rooms.Own {
			o.Pools[q]++
		}
	}
	if h != nil && !h.nested && h.publishes == nil { // else each is measured by itself
		o.Quick = h.way.quickly
	}
	sub, err := c.topic.Subscribe(name, c.work(h), o)
	if err == nil {
		c.subs = append(c.subs, sub)
		c.discard(len(c.subs)-1, spec)
	}
	return err
}

// discard has a subscription throw away what was given up, when its turn comes, or
// not any more.
func (c *channel) discard(position int, spec *engine.Lane) {
	c.gen.discards.Store(spec.Queue.DropExpired)
	if !spec.Queue.DropExpired {
		c.subs[position].SetDiscard(nil)
		return
	}
	runs := c.gen.runs(c.apart(position))
	c.subs[position].SetDiscard(func(d *delivery) bool { return c.gen.discard(runs, d) })
}

// reveal takes note of it when what is in hand for long is delivered again: before it
// is.
func (c *channel) reveal(spec *engine.Lane) {
	if spec.Queue.Visibility > 0 {
		c.gen.visible.Store(true)
	}
}

// work is what a subscription's workers call. Only here is a handler's publication
// sent on: what a broker holds has no record that it could end with.
func (c *channel) work(h *handler) message.Handler[delivery] {
	if to := c.gen.recipient(h); to >= 0 {
		return c.sendOn(h, to)
	}
	return c.gen.work(h)
}

var policies = map[engine.WhenFull]message.Policy{
	engine.Block: message.Block, engine.DropNewest: message.DropNewest, engine.DropOldest: message.DropOldest,
}

var orders = map[engine.Order]message.Order{
	engine.FIFO: message.FIFO, engine.LIFO: message.LIFO, engine.Priority: message.ByPriority, engine.Select: message.ByChance,
}

var acks = map[engine.Ack]message.Ack{
	engine.AckNone: message.AckNone, engine.AckBefore: message.AckBefore, engine.AckAfter: message.AckAfter,
}

// deadLetter makes failing for good dead-lettering, where there were several
// attempts. The letters are counted, not kept.
func deadLetter(attempts int) func(delivery, error) {
	if attempts <= 1 {
		return nil
	}
	return func(delivery, error) {}
}

// sender implements [handover].
func (c *channel) sender(p *producer) sender {
	p.calls.Store(nil)
	return &sending{channel: c, to: c.topic.Sender(p)}
}

// sending is a producer's way into a topic.
type sending struct {
	*channel
	to *message.Sender[delivery]
}

// send implements [sender].
func (s *sending) send(d *delivery) bool {
	err := s.to.Send(context.Background(), d)
	if err == nil {
		return true
	}
	var partial *message.PartialError
	if !errors.As(err, &partial) {
		return false
	}
	// The topic was killed, or was not given the time to finish the send.
	for _, h := range s.gen.handlers[len(s.gen.handlers)-len(partial.Missed):] {
		s.gen.missed([]*handler{h}, d, account.Lost)
	}
	return true
}

// idle implements [sender].
func (s *sending) idle() {}

// adjust implements [handover].
func (c *channel) adjust(spec *engine.Lane) error {
	var errs []error
	c.reveal(spec)
	for i, sub := range c.subs {
		workers, capacity := script.Sizes(spec, sub.Name())
		if n := c.gen.partitions; n > 0 {
			workers = min(workers, n) // it drains, and the new hand-over has more
		}
		workers = max(workers, c.gen.rooms.Least()) // likewise, and fewer
		c.discard(i, spec)
		if spec.Attempts == 1 { // the ack mode may only become lax when there are no further attempts
			errs = append(errs, sub.SetAttempts(1))
		}
		if spec.Queue.Visibility == 0 { // likewise
			errs = append(errs, sub.SetVisibility(0))
		}
		sub.SetBackoff(c.gen.backoff(spec.Backoff, i))
		sub.SetDeadLetter(deadLetter(spec.Attempts))
		errs = append(errs,
			sub.SetAck(acks[spec.Ack]),
			sub.SetVisibility(spec.Queue.Visibility),
			sub.SetAttempts(spec.Attempts),
			c.resize(sub, policies[spec.Queue.WhenFull], capacity),
			sub.SetWorkers(workers))
	}
	return errors.Join(errs...)
}

// resize sets policy and capacity in the order in which both are allowed at
// any time: an unbuffered queue cannot drop its oldest.
func (c *channel) resize(sub *message.Subscription[delivery], p message.Policy, capacity int) error {
	if capacity == 0 {
		return errors.Join(sub.SetWhenFull(p), sub.SetCapacity(0))
	}
	return errors.Join(sub.SetCapacity(capacity), sub.SetWhenFull(p))
}

// depth implements [handover].
func (c *channel) depth(position int) int { return c.sub(position).Depth() }

// depths implements [handover].
func (c *channel) depths(position int, dst []int) []int {
	if c.gen.partitions == 0 && c.gen.rooms.Of == nil {
		return dst
	}
	return c.sub(position).Depths(dst)
}

// bottom is the earliest item at the bottom of a stack; beyond all if there is none.
func (c *channel) bottom() int64 {
	seq := int64(math.MaxInt64)
	for _, s := range c.subs {
		s.Bottom(func(d *delivery) { seq = min(seq, d.item.Seq) })
	}
	return seq
}

// sub is the subscription whose workers run the handler at a position.
func (c *channel) sub(position int) *message.Subscription[delivery] {
	if c.gen.together {
		position = 0
	}
	return c.subs[position]
}

// crash implements [handover].
func (c *channel) crash(f *engine.Fault) error {
	if f.Target == engine.TargetBroker {
		return errNoBroker
	}
	sub := c.subs[0]
	for _, s := range c.subs {
		if s.Name() == f.Handler {
			sub = s
		}
	}
	when := message.CrashDuring
	if f.When == engine.CrashBeforeAck {
		when = message.CrashBeforeAck
	}
	restart := f.Restart
	if restart == 0 {
		restart = -1
	}
	for n := range max(1, f.Count) {
		id, err := sub.Crash(f.Worker, when, restart)
		if err != nil && n > 0 {
			return nil // all there are
		} else if err != nil {
			return err
		}
		c.place(sub, id).mourn(when, c.gen.lane.run.clock.Now(), f.Restart)
	}
	return nil
}

// place is that of a worker of a subscription.
func (c *channel) place(sub *message.Subscription[delivery], id int) *server {
	position := max(0, slices.Index(c.subs, sub))
	return c.gen.place(c.gen.runs(c.apart(position)), id)
}

// apart is the handler of a subscription by its position; nil: all together.
func (c *channel) apart(position int) *handler {
	if c.gen.together {
		return nil
	}
	return c.gen.handlers[position]
}

// close implements [handover].
func (c *channel) close(ctx context.Context) {
	_, _ = c.topic.Close(ctx) // what is left is booked as it is left
}

// kill implements [handover].
func (c *channel) kill() error {
	c.topic.Kill()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := c.topic.Close(ctx)
	var stuck *message.StuckError
	if errors.As(err, &stuck) {
		return stuck
	}
	return nil
}
