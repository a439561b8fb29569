package message

import (
	"slices"
	"sync/atomic"
)

// entry is a message in a worker's hands, or waiting to be delivered again.
type entry[T any] struct {
	v       T
	attempt int      // the number of this delivery, from 1
	failed  int      // how many of the earlier ones failed; a crash is no failure
	twin    *twin[T] // nil: it was never in hand and delivered again at once
}

// generation is one channel of a queue. A change of capacity retires it and
// makes the next.
type generation[T any] struct {
	ch      chan T
	retired atomic.Bool
}

// offer sends v if there is room. The first tries of send and takeFrom are the same,
// written out: a function with a select is not inlined.
func (g *generation[T]) offer(v *T) bool {
	select {
	case g.ch <- *v:
		return true
	default:
		return false
	}
}

// poll receives into v if there is something.
func (g *generation[T]) poll(v *T) bool {
	select {
	case *v = <-g.ch:
		return true
	default:
		return false
	}
}

// queue is a channel that can change its capacity, with a list beside it for
// messages that are delivered again.
//
// Workers receive from head and senders send to tail; as a rule both are the
// same channel. After a change of capacity the old channel stays head until
// workers have emptied it, so that order holds whatever they are doing at that
// moment, and tail is a gate: a channel that is never ready, which leads
// senders to the lock, where the room is counted over both channels. A sender
// that got past the gate finds its channel retired after the send; see late.
type queue[T any] struct {
	s    *Subscription[T]
	head atomic.Pointer[generation[T]]
	tail atomic.Pointer[generation[T]]
	turn atomic.Pointer[chan struct{}] // closed when blocked senders must look again

	// alert is set while workers must come to the lock for their next message:
	// something waits beside the channel, or a change of capacity is not complete.
	alert atomic.Bool

	passage passage

	// Guarded by s.mu:
	gate     *generation[T]
	gens     []*generation[T] // not yet emptied, oldest first; never empty
	side     list[entry[T]]   // delivered before the channel
	spilled  list[T]          // taken together and not come to: delivered after side and before the channel
	delayed  int              // waiting for their backoff
	stack    []T              // lifo: what waits, the latest last; the channels stay empty
	lifo     bool
	capacity int
	owner    *worker[T] // partitions: who is to serve it
	holder   *worker[T] // partitions: who does; differs while handed over
}

func newQueue[T any](s *Subscription[T], capacity int) *queue[T] {
	q := &queue[T]{s: s, capacity: capacity, gate: new(generation[T]), lifo: s.o.Order == LIFO}
	if q.lifo {
		capacity = 0
	}
	g := &generation[T]{ch: make(chan T, capacity)}
	q.gens = []*generation[T]{g}
	q.head.Store(g)
	q.tail.Store(g)
	if q.lifo {
		q.tail.Store(q.gate) // for good: all senders come to the lock
	}
	turn := make(chan struct{})
	q.turn.Store(&turn)
	return q
}

// resize swaps the channel. The lock is held.
func (q *queue[T]) resize(capacity int) {
	q.capacity = capacity
	if q.lifo {
		q.settle()
		return
	}
	q.last().retired.Store(true)
	q.gens = append(q.gens, &generation[T]{ch: make(chan T, capacity)})
	q.settle()
}

// shut sends all senders to the lock, for good. The lock is held, and the
// subscription is no longer open.
func (q *queue[T]) shut() {
	q.last().retired.Store(true)
	q.settle()
}

// settle brings head, tail and alert in line with what is waiting, and wakes
// blocked senders to look again. The lock is held.
func (q *queue[T]) settle() {
	for len(q.gens) > 1 && len(q.gens[0].ch) == 0 {
		q.gens = q.gens[1:]
	}
	// alert first: a worker that finds the new head empty must see it.
	q.alert.Store(q.calls())
	q.head.Store(q.gens[0])
	if len(q.gens) == 1 && q.s.stage.Load() == open && !q.lifo {
		q.tail.Store(q.gens[0])
	} else {
		q.tail.Store(q.gate)
	}
	q.wakeSenders()
}

