package message

import "reflect"

// take gets the next message into the worker's hand, waiting for it; false
// when the worker has to end.
func (w *worker[T]) take() bool {
	for {
		if w.alert.Load() && !w.attend() {
			return false
		}
		switch {
		case len(w.queues) == 1: // as a rule
			if w.takeFrom(w.queues[0]) || w.wait() {
				return true
			}
			continue
		case w.s.o.Order == ByPriority:
			w.turn = 0
		case w.s.o.Order == ByChance:
			if w.takeAny() || w.wait() {
				return true
			}
			continue
		}
		for range w.queues {
			q := w.queues[w.turn]
			if w.turn++; w.turn == len(w.queues) {
				w.turn = 0
			}
			if w.takeFrom(q) {
				return true
			}
		}
		if w.wait() {
			return true
		}
	}
}

// takeFrom tries one queue: a non-blocking receive and a look at a flag.
func (w *worker[T]) takeFrom(q *queue[T]) bool {
	if q.alert.Load() {
		return w.takeLocked(q)
	}
	select {
	case w.hand.v = <-q.head.Load().ch:
		w.got(q)
		return true
	default:
		return false
	}
}

func (w *worker[T]) takeLocked(q *queue[T]) (ok bool) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.hand, ok = q.take()
	w.from = q
	if t := w.hand.twin; t != nil {
		w.joined(t)
	}
	w.wakeAnother()
	return ok
}

// wakeAnother wakes a worker if any of this one's queues has something to be taken by the
// lock: this one may have been woken for each of them, and sees to one at most. Whoever is
// woken does the same. The lock is held.
func (w *worker[T]) wakeAnother() {
	if w.s.partitioned() {
		return // nobody else takes from them
	}
	for _, q := range w.queues {
		if q.beside()+len(q.stack) > 0 {
			w.s.wake(q)
			return
		}
	}
}

// got takes note of the message in hand, received without the lock. If there is
// more to see to by now, this worker may have been the one woken for it, and is busy from
// here on: it passes that on. Who has not waited was not woken, for whichever queue.
func (w *worker[T]) got(q *queue[T]) {
	w.hand.attempt, w.hand.failed = 1, 0
	w.from = q
	if q.alert.Load() || w.waited && w.called() {
		w.passOn()
	}
	w.waited = false
}

// called tells whether any of the worker's queues calls workers to the lock.
func (w *worker[T]) called() bool {
	for _, q := range w.queues {
		if q.alert.Load() {
			return true
		}
	}
	return false
}

func (w *worker[T]) passOn() {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if len(w.from.gens) > 1 {
		w.from.settle()
	}
	w.wakeAnother()
}

// wait blocks until there is something to do; true if it is a message, in hand.
func (w *worker[T]) wait() (got bool) {
	w.waited = true
	w.waiting.Store(true) // before the last look: from now on others wake it
	from := w.block()
	w.waiting.Store(false) // before it looks whether there is more: from now on others are woken
	if from == nil {
		return false
	}
	w.got(from)
	return true
}

// block is wait, and returns the queue that the message in hand is from; nil: there is none.
func (w *worker[T]) block() (from *queue[T]) {
	if w.alert.Load() || w.called() {
		return nil
	}
	if w.s.stage.Load() != open {
		w.park()
		return nil
	}
	if w.probe != nil {
		w.probe.Idle()
	}
	switch len(w.queues) {
	case 0:
		<-w.kick
		return nil
	case 1:
		q := w.queues[0]
		select {
		case w.hand.v = <-q.head.Load().ch:
			return q
		case <-w.kick:
			return nil
		}
	}
	return w.blockForMany()
}

// blockForMany blocks for several queues at once.
func (w *worker[T]) blockForMany() (from *queue[T]) {
	cases := make([]reflect.SelectCase, 0, len(w.queues)+1)
	for _, q := range w.queues {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(q.head.Load().ch)})
	}
	cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(w.kick)})
	i, x, _ := reflect.Select(cases)
	if i == len(w.queues) {
		return nil
	}
	w.hand.v, _ = x.Interface().(T) // not ok only for the nil of an interface type
	return w.queues[i]
}

// park waits without listening to the channel, which only gets emptier while
// the subscription drains. That it is out of work for good is thus certain as
// long as it is parked.
func (w *worker[T]) park() {
	s := w.s
	s.mu.Lock()
	for _, q := range w.queues {
		if q.queued()+q.beside() > 0 {
			s.mu.Unlock()
			return
		}
	}
	w.parked = true
	s.parked++
	s.checkDry()
	s.mu.Unlock()
	if w.probe != nil {
		w.probe.Idle()
	}
	<-w.kick
	s.mu.Lock()
	defer s.mu.Unlock()
	w.parked = false
	s.parked--
}

// attend sees to what the alert was for; false when the worker has to end.
func (w *worker[T]) attend() (stay bool) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.alert.Store(false)
	w.armed = w.fault.when == CrashBeforeAck
	w.timed = w.s.visibility > 0
	if w.fault.when == CrashDuring {
		w.fault.down = true
	}
	if w.fault.down || w.s.stage.Load() >= stopping || w.id > w.s.workers {
		return false
	}
	w.handOver(w.s.shareOf(w))
	w.most = w.burst()
	return true
}
