package event

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Grace is how long Close waits for handlers after it has cancelled their
// context, before it reports them as still running.
const Grace = 100 * time.Millisecond

// Left is what a bus had not finished when it ended.
type Left struct {
	Observers []ObserverLeft // those with something left, by event name, then in order of subscribing; cancelled ones last
}

// ObserverLeft is what one observer had not finished.
type ObserverLeft struct {
	Event    string
	Observer string // inline: empty where nobody looked; see Bus.Close
	Buffered int    // values that waited; they are discarded
	Running  int    // calls under way. After Close: they ignore their context
}

// Buffered returns how many values waited in all.
func (l Left) Buffered() (n int) {
	for _, o := range l.Observers {
		n += o.Buffered
	}
	return n
}

// Running returns how many calls were under way in all.
func (l Left) Running() (n int) {
	for _, o := range l.Observers {
		n += o.Running
	}
	return n
}

// String lists what was left, such as "charge of order.placed: 3 waiting, 1
// running".
func (l Left) String() string {
	lines := make([]string, len(l.Observers))
	for i, o := range l.Observers {
		name := o.Observer
		if name == "" {
			name = "some observer"
		}
		lines[i] = fmt.Sprintf("%s of %s: %d waiting, %d running", name, o.Event, o.Buffered, o.Running)
	}
	return strings.Join(lines, "; ")
}

// Close ends the bus. Publish and Subscribe fail with ErrClosed from now on,
// also when observers under way call them. Close waits for the publishes and
// the calls under way and until all that was handed over has been handled, but
// not longer than ctx.
//
// When ctx is done first, Close discards what waits, skips the observers that
// publishes under way have not reached, frees blocked publishers, cancels the
// context of the handlers on the bus's own goroutines, and gives all of them Grace
// to end. It returns a *LeftError if anything was left. An inline
// observer runs on its publisher's goroutine and with its publisher's context:
// which one it is that does not return is only known of a timed publish of a
// [Publisher].
//
// Close called by an observer waits for that very call, until ctx is done. It
// may be called again, and after Kill to wait for what still runs.
func (b *Bus[T]) Close(ctx context.Context) (Left, error) {
	b.refuse()
	inTime := b.finish(ctx.Done())
	waiting := b.halt() // in time this is what an observer left that died of a panic
	b.cancel()
	if !inTime {
		grace, cancel := context.WithTimeout(context.Background(), Grace)
		defer cancel()
		b.finish(grace.Done())
	}
	left := b.abandon(waiting)
	if len(left.Observers) == 0 {
		return left, nil
	}
	return left, &LeftError{Left: left, Cause: ctx.Err()}
}

// Kill ends the bus as the end of its process would, as far as Go can: what
// waits is discarded, publishes under way reach no further observer, blocked
// publishers are freed, and calls on the bus's own goroutines have their
// context cancelled, and whatever they return their outcome is ErrAbandoned.
// An inline call under way keeps its outcome. Kill waits for nobody, and may be
// called by an observer. It returns what there was at that moment.
func (b *Bus[T]) Kill() Left {
	b.refuse()
	left := b.abandon(b.halt())
	b.cancel() // last, or a call that obeys at once would end as if nothing had happened
	return left
}

// refuse lets no further publish in, and no observer.
func (b *Bus[T]) refuse() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed.Store(true)
	for _, g := range b.publishing() {
		g.shut()
	}
}

// publishing returns the gates of all publishes. It needs b.mu.
func (b *Bus[T]) publishing() (gates []*gate) {
	for _, e := range *b.events.Load() {
		for _, p := range e.publishers {
			gates = append(gates, p.publishing)
		}
	}
	return gates
}

// finish waits until nobody publishes, then until what was handed over is
// handled and the bus's goroutines have ended. It reports whether this was so
// before done was closed.
func (b *Bus[T]) finish(done <-chan struct{}) bool {
	b.mu.Lock()
	gates, all := b.publishing(), b.everyone()
	b.mu.Unlock()
	for _, g := range gates {
		if !wait(g.shut(), done) {
			return false
		}
	}
	for _, o := range all {
		if o.queue != nil {
			o.queue.end()
		}
	}
	return wait(b.goroutines.shut(), done)
}

// wait waits for the first of two channels to be closed, and reports whether
// it was empty; if both are, it was.
func wait(empty, done <-chan struct{}) bool {
	select {
	case <-empty:
		return true
	default:
	}
	select {
	case <-empty:
		return true
	case <-done:
		return false
	}
}

func (b *Bus[T]) byName() []*Event[T] {
	byName := func(a, b *Event[T]) int { return strings.Compare(a.name, b.name) }
	return slices.SortedFunc(maps.Values(*b.events.Load()), byName)
}

// everyone returns all observers of the bus, and the cancelled ones that may
// still run. It needs b.mu.
func (b *Bus[T]) everyone() (all []*observer[T]) {
	for _, e := range b.byName() {
		all = append(all, e.observers.Load().all...)
	}
	return append(all, b.cancelled...)
}

// remainder is an observer, and how much it had waiting.
type remainder[T any] struct {
	*observer[T]
	waiting int
}

// halt has publishes under way reach nobody else, and empties all queues. The
// context of the handlers is to be cancelled after it, so that one that obeys
// does not go on to the next value.
func (b *Bus[T]) halt() []remainder[T] {
	b.mu.Lock()
	b.stopped.Store(true)
	b.goroutines.shut()
	for _, e := range *b.events.Load() {
		e.observe(e.observers.Load().all)
	}
	all := b.everyone()
	b.mu.Unlock()
	rest := make([]remainder[T], len(all))
	for i, o := range all {
		rest[i] = remainder[T]{o, o.discard()}
	}
	return rest
}

// abandon counts the calls under way of each observer, which no longer count
// as anything else, and the publishes under way that call observers inline.
func (b *Bus[T]) abandon(rest []remainder[T]) Left {
	var left Left
	for _, o := range rest {
		if running := o.calls.abandon(); o.waiting+running > 0 {
			left.Observers = append(left.Observers, ObserverLeft{o.event.name, o.name, o.waiting, running})
		}
	}
	if b.options.Dispatch == Inline {
		left.Observers = append(left.Observers, b.publishingInline()...)
	}
	return left
}

func (b *Bus[T]) publishingInline() (left []ObserverLeft) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.byName() {
		for _, p := range e.publishers {
			if n := p.publishing.inside(); n > 0 {
				left = append(left, ObserverLeft{Event: e.name, Observer: p.calling(), Running: n})
			}
		}
	}
	return left
}
