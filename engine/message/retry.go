package message

import (
	"cmp"
	"container/heap"
	"context"
	"time"
)

// delays are the messages that wait for their backoff. One goroutine times
// them all; it runs while there are any.
type delays[T any] struct {
	heap   delayHeap[T]
	n      uint64             // numbers them
	timing bool               // the goroutine runs
	rearm  context.CancelFunc // ends its present sleep
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
	switch {
	case s.stage.Load() >= stopping: // it is left
	case !d.timing:
		d.timing = true
		s.timers.Go(s.timeDelays)
	case d.heap[0].n == d.n && d.rearm != nil: // nil: it has not slept yet
		d.rearm()
	}
}

// timeDelays hands delayed messages back to their queues when they are due.
func (s *Subscription[T]) timeDelays() {
	for {
		ctx, cancel := context.WithCancel(s.ctx)
		due, more := s.releaseDue(cancel)
		if more {
			_ = s.o.Clock.SleepUntil(ctx, due) // however it ends: look again
		}
		cancel()
		if !more {
			return
		}
	}
}

// releaseDue releases what is due and returns when the next one is.
func (s *Subscription[T]) releaseDue(rearm context.CancelFunc) (next time.Duration, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &s.delays
	for now := s.o.Clock.Now(); len(d.heap) > 0 && d.heap[0].due <= now; {
		e := heap.Pop(&d.heap).(delayed[T])
		e.q.delayed--
		e.q.push(e.entry, false)
	}
	if len(d.heap) == 0 || s.stage.Load() >= stopping {
		d.timing = false
		return 0, false
	}
	d.rearm = rearm
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
