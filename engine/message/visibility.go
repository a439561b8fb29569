package message

import (
	"container/heap"
	"fmt"
	"slices"
	"time"
)

// holds are what workers have in hand of a subscription with a visibility, and
// what was delivered again of it.
type holds[T any] struct {
	heap  holdHeap[T] // the workers with what is not to be delivered again yet
	n     uint64      // numbers them
	alarm alarm
	twins map[*twin[T]]struct{} // that have not ended, or are in hand
}

// twin is a message that was delivered again while somebody still had it in hand.
// There is one copy of it at most that waits; the lock guards all of it.
type twin[T any] struct {
	hands  int  // how many have it in hand
	latest int  // the number of the delivery that was begun last
	queued bool // a copy waits, or is about to
	ended  bool // it has its end, and who has it in hand works for nobody
}

// checkVisibility returns what is wrong with a visibility, as a sentence's end.
func checkVisibility(d time.Duration, a Ack) error {
	switch {
	case d < 0:
		return fmt.Errorf("visibility %v: must be 0 (for ever) or more", d)
	case d > 0 && a != AckAfter:
		return fmt.Errorf("visibility %v without AckAfter: only what is acknowledged after the work can be delivered again", d)
	}
	return nil
}

// SetVisibility changes how long a worker may have a message in hand before it is
// delivered again, 0 (for ever) or more; above 0 it needs AckAfter. It holds for
// what is taken from now on.
func (s *Subscription[T]) SetVisibility(d time.Duration) error {
	return s.set(func() error {
		if err := checkVisibility(d, s.ack); err != nil {
			return err
		}
		if d != s.visibility {
			s.visibility = d
			s.kickAll()
		}
		return nil
	})
}

// Spare is what there is of messages more often than once: how many workers have
// one in hand that is in another hand as well or has ended, and how many copies
// wait of what is in hand.
func (s *Subscription[T]) Spare() (hands, copies int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.holds.twins {
		hands += t.hands
		if !t.ended && t.hands > 0 {
			hands--
			if t.queued {
				copies++
			}
		}
	}
	return hands, copies
}

// hold has the message in hand be delivered again when its visibility is over, and
// tells the probe where it is in another hand as well.
func (w *worker[T]) hold() {
	s := w.s
	s.mu.Lock()
	w.held = true
	if s.visibility > 0 {
		h := &s.holds
		h.n++
		w.due, w.n = s.o.Clock.Now()+s.visibility, h.n
		heap.Push(&h.heap, w)
		s.alarmAt(&h.alarm, h.heap[0].due, s.reappearDue)
	}
	s.mu.Unlock()
	w.tellElsewhere()
}

// tellElsewhere tells the probe that what comes next makes no difference to where the
// message is, if that is so.
func (w *worker[T]) tellElsewhere() {
	if w.elsewhere && w.probe != nil {
		w.probe.Elsewhere(w.over)
	}
	w.elsewhere, w.over = false, false
}

// joined books that a copy was taken from the list. The lock is held.
func (w *worker[T]) joined(t *twin[T]) {
	t.queued, t.latest = false, w.hand.attempt
	t.hands++
	w.held, w.elsewhere = true, t.hands > 1
}

// reappearDue delivers again what has been in hand for too long, and returns when
// the next is due. The lock is held.
func (s *Subscription[T]) reappearDue() (next time.Duration, more bool) {
	h := &s.holds
	for now := s.o.Clock.Now(); len(h.heap) > 0 && h.heap[0].due <= now; {
		s.reappear(heap.Pop(&h.heap).(*worker[T]))
	}
	if len(h.heap) == 0 {
		return 0, false
	}
	return h.heap[0].due, true
}

// reappear delivers again what a worker has in hand. The lock is held.
func (s *Subscription[T]) reappear(w *worker[T]) {
	t := w.hand.twin
	if t == nil {
		t = &twin[T]{hands: 1}
		w.hand.twin = t
		if s.holds.twins == nil {
			s.holds.twins = make(map[*twin[T]]struct{})
		}
		s.holds.twins[t] = struct{}{}
	}
	if t.ended || s.stage.Load() >= stopping {
		return
	}
	t.queued, t.latest = true, w.hand.attempt
	if s.o.Probe != nil {
		s.o.Probe.Reappeared(w.hand.v, w.id, w.hand.attempt)
	}
	e := w.hand
	e.attempt++
	w.from.push(e, false)
}

