package event

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

var errStopped = errors.New("event: the observer is gone")

// A queue is a bounded channel between publishers and one observer, whose
// capacity can change: then the channel is replaced. Whoever uses a channel
// does so inside its gate; who replaces it shuts the gate, wakes those who
// block in it, waits until nobody is inside, and so moves the waiting values
// alone. Nothing is lost or overtaken.
type queue[T any] struct {
	now    atomic.Pointer[segment[T]] // nil: stopped
	ending chan struct{}              // closed: nobody sends any more, receive what is there

	changing sync.Mutex // held while the segment is replaced
	ended    bool       // ending is closed
}

// A segment is a queue between two changes of its capacity.
type segment[T any] struct {
	ch       chan T
	senders  *gate
	receiver *gate
	sealed   chan struct{} // closed: leave, even if you block
	replaced chan struct{} // closed: queue.now is another one

	// older holds what was waiting beyond the capacity when the segment began,
	// all of it before what is in ch.
	olderMu sync.Mutex
	older   []T
	olders  atomic.Int64 // len(older), to look without locking
}

func newQueue[T any](capacity int) *queue[T] {
	q := &queue[T]{ending: make(chan struct{})}
	q.now.Store(newSegment[T](capacity, nil))
	return q
}

func newSegment[T any](capacity int, waiting []T) *segment[T] {
	s := &segment[T]{
		ch:       make(chan T, capacity),
		senders:  newGate(),
		receiver: newGate(),
		sealed:   make(chan struct{}),
		replaced: make(chan struct{}),
	}
	beyond := max(0, len(waiting)-capacity)
	s.older = waiting[:beyond]
	s.olders.Store(int64(beyond))
	for _, v := range waiting[beyond:] {
		s.ch <- v
	}
	return s
}

// offer sends v if that needs no waiting.
func (q *queue[T]) offer(v T) (sent bool, err error) {
	s := q.enter()
	if s == nil {
		return false, errStopped
	}
	select {
	case s.ch <- v:
		sent = true
	default:
	}
	s.senders.leave()
	return sent, nil
}

// send sends v, and waits for room until ctx is done.
func (q *queue[T]) send(ctx context.Context, v T) error {
	for s := q.enter(); s != nil; s = q.enter() {
		again := false
		var err error
		select {
		case s.ch <- v:
		case <-s.sealed:
			again = true
		case <-ctx.Done():
			err = ctx.Err()
		}
		s.senders.leave()
		if !again {
			return err
		}
	}
	return errStopped
}

// enter enters the current segment to send; nil when there is none any more.
func (q *queue[T]) enter() *segment[T] {
	for {
		s := q.now.Load()
		if s == nil || s.senders.enter() {
			return s
		}
		<-s.replaced
	}
}

// evict takes the oldest value away, in a sender's place, where that makes room: not with a
// capacity of 0, though there may be what waited when it was more. It also returns the capacity.
func (q *queue[T]) evict() (v T, ok bool, capacity int) {
	s := q.enter()
	if s == nil {
		return v, false, 0
	}
	if capacity = cap(s.ch); capacity > 0 {
		v, ok = s.take()
	}
	s.senders.leave()
	return v, ok, capacity
}

// poll receives what is there, and has its call begin before anyone could find
// it neither waiting nor running. (No call is refused here: queues are stopped
// before calls are abandoned.)
func (q *queue[T]) poll(calls *tally) (v T, ok bool) {
	s := q.now.Load()
	if s == nil || !s.receiver.enter() {
		return v, false
	}
	if v, ok = s.take(); ok {
		calls.begin()
	}
	s.receiver.leave()
	return v, ok
}

// receive is poll that waits until there is something. It returns false when
// nothing will come any more.
func (q *queue[T]) receive(calls *tally) (v T, ok bool) {
	for s := q.now.Load(); s != nil; s = q.now.Load() {
		if !s.receiver.enter() {
			<-s.replaced
			continue
		}
		ending := false
		if v, ok = s.take(); !ok {
			select {
			case v = <-s.ch:
				ok = true
			case <-s.sealed:
			case <-q.ending:
				v, ok = s.take()
				ending = !ok
			}
		}
		if ok {
			calls.begin()
		}
		s.receiver.leave()
		if ok || ending {
			return v, ok
		}
	}
	return v, false
}

// take receives the oldest value if there is one.
func (s *segment[T]) take() (v T, ok bool) {
	if s.olders.Load() > 0 {
		if v, ok = s.takeOlder(); ok {
			return v, ok
		}
	}
	select {
	case v = <-s.ch:
		return v, true
	default:
		return v, false
	}
}

func (s *segment[T]) takeOlder() (v T, ok bool) {
	s.olderMu.Lock()
	defer s.olderMu.Unlock()
	if len(s.older) == 0 {
		return v, false
	}
	v, s.older = s.older[0], s.older[1:]
	s.olders.Add(-1)
	return v, true
}

func (q *queue[T]) depth() int {
	s := q.now.Load()
	if s == nil {
		return 0
	}
	return len(s.ch) + int(s.olders.Load())
}

// resize gives the queue another capacity.
func (q *queue[T]) resize(capacity int) {
	q.changing.Lock()
	defer q.changing.Unlock()
	s := q.now.Load()
	if s == nil || cap(s.ch) == capacity {
		return
	}
	q.now.Store(newSegment(capacity, s.seal()))
	close(s.replaced)
}

// end has the receiver stop when the queue is empty. Nobody may send any more.
func (q *queue[T]) end() {
	q.changing.Lock()
	defer q.changing.Unlock()
	if !q.ended {
		q.ended = true
		close(q.ending)
	}
}

// stop ends the queue for senders and receiver, and returns what was waiting.
func (q *queue[T]) stop() []T {
	q.changing.Lock()
	defer q.changing.Unlock()
	s := q.now.Load()
	if s == nil {
		return nil
	}
	waiting := s.seal()
	q.now.Store(nil)
	close(s.replaced)
	return waiting
}

// seal turns everyone out and returns what was waiting, oldest first.
func (s *segment[T]) seal() (waiting []T) {
	close(s.sealed)
	<-s.senders.shut()
	<-s.receiver.shut()
	for v, ok := s.take(); ok; v, ok = s.take() {
		waiting = append(waiting, v)
	}
	return waiting
}
