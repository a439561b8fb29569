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
	publishing *gate           // publishes under way but those of publishers
	publishers []*Publisher[T] // under bus.mu
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
	return e.publish(ctx, v, e.publishing, nil, nil)
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
		depth := 0
		if o.queue != nil {
			depth = o.queue.depth()
		}
		dst = append(dst, depth)
	}
	return dst
}

// Publisher publishes one event from one goroutine at a time (nested publishes
// included). It shares no counter with other publishers, which matters at
// millions a second, and can be watched. It lives as long as its bus: make one
// for each goroutine that publishes, not for each publish.
type Publisher[T any] struct {
	event      *Event[T]
	probe      PublishProbe[T]
	publishing *gate
	at         atomic.Pointer[observer[T]] // inline, timed: who was called last
}

// Publisher returns a new publisher of e, watched by probe unless that is nil.
func (e *Event[T]) Publisher(probe PublishProbe[T]) *Publisher[T] {
	p := &Publisher[T]{event: e, probe: probe, publishing: newGate()}
	e.bus.mu.Lock()
	defer e.bus.mu.Unlock()
	if e.bus.closed.Load() {
		p.publishing.shut()
	}
	e.publishers = append(e.publishers, p)
	return p
}

// Publish is Event.Publish.
func (p *Publisher[T]) Publish(ctx context.Context, v T) error {
	return p.event.publish(ctx, v, p.publishing, p.probe, &p.at)
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
	event     *Event[T]
	observers *observers[T] // as the publish began
	next      int           // the observer whose turn it is
	errs      []error
	probe     PublishProbe[T]              // nil: not watched
	timed     bool                         // tell the probe of every observer
	at        *atomic.Pointer[observer[T]] // inline, timed: where to write who is called
}

func (e *Event[T]) publish(ctx context.Context, v T, g *gate, probe PublishProbe[T], at *atomic.Pointer[observer[T]]) error {
	if !g.enter() {
		return ErrClosed
	}
	defer g.leave()
	p := publish[T]{event: e, observers: e.observers.Load(), probe: probe, at: at}
	if len(p.observers.all) == 0 {
		e.bus.unobserved.Add(1)
	}
	if probe != nil {
		p.timed = probe.Begin(v, len(p.observers.all))
		defer probe.End(v)
	}
	switch e.bus.options.Dispatch {
	case Inline:
		p.callAll(ctx, v)
	case Goroutine:
		p.startAll(v)
	case Buffered:
		p.enqueueAll(ctx, v)
	}
	if p.errs == nil {
		return nil
	}
	return errors.Join(p.errs...)
}

// changed reports whether the next observer has to be reachable to be called.
// If not, nothing was subscribed or cancelled since the publish began.
func (p *publish[T]) changed() bool {
	return p.observers != p.event.observers.Load() || p.observers.halted
}

// reachable reports whether the next observer may still be called. If not, it
// has been passed over, or with the end of the bus all that were left.
func (p *publish[T]) reachable() bool {
	switch {
	case p.event.bus.stopped.Load():
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
	if p.probe != nil {
		p.probe.Skipped(p.next, p.next+1)
	}
	p.next++
}

// stop ends the publish because of err: who is left is not reached.
func (p *publish[T]) stop(err error) {
	p.errs = append(p.errs, &ObserverError{p.event.name, p.observers.all[p.next].name, err})
	p.skipFrom(p.next)
}

func (p *publish[T]) skipFrom(i int) {
	n := len(p.observers.all)
	if p.probe != nil && i < n {
		p.probe.Skipped(i, n)
	}
	p.next = n
}

// begin tells of the next observer in a timed publish.
func (p *publish[T]) begin() {
	if p.at != nil {
		p.at.Store(p.observers.all[p.next])
	}
	p.probe.Call(p.next)
}

// end ends the turn of the next observer, with its error if it failed.
func (p *publish[T]) end(err error) {
	if err != nil {
		p.errs = append(p.errs, &ObserverError{p.event.name, p.observers.all[p.next].name, err})
	}
	p.tell(err)
}

// tell tells the probe how the next observer's turn ended.
func (p *publish[T]) tell(err error) {
	switch {
	case p.timed:
		p.probe.Return(p.next, err)
	case err != nil && p.probe != nil:
		p.probe.Failed(p.next, err)
	}
}