func (q *queue[T]) wakeSenders() {
	turn := make(chan struct{})
	close(*q.turn.Swap(&turn))
}

func (q *queue[T]) last() *generation[T] { return q.gens[len(q.gens)-1] }

// take removes the next message. The lock is held.
func (q *queue[T]) take() (e entry[T], ok bool) {
	if e, ok = q.side.pop(); ok {
		q.alert.Store(q.calls())
		return e, true
	}
	if v, ok := q.spilled.pop(); ok {
		q.alert.Store(q.calls())
		return entry[T]{v: v, attempt: 1}, true
	}
	if n := len(q.stack); n > 0 {
		return entry[T]{v: q.unstack(n - 1), attempt: 1}, true
	}
	v, ok := q.oldest()
	return entry[T]{v: v, attempt: 1}, ok
}

// calls tells whether workers must come to the lock for their next message. The
// lock is held.
func (q *queue[T]) calls() bool { return len(q.gens) > 1 || q.beside() > 0 || len(q.stack) > 0 }

// beside is how many messages wait beside the channels. The lock is held.
func (q *queue[T]) beside() int { return q.side.len() + q.spilled.len() }

// unstack takes a message out of the stack. The lock is held.
func (q *queue[T]) unstack(i int) T {
	v := q.stack[i]
	full := len(q.stack) >= q.capacity
	q.stack = slices.Delete(q.stack, i, i+1)
	q.alert.Store(q.calls())
	if full {
		q.wakeSenders()
	}
	return v
}

// oldest removes the message at the front of the channel, or at the bottom of the
// stack. The lock is held.
func (q *queue[T]) oldest() (v T, ok bool) {
	if len(q.stack) > 0 {
		return q.unstack(0), true
	}
	for {
		moving := len(q.gens) > 1
		ok = q.gens[0].poll(&v)
		if moving {
			q.settle()
		}
		if ok || !moving {
			return v, ok
		}
	}
}

// push puts a message into the list, to be delivered before the channel's, and
// sees to it that a worker comes for it. The lock is held.
func (q *queue[T]) push(e entry[T], front bool) {
	if front {
		q.side.pushFront(e)
	} else {
		q.side.pushBack(e)
	}
	q.call()
}

// call sees to it that a worker comes to the lock. The lock is held.
func (q *queue[T]) call() {
	q.alert.Store(true)
	q.s.wake(q)
}

// queued is how many messages are in channels, or in the stack. The lock is held.
func (q *queue[T]) queued() (n int) {
	n = len(q.stack)
	for _, g := range q.gens {
		n += len(g.ch)
	}
	return n
}

// depth is how many messages wait. The lock is held.
func (q *queue[T]) depth() int { return q.queued() + q.beside() + q.delayed }

// list is a first in, first out list that can be pushed to at the front too.
type list[E any] struct {
	items []E
	first int
}

func (l *list[E]) len() int { return len(l.items) - l.first }

func (l *list[E]) pushBack(e E) { l.items = append(l.items, e) }

func (l *list[E]) pushFront(e E) {
	if l.first == 0 {
		room := 1 + len(l.items)
		l.items = append(make([]E, room, 2*room+1), l.items...)
		l.first = room
	}
	l.first--
	l.items[l.first] = e
}

func (l *list[E]) pop() (e E, ok bool) {
	if l.len() == 0 {
		return e, false
	}
	e, l.items[l.first] = l.items[l.first], e // leave nothing to be kept alive
	l.first++
	if 2*l.first >= len(l.items) { // move down, at most once for each half
		n := copy(l.items, l.items[l.first:])
		clear(l.items[n:])
		l.items, l.first = l.items[:n], 0
	}
	return e, true
}

// remove takes the first one out for which which is true, and tells whether there was one.
func (l *list[E]) remove(which func(*E) bool) bool {
	for i := l.first; i < len(l.items); i++ {
		if which(&l.items[i]) {
			l.items = slices.Delete(l.items, i, i+1)
			return true
		}
	}
	return false
}
