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
	if q.side.len()+len(q.stack) > 0 {
		w.s.wake(q)
	}
	return ok
}

// got takes note of the message in hand, received without the lock. If there is
// more to see to by now, this worker may have been the one woken for it, and is busy from
// here on: it passes that on.
func (w *worker[T]) got(q *queue[T]) {
	w.hand.attempt, w.hand.failed = 1, 0
	w.from = q
	if q.alert.Load() {
		w.passOn(q)
	}
}

func (w *worker[T]) passOn(q *queue[T]) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if len(q.gens) > 1 {
		q.settle()
	}
	if q.side.len() > 0 {
		w.s.wake(q)
	}
}

// wait blocks until there is something to do; true if it is a message, in hand.
func (w *worker[T]) wait() (got bool) {
	w.waiting.Store(true) // before the last look: from now on others wake it
	defer w.waiting.Store(false)
	if w.alert.Load() {
		return false
	}
	for _, q := range w.queues {
		if q.alert.Load() {
			return false
		}
	}
	if w.s.stage.Load() != open {
		w.park()
		return false
	}
	if w.probe != nil {
		w.probe.Idle()
	}
	switch len(w.queues) {
	case 0:
		<-w.kick
	case 1:
		q := w.queues[0]
		select {
		case w.hand.v = <-q.head.Load().ch:
			w.got(q)
			return true
		case <-w.kick:
		}
	default:
		return w.waitForMany()
	}
	return false
}

// waitForMany blocks for several partitions at once.
func (w *worker[T]) waitForMany() (got bool) {
	cases := make([]reflect.SelectCase, 0, len(w.queues)+1)
	for _, q := range w.queues {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(q.head.Load().ch)})
	}
	cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(w.kick)})
	i, x, _ := reflect.Select(cases)
	if i == len(w.queues) {
		return false
	}
	w.hand.v, _ = x.Interface().(T) // not ok only for the nil of an interface type
	w.got(w.queues[i])
	return true
}

// park waits without listening to the channel, which only gets emptier while
// the subscription drains. That it is out of work for good is thus certain as
// long as it is parked.
func (w *worker[T]) park() {
	s := w.s
	s.mu.Lock()
	for _, q := range w.queues {
		if q.queued()+q.side.len() > 0 {
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
	return true
}
