package event

import (
	"context"
	"errors"
	"sync/atomic"
)

// Event is one name on a bus, resolved.
type Event[T any] struct {
	bus        *Bus[T]
	name       string
	observers  atomic.Pointer[observers[T]]
	anyone     *Publisher[T]   // of those who have none of their own
	publishers []*Publisher[T] // all; under bus.mu
}

// Publish publishes v under the event's name; see the package for who is called
// by whom, and when. Inline it returns what the observers returned, else what
// kept v from being handed over: ErrLimit, the context's error if that ended
// while Publish was blocked, ErrClosed. All can be told by errors.Is.
func (b *Bus[T]) Publish(ctx context.Context, name string, v T) error {
	if e := (*b.events.Load())[name]; e != nil {
		return e.Publish(ctx, v)
	}
	// Nobody ever observed this name. It is not remembered: names may be made
	// of data.
	if b.closed.Load() {
		return ErrClosed
	}
	b.unobserved.Add(1)
	return nil
}

// Publish is Bus.Publish without looking the name up.
func (e *Event[T]) Publish(ctx context.Context, v T) error {
	return e.anyone.Publish(ctx, v)
}

// Observers appends to dst the names of the observers, in their order.
func (e *Event[T]) Observers(dst []string) []string {
	for _, o := range e.observers.Load().all {
		dst = append(dst, o.name)
	}
	return dst
}

// Depths appends to dst how many values wait for each observer, in their order:
// with Buffered dispatch; else 0. It takes no lock.
func (e *Event[T]) Depths(dst []int) []int {
	for _, o := range e.observers.Load().all {
		dst = append(dst, o.depth())
	}
	return dst
}

// Depth is how many values wait for one observer, by its place among those of the
// event, from 0. It takes no lock.
func (e *Event[T]) Depth(observer int) int { return e.observers.Load().all[observer].depth() }

func (o *observer[T]) depth() int {
	if o.queue == nil {
		return 0
	}
	return o.queue.depth()
}

// Publisher publishes one event from one goroutine at a time (nested publishes
// included). It shares no counter with other publishers, which matters at
// millions a second, and can be watched. It lives as long as its bus: make one
// for each goroutine that publishes, not for each publish.
type Publisher[T any] struct {
	event      *Event[T]
	probe      PublishProbe[T]
	publishing *gate
	stay       *stay                       // nil: it leaves the gate after every publish
	nested     bool                        // it publishes while another one does, which is inside
	at         atomic.Pointer[observer[T]] // inline, timed: who was called last
}

// Publisher returns a new publisher of e, watched by probe unless that is nil.
func (e *Event[T]) Publisher(probe PublishProbe[T]) *Publisher[T] {
	e.bus.mu.Lock()
	defer e.bus.mu.Unlock()
	return e.publisher(probe)
}

// Nested returns a new publisher of e for an inline observer that p calls, to publish
// within its call. While p is at a publish it may do so even if the bus is to take
// no more: what p has begun it ends.
func (p *Publisher[T]) Nested(e *Event[T], probe PublishProbe[T]) *Publisher[T] {
	n := e.Publisher(probe)
	n.nested = true
	return n
}

// publisher is Publisher with bus.mu held.
func (e *Event[T]) publisher(probe PublishProbe[T]) *Publisher[T] {
	p := &Publisher[T]{event: e, probe: probe, publishing: newGate()}
	if e.bus.closed.Load() {
		p.publishing.shut()
	}
	e.publishers = append(e.publishers, p)
	return p
}

// Stay spares the publisher entering and leaving the bus with every publish: from
// now on it stays inside, from its next publish until its goroutine calls Rest.
// Close waits for that, or for the next publish, which then fails; Kill counts it
// among the calls under way. It is to be called before the first publish.
func (p *Publisher[T]) Stay() { p.stay = new(stay) }

