package message

import "fmt"

// MostClasses is how many classes a subscription may have.
const MostClasses = 8

// Order is which message a worker takes next, of those that were not delivered
// before.
type Order int32

// The orders. The last two need Classes.
const (
	FIFO       Order = iota // the one that was sent first, as a channel has it
	LIFO                    // the one that was sent last; needs capacity 1 or more. It takes a lock for each message, for a channel cannot do that
	ByPriority              // of the lowest class that has any: a select with a default, and in that another select
	ByChance                // of any class that has any, each as likely: a select, which has no priority
)

// checkClasses returns what is wrong with order, classes and pools.
func (o *Options[T]) checkClasses() error {
	switch {
	case o.Order < FIFO || o.Order > ByChance:
		return fmt.Errorf("order %d: must be FIFO, LIFO, ByPriority or ByChance", o.Order)
	case o.Classes < 0 || o.Classes > MostClasses:
		return fmt.Errorf("%d classes: must be 0 (none) to %d", o.Classes, MostClasses)
	case o.Classes > 0 && o.Class == nil:
		return fmt.Errorf("%d classes without a Class that tells them apart", o.Classes)
	case o.Classes > 0 && o.Partitions > 0:
		return fmt.Errorf("classes and partitions: messages are dealt to queues by one of them only")
	case o.Classes == 0 && (o.Order > LIFO || o.Pools != nil):
		return fmt.Errorf("an order by class, or pools, without classes")
	case len(o.Pools) > o.Classes:
		return fmt.Errorf("%d pools for %d classes", len(o.Pools), o.Classes)
	}
	for class, n := range o.Pools {
		if n < 0 {
			return fmt.Errorf("a pool of %d workers for class %d: must be 0 (none) or more", n, class)
		}
	}
	return nil
}

// pool is the class that a worker takes alone; false if it takes all that have no
// pool.
func (s *Subscription[T]) pool(w *worker[T]) (class int, own bool) {
	upTo := 0
	for class, n := range s.o.Pools {
		if upTo += n; w.id <= upTo {
			return class, true
		}
	}
	return 0, false
}

// shareByClass is the queues from which a worker takes, the most urgent first.
func (s *Subscription[T]) shareByClass(w *worker[T]) []*queue[T] {
	if class, own := s.pool(w); own {
		return s.queues[class : class+1]
	}
	var share []*queue[T]
	for class, q := range s.queues {
		if class >= len(s.o.Pools) || s.o.Pools[class] == 0 {
			share = append(share, q)
		}
	}
	return share
}

// SetDiscard has messages thrown away: f, unless it is nil, is asked about each
// message whose turn has come, on the worker's goroutine. One for which it says true
// is not handled: that is its end, and the probe is told nothing of it.
func (s *Subscription[T]) SetDiscard(f func(v *T) bool) {
	if f == nil {
		s.discard.Store(nil)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.discard.Store(&f)
	s.kickAll() // about what they have taken at once it is to be asked as well
}

// Bottom calls f for the message that has waited longest in each LIFO queue, under
// the lock: f must be fast and not call the library.
func (s *Subscription[T]) Bottom(f func(v *T)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		if len(q.stack) > 0 {
			f(&q.stack[0])
		}
	}
}

// serves tells whether a worker takes from a queue.
func (s *Subscription[T]) serves(w *worker[T], q *queue[T]) bool {
	if len(s.o.Pools) == 0 {
		return true
	}
	for _, mine := range s.shareByClass(w) {
		if mine == q {
			return true
		}
	}
	return false
}

// takeAny tries all of the worker's queues at once, in one select. Where something
// is to be delivered again, or a capacity changes, it chooses by the lock.
func (w *worker[T]) takeAny() bool {
	var ch [MostClasses]chan T
	for i, q := range w.queues {
		if q.alert.Load() {
			return w.takeAnyLocked()
		}
		ch[i] = q.head.Load().ch
	}
	i := 0
	select {
	case w.hand.v = <-ch[0]:
	case w.hand.v = <-ch[1]:
		i = 1
	case w.hand.v = <-ch[2]:
		i = 2
	case w.hand.v = <-ch[3]:
		i = 3
	case w.hand.v = <-ch[4]:
		i = 4
	case w.hand.v = <-ch[5]:
		i = 5
	case w.hand.v = <-ch[6]:
		i = 6
	case w.hand.v = <-ch[7]:
		i = 7
	default:
		return false
	}
	w.got(w.queues[i])
	return true
}

// takeAnyLocked takes from one of the queues that have something, each as likely.
// Who waits to send from hand to hand is looked at again when no queue calls to
// the lock.
func (w *worker[T]) takeAnyLocked() bool {
	w.s.mu.Lock()
	from, ready := w.queues[0], 0
	for _, q := range w.queues {
		if q.queued()+q.beside() == 0 {
			q.settle() // a change of capacity may be complete
			continue
		}
		if ready++; w.s.chance.IntN(ready) == 0 {
			from = q
		}
	}
	w.s.mu.Unlock()
	return w.takeLocked(from)
}
