package event

import (
	"context"
	"sync/atomic"
)

// Condition raises an event when something that the program measures, and feeds
// to it, becomes true.
type Condition[X, T any] struct {
	event   *Event[T]
	when    func(X) bool
	cleared func(X) bool
	value   func(X) T
	raised  atomic.Bool
}

// When returns a condition, not raised, that publishes what value makes of x
// under name on b as soon as when(x) holds. It then stays raised until cleared(x)
// holds; only after that can it publish again. With a cleared that holds later than
// when ceases to (above 50, cleared below 20) a figure that trembles around
// its threshold raises one event and not many. A nil cleared: until when(x) does
// not hold.
//
// The functions are called by Feed, at the same time if Feed is.
func When[X, T any](b *Bus[T], name string, when, cleared func(x X) bool, value func(x X) T) *Condition[X, T] {
	if cleared == nil {
		cleared = func(x X) bool { return !when(x) }
	}
	return &Condition[X, T]{event: b.Event(name), when: when, cleared: cleared, value: value}
}

// Feed looks at x, and publishes if that raises the condition: once, however
// many goroutines feed it. It returns what Publish does.
func (c *Condition[X, T]) Feed(ctx context.Context, x X) error {
	if c.raised.Load() {
		if c.cleared(x) {
			c.raised.Store(false)
		}
		return nil
	}
	if c.when(x) && c.raised.CompareAndSwap(false, true) {
		return c.event.Publish(ctx, c.value(x))
	}
	return nil
}

// Raised reports whether the condition was met and has not been cleared since.
func (c *Condition[X, T]) Raised() bool { return c.raised.Load() }
