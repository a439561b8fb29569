package message

import "sync/atomic"

// burstMost is how many messages a worker takes at once at most.
const burstMost = 128

// passage is for who passes several messages through a channel one right after the
// other, so that the other side keeps out of the way for so long: the lock inside a
// channel has whoever finds it taken wait for many times as long as passing a message
// takes. It guards nothing, and who has waited for long enough goes ahead without.
type passage struct {
	_     [64]byte // keeps it off others' cache lines
	taken atomic.Bool
	_     [64]byte
}

// passageLooks bounds the wait for a passage: some microseconds, which is longer than
// it is taken unless whoever has it was kept from its processor.
const passageLooks = 16000

// take waits for the passage, and tells whether it got it.
func (p *passage) take() bool {
	for range passageLooks {
		if !p.taken.Load() && p.taken.CompareAndSwap(false, true) {
			return true
		}
	}
	return false
}

// leave lets others pass, if take has got it.
func (p *passage) leave(got bool) {
	if got {
		p.taken.Store(false)
	}
}

// Room is how many messages Burst could send at this moment.
func (s *Sender[T]) Room() int {
	q := s.only()
	if q == nil {
		return 0
	}
	g := q.tail.Load()
	return cap(g.ch) - len(g.ch)
}

// Burst sends as many of the messages as the queue has room for at this moment, in
// order and without waiting, for less than as many calls of Send. It returns how many
// these are: the first ones. It is for a topic with one subscription and one queue, which
// is no stack; to others, and to a closed topic, it sends none.
func (s *Sender[T]) Burst(vs []T) (sent int) {
	q := s.only()
	if q == nil {
		return 0
	}
	g := q.tail.Load()
	mine := q.passage.take()
	for sent < len(vs) && !g.retired.Load() && g.offer(&vs[sent]) {
		sent++
	}
	q.passage.leave(mine)
	if sent > 0 && q.late(g) != nil { // those before the last one were in time
		sent--
	}
	return sent
}

// only is the topic's queue if there is just one; nil: there are others, or none.
func (s *Sender[T]) only() *queue[T] {
	m := s.t.now.Load()
	if m.closed || len(m.subs) != 1 || len(m.subs[0].queues) != 1 {
		return nil
	}
	return m.subs[0].queues[0]
}

// burst is how many messages the worker may handle at once: all workers together no
// more than half of what the queue holds, or its capacity would mean little. The lock
// is held.
func (w *worker[T]) burst() int {
	s := w.s
	if s.o.Quick == nil || len(s.queues) > 1 || len(w.queues) == 0 || s.visibility > 0 || s.workers == 0 {
		return 0
	}
	return min(burstMost, s.queues[0].capacity/2/s.workers)
}

// handleSeveral takes and handles several messages at once, if so many wait and the one
// before them took next to nothing. It tells whether it did.
func (w *worker[T]) handleSeveral() bool {
	if !w.quick || w.most < 2 || w.alert.Load() || w.armed || w.s.discard.Load() != nil {
		return false
	}
	q := w.queues[0]
	g := q.head.Load()
	n := min(w.most, len(g.ch))
	if n < 2 || q.alert.Load() {
		return false
	}
	vs, taken := w.room(n), 0
	mine := q.passage.take()
	for taken < n && g.poll(&vs[taken]) {
		taken++
	}
	q.passage.leave(mine)
	if taken == 0 {
		return false
	}
	w.got(q)
	w.pass(vs[:taken])
	return true
}

// room is for what the worker takes at once.
func (w *worker[T]) room(n int) []T {
	if len(w.several) < n {
		w.several = make([]T, w.most)
	}
	return w.several[:n]
}

// pass handles messages that the worker took at once, as long as that takes next to
// nothing.
func (w *worker[T]) pass(vs []T) {
	if w.probe != nil {
		w.probe.Several(&vs[0])
	}
	for i := range vs {
		if !w.s.o.Quick(&vs[i]) {
			w.single(vs, i)
			w.handleAlone()
			return
		}
		if w.alert.Load() {
			w.single(vs, i)
			w.tellStart()
			w.conclude(nil)
			return
		}
	}
	w.tellHandled(vs)
	clear(vs) // leave nothing to be kept alive
}

// single leaves the worker with the i-th of several in hand: those before it are done,
// and those after it go back to the front of the queue, for whoever comes for them.
func (w *worker[T]) single(vs []T, i int) {
	w.tellHandled(vs[:i])
	w.hand.v = vs[i]
	if rest := vs[i+1:]; !w.spill(rest) && w.s.o.Probe != nil {
		for _, v := range rest {
			w.s.o.Probe.Left(v, 1)
		}
	}
	clear(vs)
}

// spill puts messages back, unless the subscription has ended: they were not among what
// was left.
func (w *worker[T]) spill(vs []T) bool {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if w.s.stage.Load() == ended {
		return false
	}
	for i := len(vs) - 1; i >= 0; i-- {
		w.from.spilled.pushFront(vs[i])
		w.from.call()
	}
	return true
}

// tellHandled tells the probe of messages that were handled at once.
func (w *worker[T]) tellHandled(vs []T) {
	if w.probe != nil && len(vs) > 0 {
		w.probe.Handled(vs)
	}
}
