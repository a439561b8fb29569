package message

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Grace is how long handlers may take to return after their context was
// cancelled by Close, Kill or Unsubscribe, in wall time. For every thousand of a
// topic's workers there are 10 ms more.
const Grace = 100 * time.Millisecond

// graceFor is the grace of so many workers: so many goroutines do not get to run at
// once.
func graceFor(workers int) time.Duration {
	return Grace + time.Duration(workers/1000)*10*time.Millisecond
}

// ErrKilled is the cause of workers' contexts being cancelled by Kill, and the error of
// a Close after it, or cut short by it.
var ErrKilled = errors.New("message: killed")

// Close ends the topic. New sends and those that block now fail with
// [ErrClosed], but those that have reached some of the subscriptions go on to the
// others. Then workers go on until nothing waits, neither for a retry nor for a
// crashed worker that is to come back, or until ctx is done; then their
// contexts are cancelled, with ErrClosed as the cause, and a handler that
// still returns nil has handled its message.
//
// It returns what was left, which is nothing when the error is nil; else that is
// ctx's, or [ErrKilled], or ErrClosed where a subscription was taken off meanwhile. All
// goroutines of the topic have ended by then, but for handlers that do not return
// within their grace (see [Grace]) of ctx being done, which a [*StuckError] names.
// Called again it returns the same.
func (t *Topic[T]) Close(ctx context.Context) (Left, error) {
	t.shut()
	select {
	case <-t.settled:
	case <-ctx.Done():
	}
	for _, s := range t.now.Load().subs {
		if s.o.Feeds {
			s.refuse()
			s.drain(ctx)
		}
	}
	subs := t.refuse()
	for _, s := range subs {
		s.drain(ctx)
	}
	if err := ctx.Err(); err != nil {
		t.cause.CompareAndSwap(nil, &err)
	}
	left, grace := cut(subs, stopping, ErrClosed)
	t.conclude.Do(func() { t.err = t.verdict(left, grace) })
	return left, t.err
}

// verdict is the error of Close with what was left, when handlers were given so long.
func (t *Topic[T]) verdict(left Left, grace time.Duration) error {
	if left.Total() == 0 {
		return nil
	}
	why := ErrClosed // by Unsubscribe meanwhile, or a send was accepted in the very last moment
	if cause := t.cause.Load(); cause != nil {
		why = *cause
	}
	err := fmt.Errorf("message: topic %q: closed with %d messages left: %w", t.name, left.Total(), why)
	return errors.Join(err, left.stuck(t.name, grace))
}

// drain waits until nothing waits in the subscription or is in hand.
func (s *Subscription[T]) drain(ctx context.Context) {
	select {
	case <-s.dry:
	case <-s.ctx.Done(): // killed meanwhile, or closed already
	case <-ctx.Done():
	}
}

// Kill ends the topic as a process dies: nothing drains, what waits and what
// is in hand is gone. It returns what that was, once all goroutines have ended
// or their grace is over (see [Grace]). It must not be called from a handler.
func (t *Topic[T]) Kill() Left {
	t.cause.CompareAndSwap(nil, &ErrKilled)
	left, _ := cut(t.refuse(), killed, ErrKilled)
	return left
}

// Unsubscribe takes the subscription off its topic and ends it at once, as
// Close does with a context that is done: waiting messages are left, handlers
// are cancelled. It must not be called from its own handler.
func (s *Subscription[T]) Unsubscribe() Left {
	s.t.mu.Lock()
	m := *s.t.now.Load()
	m.subs = slices.DeleteFunc(slices.Clone(m.subs), func(o *Subscription[T]) bool { return o == s })
	s.t.now.Store(&m)
	s.t.mu.Unlock()
	s.refuse()
	left, _ := cut([]*Subscription[T]{s}, stopping, ErrClosed)
	return left
}

// shut ends sending to the topic, but for sends that have reached some of its
// subscriptions.
func (t *Topic[T]) shut() {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.now.Load()
	if m.closed {
		return
	}
	t.now.Store(&members[T]{subs: m.subs, closed: true})
	for _, s := range m.subs {
		s.wakeSenders()
	}
	t.checkSettled()
}

// wakeSenders makes blocked senders look again.
func (s *Subscription[T]) wakeSenders() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		q.wakeSenders()
	}
}

// refuse ends all sending to the topic and returns its subscriptions.
func (t *Topic[T]) refuse() []*Subscription[T] {
	t.shut()
	t.giveUp()
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.now.Load()
	for _, s := range m.subs {
		s.refuse()
	}
	return m.subs
}

// refuse ends sending to the subscription.
func (s *Subscription[T]) refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stage.Load() != open {
		return
	}
	s.stage.Store(draining)
	for _, q := range s.queues {
		q.shut()
	}
	s.kickAll()
	s.checkDry()
}

// checkDry says so when a draining subscription is empty and no worker has
// anything in hand. The lock is held.
func (s *Subscription[T]) checkDry() {
	if s.stage.Load() != draining || s.parked < s.running {
		return
	}
	for _, q := range s.queues {
		if q.depth() > 0 {
			return
		}
	}
	if !s.isDry() {
		close(s.dry)
	}
}

// isDry tells whether the subscription was found empty while draining: nothing is accepted
// any more. The lock is held.
func (s *Subscription[T]) isDry() bool {
	select {
	case <-s.dry:
		return true
	default:
		return false
	}
}

// cut ends subscriptions, waits for their goroutines and counts what is left. It also
// returns how long it would have waited.
func cut[T any](subs []*Subscription[T], stage int32, cause error) (Left, time.Duration) {
	workers := 0
	for _, s := range subs {
		workers += s.stop(stage, cause)
	}
	grace := graceFor(workers)
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	left := make(Left, 0, len(subs))
	for _, s := range subs {
		s.await(ctx)
		left = append(left, s.finish())
	}
	return left, grace
}

// stop cancels the workers and the timers, and returns how many workers there were.
func (s *Subscription[T]) stop(stage int32, cause error) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stage.Load() >= stage {
		return s.running
	}
	s.stage.Store(stage)
	s.cancel()
	for _, w := range s.slots {
		if w.running {
			w.cancel(cause)
		}
	}
	s.kickAll()
	return s.running
}

// await waits for the goroutines to end.
func (s *Subscription[T]) await(grace context.Context) {
	s.timers.Wait()
	s.mu.Lock()
	var gone []chan struct{}
	for _, w := range s.slots {
		if w.running {
			gone = append(gone, w.gone)
		}
	}
	s.mu.Unlock()
	for _, c := range gone {
		select {
		case <-c:
		case <-grace.Done():
		}
	}
}

// finish counts what is left, once.
func (s *Subscription[T]) finish() Remainder {
	s.mu.Lock()
	if s.stage.Load() == ended {
		defer s.mu.Unlock()
		return s.left
	}
	s.stage.Store(ended)
	r := Remainder{Subscription: s.name}
	var waited, delayed []entry[T]
	for _, q := range s.queues {
		for e, ok := q.take(); ok; e, ok = q.take() {
			waited = append(waited, e)
		}
		q.delayed = 0
	}
	for _, d := range s.delays.heap {
		delayed = append(delayed, d.entry)
	}
	s.delays.heap = nil
	waited, delayed = left(waited), left(delayed)
	r.Queued, r.Delayed = len(waited), len(delayed)
	r.Stuck, r.InHand = s.stuck()
	r.InHand += s.inHand
	s.left = r
	s.mu.Unlock()
	if s.o.Probe != nil {
		for _, e := range slices.Concat(waited, delayed) {
			s.o.Probe.Left(e.v, e.attempt)
		}
	}
	return r
}
