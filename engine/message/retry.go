package message

import (
	"cmp"
	"container/heap"
	"time"
)

// delays are the messages that wait for their backoff.
type delays[T any] struct {
	heap  delayHeap[T]
	n     uint64 // numbers them
	alarm alarm
}

type delayed[T any] struct {
	entry[T]
	q   *queue[T]
	due time.Duration
	n   uint64 // equal times keep their order
}

// retry puts a message back whose attempt failed. The lock is held.
func (s *Subscription[T]) retry(q *queue[T], e entry[T], pause time.Duration) {
	if pause <= 0 {
		q.push(e, false)
		return
	}
	d := &s.delays
	d.n++
	q.delayed++
	heap.Push(&d.heap, delayed[T]{entry: e, q: q, due: s.o.Clock.Now() + pause, n: d.n})
	s.alarmAt(&d.alarm, d.heap[0].due, s.releaseDue)
}

// releaseDue hands delayed messages back to their queues that are due, and returns
// when the next one is. The lock is held.
func (s *Subscription[T]) releaseDue() (next time.Duration, more bool) {
	d := &s.delays
	for now := s.o.Clock.Now(); len(d.heap) > 0 && d.heap[0].due <= now; {
		e := heap.Pop(&d.heap).(delayed[T])
		e.q.delayed--
		e.q.push(e.entry, false)
	}
	if len(d.heap) == 0 {
		return 0, false
	}
	return d.heap[0].due, true
}

// delayHeap has the one due first on top.
type delayHeap[T any] []delayed[T]

func (h delayHeap[T]) Len() int { return len(h) }
func (h delayHeap[T]) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].due, h[j].due), cmp.Compare(h[i].n, h[j].n)) < 0
}
func (h delayHeap[T]) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *delayHeap[T]) Push(x any)   { *h = append(*h, x.(delayed[T])) }
func (h *delayHeap[T]) Pop() any {
	old := *h
	x := old[len(old)-1]
	old[len(old)-1] = delayed[T]{} // leave nothing to be kept alive
	*h = old[:len(old)-1]
	return x
}
