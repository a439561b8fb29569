package measure

import (
	"iter"
	"time"
)

// windowSteps is into how many steps a recent window is divided: it moves on a
// step at a time, and is that much longer than its span at most.
const windowSteps = 20

// Past remembers what a cumulative value was a span of time ago, so that the
// difference covers the recent window. The value at time 0 is the zero value.
// It is owned by one goroutine and allocates only when it is made.
type Past[T any] struct {
	span, step time.Duration
	ring       []mark[T]
	head, n    int // ring[head] is the oldest of n marks
}

// mark is a value at a time.
type mark[T any] struct {
	at time.Duration
	v  T
}

// NewPast makes a Past for windows of at least span, and at most span/20 more
// when Push is called at least that often.
func NewPast[T any](span time.Duration) *Past[T] {
	// At most windowSteps marks are younger than the span, the one that was just
	// pushed and the one where the window begins come on top.
	return &Past[T]{span: span, step: span / windowSteps, ring: make([]mark[T], windowSteps+3), n: 1}
}

// Begin says, before the first Push, what the value is at a time from which on it
// is followed, in place of zero at time 0.
func (p *Past[T]) Begin(at time.Duration, v T) { *p.mark(0) = mark[T]{at, v} }

// Push notes the value v at the time at, which must not go back, and moves the
// window. It reports whether v was kept: one value in each span/20 is.
func (p *Past[T]) Push(at time.Duration, v T) bool {
	kept := at-p.mark(p.n-1).at >= p.step
	if kept {
		p.n++
		*p.mark(p.n - 1) = mark[T]{at, v}
	}
	for p.n > 1 && p.mark(1).at <= at-p.span {
		p.head = (p.head + 1) % len(p.ring)
		p.n--
	}
	return kept
}

// Oldest is where the window begins, and the value then.
func (p *Past[T]) Oldest() (time.Duration, T) {
	m := p.mark(0)
	return m.at, m.v
}

// Since yields the values kept after the beginning of the window.
func (p *Past[T]) Since() iter.Seq[T] {
	return func(yield func(T) bool) {
		for i := 1; i < p.n; i++ {
			if !yield(p.mark(i).v) {
				return
			}
		}
	}
}

func (p *Past[T]) mark(i int) *mark[T] { return &p.ring[(p.head+i)%len(p.ring)] }
