// Package event is the event-driven model as a small library: a bus on which
// something is published by name, and observers that are called when it is.
//
//	bus := event.NewBus[Order](event.Options{})
//	cancel, err := bus.Subscribe("order.placed", func(ctx context.Context, o Order) error {
//		return charge(ctx, o)
//	})
//	...
//	err = bus.Publish(ctx, "order.placed", Order{ID: 7})
//	...
//	cancel()
//	left, err := bus.Close(ctx)
//
// # Who runs an observer
//
// [Inline], the default: the publisher itself, one observer after another,
// before Publish returns. There is no queue, and so the publisher is the queue:
// whoever calls Publish waits for the slowest of the observers. [Goroutine]: a
// goroutine of its own for each call; Publish waits for nothing, and nothing
// but [Options.Limit] bounds how many there are. [Buffered]: one goroutine for
// each observer, with a bounded channel before it; when the channel is full a
// [Policy] decides.
//
// # Order
//
// The observers of a name are called, or handed the value, in the order in
// which they subscribed. What one goroutine publishes under one name, each
// observer sees in that order: inline and buffered. With a goroutine for each
// call there is no order at all. Between goroutines that publish at the same
// time there is none either, and an inline observer is then called by both at
// once: it must be safe for that. A buffered observer is never called twice at
// a time.
//
// # Loss
//
// Inline, Publish returns when every observer has been called: nothing is ever
// waiting, nothing is lost. With Goroutine and Buffered a nil error says that
// the value was handed over, not that it was handled. A value that a policy
// drops is not an error. Publishing a name that nobody observes is not an error
// either; it is counted in [Bus.Unobserved].
//
// # Errors and panics
//
// Inline, Publish returns what the observers returned, joined, each as an
// [*ObserverError]; an error of one observer does not keep the others from
// being called. With Goroutine and Buffered the publisher has gone on, and only
// a [CallProbe] sees the errors.
//
// With [Options.Recover] a panic of an observer becomes that observer's error,
// a [*PanicError], and the others still run. Without, it does what a panic
// does: inline it goes through Publish to the publisher, and the observers
// behind the panicking one are not called; on a goroutine of the bus it ends
// the program, unless [Options.OnPanic] is set.
//
// # Publishing while publishing
//
// An observer may publish. Inline, the inner publish runs to its end, depth
// first, before the outer one goes on to its next observer: that one sees the
// inner event before the outer. A buffered observer that publishes to itself
// while its channel is full and the policy is Block waits for itself; its
// context, or [Bus.Close], frees it.
//
// # Subscribing and cancelling while publishing
//
// A publish calls those who were subscribed when it began: a new observer is
// called from the next publish on. A cancelled observer is not called any more
// once its cancel has returned; calls under way (and goroutines already
// started) run to their end and are not waited for, so that an observer may
// cancel itself. Values that wait in a cancelled observer's channel are
// discarded; see [OnDiscard].
//
// # Contexts
//
// An inline observer gets the context that Publish was given, unchanged. With
// Goroutine and Buffered the call may outlive the publisher: the observer gets
// the bus's own context, which ends with the bus; the publisher's context then
// only bounds how long Publish may block.
//
// # The end
//
// [Bus.Close] refuses further publishes, waits until everything handed over has
// been handled, and says what was left if that took too long. [Bus.Kill] drops
// everything at once, as the end of a process would.
//
// All methods may be called from any goroutine, but for those of [Publisher].
package event

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
)

// Handler is what an observer does when the event it observes is published.
// It should return soon after its context is done.
type Handler[T any] func(ctx context.Context, v T) error

// Dispatch says who runs the observers.
type Dispatch int

// The modes of dispatch.
const (
	Inline    Dispatch = iota // the publisher, one observer after another
	Goroutine                 // a goroutine for each call
	Buffered                  // one goroutine for each observer, behind a bounded channel
)

// Policy says what happens to a value for an observer whose channel is full.
type Policy int

// The policies of a full channel.
const (
	Block      Policy = iota // the publisher waits
	DropNewest               // the value being published is dropped for this observer
	DropOldest               // the value that has waited longest is dropped. With capacity 0 nothing waits: as DropNewest
)

// Options are the settings of a bus. The zero value is an inline bus that lets
// panics through.
type Options struct {
	Dispatch Dispatch

	Capacity int    // Buffered: of each observer's channel; 0 or less: unbuffered
	WhenFull Policy // Buffered: defaults to Block

	// Limit is how many handler goroutines there may be at once with Goroutine
	// dispatch; 0 or less: no limit. At the limit Publish makes no further
	// calls and returns an error that is ErrLimit.
	Limit int

	Recover bool // a panic of an observer becomes its error

	// OnPanic is called without Recover when an observer panics on a goroutine
	// of the bus, which then ends: with Buffered this observer handles nothing
	// more. It runs on that goroutine. Defaults to nil: the program crashes.
	// Inline dispatch does not use it.
	OnPanic func(observer string, v any, stack []byte)
}

