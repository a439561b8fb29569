package live

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"sync"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/event"
)

// arrived is the event that lanes publish for each item.
const arrived = "item.arrived"

// bus is the hand-over of an event lane: a bus on which each handler observes
// the arrival of an item. What it carries is read by all observers and changed by
// none: an inline one gets that of its publisher, any other a copy that all share.
type bus struct {
	gen    *generation
	bus    *event.Bus[*delivery]
	event  *event.Event[*delivery]
	ctx    context.Context // of publishes, and of inline handlers: ends with the bus
	cancel context.CancelFunc
	seats  seats
	mode   engine.Dispatch
}

var fullBus = map[engine.WhenFull]event.Policy{
	engine.Block: event.Block, engine.DropNewest: event.DropNewest, engine.DropOldest: event.DropOldest,
}

var dispatches = map[engine.Dispatch]event.Dispatch{
	engine.Inline: event.Inline, engine.Goroutine: event.Goroutine, engine.Buffered: event.Buffered,
}

func newBus(g *generation, spec *engine.Lane) (*bus, error) {
	l := g.lane
	b := &bus{gen: g, mode: spec.Dispatch, bus: event.NewBus[*delivery](event.Options{
		Dispatch: dispatches[spec.Dispatch],
		Capacity: spec.Queue.Capacity, WhenFull: fullBus[spec.Queue.WhenFull],
		Limit: spec.Limit, Recover: spec.Recover,
		OnPanic: func(observer string, v any, _ []byte) { l.die(fmt.Sprintf("observer %s panicked: %v", observer, v)) },
	})}
	b.ctx, b.cancel = context.WithCancel(pprof.WithLabels(context.Background(), l.labels(l.giver(), ""))) // its publishers'
	b.event = b.bus.Event(arrived)
	b.seats.gen = g
	for i, h := range g.handlers {
		options := []event.SubscribeOption{
			event.As(h.name),
			event.OnDiscard(func(d *delivery) { b.miss(i, d, account.Lost) }),
		}
		if b.mode == engine.Buffered {
			options = append(options, event.Watch(b.watch(h)))
		}
		labelled(b.ctx, l.labels(roleObserver, h.name)) // an observer's goroutine inherits it
		if _, err := b.bus.Subscribe(arrived, b.observer(i, h), options...); err != nil {
			return nil, errors.Join(err, b.kill())
		}
		if to := g.recipient(h); to >= 0 {
			if _, err := b.bus.Subscribe(published, g.handlers[to].way.observe, event.As(g.handlers[to].name)); err != nil {
				return nil, errors.Join(err, b.kill())
			}
		}
	}
	return b, nil
}

// observer is what the bus calls for a handler.
func (b *bus) observer(i int, h *handler) event.Handler[*delivery] {
	switch b.mode {
	case engine.Goroutine:
		labels := pprof.WithLabels(b.ctx, b.gen.lane.labels(roleObserver, h.name))
		return func(ctx context.Context, d *delivery) error {
			pprof.SetGoroutineLabels(labels)
			srv := b.seats.take(i)
			defer b.seats.leave(i, srv)
			srv.waiter.Fresh()
			return b.call(ctx, h, d, srv)
		}
	case engine.Buffered:
		srv := b.gen.place([]*handler{h}, 1)
		return func(ctx context.Context, d *delivery) error { return b.call(ctx, h, d, srv) }
	default:
		if b.gen.recipient(h) >= 0 {
			return b.publishIn(h)
		}
		return h.way.observe
	}
}

