package event

import (
	"context"
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
	e.observe(nil)
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
