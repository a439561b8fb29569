package message

func (s *Subscription[T]) partitioned() bool { return s.o.Partitions > 0 }

// deal gives each partition an owner. The lock is held, and the workers are
// made to attend afterwards. A crashed worker keeps its partitions, which wait
// for it.
func (s *Subscription[T]) deal() {
	for i, q := range s.queues {
		q.owner = nil
		if s.workers > 0 {
			q.owner = s.slots[i%s.workers]
		}
	}
}

// shareOf is the queues that a worker may serve now: those that it owns, but
// for those that their last owner still has a message of in hand. The lock is held.
func (s *Subscription[T]) shareOf(w *worker[T]) (share []*queue[T]) {
	switch {
	case s.o.Classes > 0:
		return s.shareByClass(w)
	case !s.partitioned():
		return s.queues
	}
	for _, q := range s.queues {
		if q.owner == w && (q.holder == nil || q.holder == w) {
			share = append(share, q)
		}
	}
	return share
}

// handOver makes share the queues that the worker serves, and tells the owners
// of those that it serves no more. It is called between messages, with the lock.
func (w *worker[T]) handOver(share []*queue[T]) {
	if w.s.partitioned() {
		for _, q := range w.queues {
			if q.holder = nil; q.owner != nil && q.owner != w {
				q.owner.attention()
			}
		}
		for _, q := range share {
			q.holder = w
		}
	}
	w.queues, w.turn = share, 0
}