var (
	// ErrClosed is returned by Publish and Subscribe once the bus is closed.
	ErrClosed = errors.New("event: the bus is closed")
	// ErrLimit is returned by Publish with Goroutine dispatch when the limit of
	// handler goroutines kept it from calling all observers.
	ErrLimit = errors.New("event: the limit of handler goroutines is reached")
	// ErrPanicked is what every *PanicError is. A probe gets ErrPanicked itself
	// for a panic that goes through Publish.
	ErrPanicked = errors.New("event: the observer panicked")
	// ErrAbandoned is a call's outcome, whatever its handler returned, when
	// the bus ended before the call did and has reported it in Left.
	ErrAbandoned = errors.New("event: the bus ended before the call did")
)

// ObserverError is the error of one observer.
type ObserverError struct {
	Event    string
	Observer string
	Err      error
}

func (e *ObserverError) Error() string {
	return fmt.Sprintf("event: observer %s of %s: %v", e.Observer, e.Event, e.Err)
}

// Unwrap returns what the observer returned.
func (e *ObserverError) Unwrap() error { return e.Err }

// PanicError is a panic of an observer, recovered.
type PanicError struct {
	Value any    // what the observer panicked with
	Stack []byte // where, as of runtime/debug.Stack
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Is reports whether target is ErrPanicked.
func (e *PanicError) Is(target error) bool { return target == ErrPanicked }

// Bus carries values of one type from publishers to the observers of a name.
type Bus[T any] struct {
	options Options

	ctx    context.Context // of Goroutine and Buffered handlers
	cancel context.CancelFunc

	events     atomic.Pointer[map[string]*Event[T]] // copied to be changed
	goroutines *gate                                // of the bus, alive: of calls, or of buffered observers
	stopped    atomic.Bool                          // publishes under way call nobody else
	closed     atomic.Bool                          // nothing is published any more; set under mu
	unobserved atomic.Int64

	whenFull atomic.Int64 // a Policy
	limit    atomic.Int64

	mu        sync.Mutex // held to change the following, events, and the lists of observers
	capacity  int
	numbered  int            // observers so far, for their default names
	cancelled []*observer[T] // may have calls under way
}

// NewBus returns an open bus. It starts no goroutine; with Buffered dispatch
// every subscription does. Close ends it.
func NewBus[T any](o Options) *Bus[T] {
	b := &Bus[T]{options: o, goroutines: newGate(), capacity: max(0, o.Capacity)}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.events.Store(&map[string]*Event[T]{})
	b.SetWhenFull(o.WhenFull)
	b.SetLimit(o.Limit)
	return b
}

// Event returns the event of that name, whether or not somebody observes it.
// The handle saves looking the name up for every publish.
func (b *Bus[T]) Event(name string) *Event[T] {
	if e := (*b.events.Load())[name]; e != nil {
		return e
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.event(name)
}

// event is Event with b.mu held.
func (b *Bus[T]) event(name string) *Event[T] {
	old := *b.events.Load()
	if e := old[name]; e != nil {
		return e
	}
	e := &Event[T]{bus: b, name: name}
	e.observers.Store(&observers[T]{})
	e.anyone = e.publisher(nil)
	events := maps.Clone(old)
	events[name] = e
	b.events.Store(&events)
	return e
}

// Unobserved returns how many publishes nobody observed.
func (b *Bus[T]) Unobserved() int64 { return b.unobserved.Load() }

// Running returns how many goroutines the bus has now: with Goroutine dispatch
// the calls under way, with Buffered one for each observer.
func (b *Bus[T]) Running() int { return b.goroutines.inside() }

// SetWhenFull changes the policy of full channels from the next publish on. Who
// is blocked stays so until there is room.
func (b *Bus[T]) SetWhenFull(p Policy) { b.whenFull.Store(int64(p)) }

// SetLimit changes the limit of Goroutine dispatch; 0 or less: no limit. Calls
// above a lower limit run to their end.
func (b *Bus[T]) SetLimit(n int) { b.limit.Store(int64(n)) }

// SetCapacity changes the capacity of every observer's channel, of present and
// future ones; below 0 counts as 0. Waiting values stay, in their order, even
// where they are more than the new capacity; publishers that are blocked go on
// waiting for room in the new channel.
func (b *Bus[T]) SetCapacity(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.capacity = max(0, n)
	if b.options.Dispatch != Buffered || b.closed.Load() {
		return
	}
	for _, e := range *b.events.Load() {
		for _, o := range e.observers.Load().all {
			o.queue.resize(b.capacity)
		}
	}
}