// Rest lets the bus be closed without waiting for the publisher, which will not
// publish for a while. It is to be called between publishes. Without Stay it does nothing.
func (p *Publisher[T]) Rest() {
	if p.stay != nil {
		p.stay.rest(p.publishing)
	}
}

func (p *Publisher[T]) enter() bool {
	if p.stay != nil {
		return p.stay.enter(p.publishing)
	}
	if p.nested {
		return !p.event.bus.stopped.Load()
	}
	return p.publishing.enter()
}

func (p *Publisher[T]) leave() {
	switch {
	case p.stay != nil:
		p.stay.leave()
	case !p.nested:
		p.publishing.leave()
	}
}

// Publish is Event.Publish.
func (p *Publisher[T]) Publish(ctx context.Context, v T) error {
	list := p.event.observers.Load() // first: when the bus is halted this one is stale
	if !p.enter() {
		return ErrClosed
	}
	u := publish[T]{by: p, observers: list}
	u.begin(v)
	switch p.event.bus.options.Dispatch {
	case Inline:
		u.callAll(ctx, v)
	case Goroutine:
		u.startAll(v)
	case Buffered:
		u.enqueueAll(ctx, v)
	}
	u.end(v)
	return u.err
}

// calling names the observer that was called last; empty if nobody looked.
func (p *Publisher[T]) calling() string {
	if o := p.at.Load(); o != nil {
		return o.name
	}
	return ""
}

// A publish is one publish under way. It lives on the publisher's stack.
type publish[T any] struct {
	by        *Publisher[T]
	observers *observers[T] // as the publish began
	next      int           // the observer whose turn it is
	timed     bool          // tell the probe of every observer
	err       error         // of all observers so far
}

func (p *publish[T]) begin(v T) {
	if len(p.observers.all) == 0 {
		p.by.event.bus.unobserved.Add(1)
	}
	if p.by.probe != nil {
		p.timed = p.by.probe.Begin(v, len(p.observers.all))
	}
}

// end ends the publish, whether it returns or panics.
func (p *publish[T]) end(v T) {
	if p.by.probe != nil {
		p.by.probe.End(v)
	}
	p.by.leave()
}

// reachable reports whether the next observer may still be called, which is in
// doubt when the list is stale. If not, it has been passed over, or with the end
// of the bus all that were left.
func (p *publish[T]) reachable() bool {
	switch {
	case p.by.event.bus.stopped.Load():
		p.stop(ErrClosed)
		return false
	case p.observers.all[p.next].gone.Load():
		p.pass()
		return false
	}
	return true
}

// pass passes over the next observer, which is gone.
func (p *publish[T]) pass() {
	if p.by.probe != nil {
		p.by.probe.Skipped(p.next, p.next+1)
	}
	p.next++
}

// stop ends the publish because of err: who is left is not reached.
func (p *publish[T]) stop(err error) {
	p.failed(err)
	p.skipRest()
}

func (p *publish[T]) skipRest() {
	n := len(p.observers.all)
	if p.by.probe != nil && p.next < n {
		p.by.probe.Skipped(p.next, n)
	}
	p.next = n
}

// call tells of the next observer's turn, in a timed publish.
func (p *publish[T]) call() {
	p.by.at.Store(p.observers.all[p.next])
	p.by.probe.Call(p.next)
}

// called ends the next observer's turn, with its error if it failed.
func (p *publish[T]) called(err error) {
	if err != nil {
		p.failed(err)
	}
	p.tell(err)
	p.next++
}

// tell tells the probe how the next observer's turn ended.
func (p *publish[T]) tell(err error) {
	switch {
	case p.timed:
		p.by.probe.Return(p.next, err)
	case err != nil && p.by.probe != nil:
		p.by.probe.Failed(p.next, err)
	}
}

// failed adds the next observer's error to those of the publish.
func (p *publish[T]) failed(err error) {
	err = &ObserverError{Event: p.by.event.name, Observer: p.observers.all[p.next].name, Err: err}
	if p.err != nil {
		err = errors.Join(p.err, err)
	}
	p.err = err
}