// release books that a worker no longer has in hand what it held, and returns what
// becomes of that by what would. The lock is held.
func (w *worker[T]) release(out Outcome) Outcome {
	s := w.s
	w.held, w.elsewhere, w.over = false, false, false
	if w.at > 0 {
		heap.Remove(&s.holds.heap, w.at-1)
	}
	t := w.hand.twin
	if t == nil {
		return out
	}
	t.hands--
	switch {
	case t.ended || out != Done && (t.queued || t.hands > 0 && t.latest != w.hand.attempt):
		w.elsewhere, w.over = t.ended || t.hands > 0, t.ended
		if out == Done || out == DoneUnacked {
			out = Duplicate
		} else {
			out = Superseded
		}
	case out.comesBack():
		t.queued, w.elsewhere = true, t.hands > 0
	default:
		s.endTwin(w.from, t)
	}
	if t.ended && t.hands == 0 {
		delete(s.holds.twins, t)
	}
	if !out.comesBack() {
		w.hand.twin = nil
	}
	return out
}

// endTwin ends a message that was delivered again; a copy that waits is taken out
// of its queue. The lock is held.
func (s *Subscription[T]) endTwin(q *queue[T], t *twin[T]) {
	t.ended = true
	if !t.queued {
		return
	}
	t.queued = false
	isCopy := func(e *entry[T]) bool { return e.twin == t }
	if q.side.remove(isCopy) {
		q.alert.Store(q.calls())
		return
	}
	d := &s.delays
	for i := range d.heap {
		if isCopy(&d.heap[i].entry) {
			q.delayed--
			heap.Remove(&d.heap, i)
			return
		}
	}
}

// throwsAway asks about the message in hand, and tells whether it was thrown away. A
// copy is asked about under the lock, for who has it in hand as well may end it.
func (w *worker[T]) throwsAway(f func(v *T) bool) bool {
	if !w.held {
		return f(&w.hand.v)
	}
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	t := w.hand.twin
	if t.ended || !f(&w.hand.v) {
		return false
	}
	w.s.endTwin(w.from, t)
	w.release(Superseded)
	w.elsewhere, w.over = false, false
	return true
}

// left is what is left of what waited when the subscription ended: a copy of what is
// still in the hand of a worker that does not return is not. The lock is held.
func left[T any](waited []entry[T]) []entry[T] {
	return slices.DeleteFunc(waited, func(e entry[T]) bool {
		t := e.twin
		if t == nil {
			return false
		}
		t.queued = false
		t.ended = t.hands == 0
		return !t.ended
	})
}

// stuck is how many messages are in the hands of workers that do not return, by
// their number: each once, and none that has ended. The lock is held.
func (s *Subscription[T]) stuck() (workers []int, messages int) {
	counted := map[*twin[T]]bool{}
	for _, w := range s.slots {
		if !w.running {
			continue
		}
		workers = append(workers, w.id)
		if t := w.hand.twin; t == nil {
			messages++
		} else if !t.ended && !counted[t] {
			counted[t] = true
			messages++
		}
	}
	return workers, messages
}

// holdHeap has the worker on top whose message is to be delivered again first.
type holdHeap[T any] []*worker[T]

func (h holdHeap[T]) Len() int { return len(h) }
func (h holdHeap[T]) Less(i, j int) bool {
	return h[i].due < h[j].due || h[i].due == h[j].due && h[i].n < h[j].n
}

func (h holdHeap[T]) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i+1, j+1
}

func (h *holdHeap[T]) Push(x any) {
	w := x.(*worker[T])
	*h = append(*h, w)
	w.at = len(*h)
}

func (h *holdHeap[T]) Pop() any {
	old := *h
	w := old[len(old)-1]
	*h = old[:len(old)-1]
	w.at = 0
	return w
}
