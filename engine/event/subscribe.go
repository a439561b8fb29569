package event

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
)

// An observer is one subscription.
type observer[T any] struct {
	event     *Event[T]
	name      string
	handle    Handler[T]
	probe     CallProbe[T] // nil: not watched
	onDiscard func(T)      // nil: nobody wants to know

	gone  atomic.Bool // cancelled
	calls tally       // with Goroutine and Buffered
	queue *queue[T]   // with Buffered
}

// observers is a list of observers. It is copied to be changed, so that a
// publish goes through the list that it began with.
type observers[T any] struct {
	all      []*observer[T]
	handlers []Handler[T] // of the same: what an inline publish reads
	stale    atomic.Bool  // another list has taken its place
}

// observe puts a list of observers in the place of e's present one. It needs
// bus.mu.
func (e *Event[T]) observe(all []*observer[T]) {
	l := &observers[T]{all: all, handlers: make([]Handler[T], len(all))}
	for i, o := range all {
		l.handlers[i] = o.handle
	}
	if old := e.observers.Swap(l); old != nil {
		old.stale.Store(true)
	}
}

// SubscribeOption is a setting of one subscription: As, Watch, OnDiscard.
type SubscribeOption func(*subscription)

type subscription struct {
	as        string
	watch     any // func() CallProbe[T]
	onDiscard any // func(T)
}

// As names the observer, in errors, probes and reports. Defaults to the event's
// name and a number. Names need not be unique.
func As(name string) SubscribeOption {
	return func(s *subscription) { s.as = name }
}

// Watch has the observer's calls watched by the probe that newProbe makes; it is called
// once, while subscribing. Inline calls are watched by the publisher's probe
// instead, and Watch is then not used.
func Watch[T any](newProbe func() CallProbe[T]) SubscribeOption {
	return func(s *subscription) { s.watch = newProbe }
}

// OnDiscard has told be called for each value that the observer was handed and
// will never handle, because it was cancelled or the bus closed or killed while
// the value waited. It runs on the goroutine that did this, and must not call
// the bus.
func OnDiscard[T any](told func(v T)) SubscribeOption {
	return func(s *subscription) { s.onDiscard = told }
}

// Subscribe has h called for everything that is published under name from now
// on. The observer stays until cancel is called, which may be done again, from
// any goroutine and from h itself: it waits for no call of h.
//
// It fails with ErrClosed, and for an empty name, a nil handler, and an option
// made for values of another type.
func (b *Bus[T]) Subscribe(name string, h Handler[T], options ...SubscribeOption) (cancel func(), err error) {
	switch {
	case name == "":
		return nil, errors.New("event: an observer needs the name of an event")
	case h == nil:
		return nil, fmt.Errorf("event: the observer of %s has no handler", name)
	}
	o := &observer[T]{handle: h}
	if err := o.apply(name, options); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed.Load() {
		return nil, ErrClosed
	}
	b.numbered++
	if o.name == "" {
		o.name = fmt.Sprintf("%s#%d", name, b.numbered)
	}
	o.event = b.event(name)
	if b.options.Dispatch == Buffered {
		o.queue = newQueue[T](b.capacity)
		b.goroutines.enter()
		go o.serve()
	}
	o.event.observe(append(slices.Clip(o.event.observers.Load().all), o))
	return o.cancel, nil
}

// apply sets o up from the options of a subscription to the named event.
func (o *observer[T]) apply(name string, options []SubscribeOption) error {
	var s subscription
	for _, option := range options {
		option(&s)
	}
	o.name = s.as
	if s.watch != nil {
		newProbe, ok := s.watch.(func() CallProbe[T])
		if !ok {
			return fmt.Errorf("event: the observer of %s is watched by a %T, but the bus needs a %T", name, s.watch, newProbe)
		}
		o.probe = newProbe()
	}
	if s.onDiscard != nil {
		told, ok := s.onDiscard.(func(T))
		if !ok {
			return fmt.Errorf("event: what the observer of %s discards goes to a %T, but the bus needs a %T", name, s.onDiscard, told)
		}
		o.onDiscard = told
	}
	return nil
}

// cancel takes o from the list of its event. Publishes under way on an older
// list find that list stale, look closer, and see o gone.
func (o *observer[T]) cancel() {
	if o.gone.Swap(true) {
		return
	}
	b := o.event.bus
	b.mu.Lock()
	all := slices.Clone(o.event.observers.Load().all)
	o.event.observe(slices.DeleteFunc(all, func(other *observer[T]) bool { return other == o }))
	b.cancelled = append(slices.DeleteFunc(b.cancelled, func(o *observer[T]) bool { return o.calls.running() == 0 }), o)
	b.mu.Unlock()
	o.discard()
}

// discard stops o's goroutine after the call under way, and throws away what
// waits for it. It returns how much that was.
func (o *observer[T]) discard() int {
	if o.queue == nil {
		return 0
	}
	values := o.queue.stop()
	if o.onDiscard != nil {
		for _, v := range values {
			o.onDiscard(v)
		}
	}
	return len(values)
}