// call runs a handler on a goroutine of the bus, and books it.
func (b *bus) call(ctx context.Context, h *handler, d *delivery, srv *server) (err error) {
	if b.gen.discard([]*handler{h}, d) {
		return nil
	}
	l := b.gen.lane
	start := l.run.clock.Now()
	srv.take(d, 1, start)
	h.began(srv, &srv.each[0], d, 1, start)
	if l.began(srv, d, start) && b.mode == engine.Buffered && !srv.ready {
		srv.items.waited.Add(1)
	}
	srv.ready = false
	out := b.gen.panicked() // unless it returns
	defer func() {
		now := l.run.clock.Now()
		if ctx.Err() != nil {
			out = account.Lost
		}
		h.ended(srv, &srv.each[0], d, start, now, out)
		l.settle(srv, d, start, now, out)
		srv.rest(now)
	}()
	if err = h.run(ctx, d, srv); err == nil {
		out = account.Done
	} else {
		out = account.Failed
	}
	return err
}

// watch is told when the goroutine of a buffered observer has nothing to do.
func (b *bus) watch(h *handler) func() event.CallProbe[*delivery] {
	return func() event.CallProbe[*delivery] { return observing{b.gen.place([]*handler{h}, 1)} }
}

type observing struct{ *server }

func (observing) Start(*delivery)      {}
func (observing) End(*delivery, error) {}

func (o observing) Idle() {
	o.ready = true
	o.waiter.Fresh()
}

// miss books a delivery for an observer that will not take it any more.
func (b *bus) miss(position int, d *delivery, out account.Outcome) {
	b.gen.missed(b.gen.handlers[position:position+1], d, out)
}

// seats lends places to the goroutines of goroutine dispatch, so that there
// are no more of them than ran at once.
type seats struct {
	gen  *generation
	mu   sync.Mutex
	free map[int][]*server
	made int
}

func (s *seats) take(position int) *server {
	s.mu.Lock()
	defer s.mu.Unlock()
	if free := s.free[position]; len(free) > 0 {
		s.free[position] = free[:len(free)-1]
		return free[len(free)-1]
	}
	s.made++
	return s.gen.place(s.gen.handlers[position:position+1], s.made)
}

func (s *seats) leave(position int, srv *server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == nil {
		s.free = make(map[int][]*server)
	}
	s.free[position] = append(s.free[position], srv)
}

// adjust implements [handover].
func (b *bus) adjust(spec *engine.Lane) error {
	b.bus.SetCapacity(spec.Queue.Capacity)
	b.bus.SetWhenFull(fullBus[spec.Queue.WhenFull])
	b.bus.SetLimit(spec.Limit)
	b.gen.discards.Store(spec.Queue.DropExpired)
	return nil
}

// depth implements [handover].
func (b *bus) depth(position int) int { return b.event.Depth(position) }

// depths implements [handover]. A bus has no partitions.
func (b *bus) depths(_ int, dst []int) []int { return dst }

// crash implements [handover].
func (b *bus) crash(*engine.Fault) error {
	return fmt.Errorf("%s: an observer of a bus is no worker: nothing of its own can crash; use fail, panic or stall", b.gen.lane.name)
}

// close implements [handover].
func (b *bus) close(ctx context.Context) {
	_, _ = b.bus.Close(ctx) // what is left is booked as it is discarded
	b.cancel()
}

// kill implements [handover].
func (b *bus) kill() error {
	b.bus.Kill() // first, or an inline observer that obeys at once would leave its place to the next
	b.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), killTime)
	defer cancel()
	_, err := b.bus.Close(ctx)
	return err
}

// limited waits while goroutine dispatch is at its limit: here a real program
// would be dying. It returns false when ctx ends first.
func (b *bus) limited(ctx context.Context, p *producer) bool {
	l := b.gen.lane
	if b.mode != engine.Goroutine || b.room() {
		return true
	}
	l.atLimit.Add(1)
	defer l.atLimit.Add(-1)
	p.Block()
	defer p.Unblock()
	for !b.room() {
		if p.nap(ctx, time.Millisecond) != nil {
			return false
		}
	}
	return true
}

// room tells whether the calls of one more item stay below the limit.
func (b *bus) room() bool {
	return b.bus.Running()+len(b.gen.handlers) <= int(b.gen.lane.limit.Load())
}
