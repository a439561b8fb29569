package message

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// ErrKilled is the cause of workers' contexts being cancelled by Kill.
var ErrKilled = errors.New("message: killed")

// Remainder is what was left of a subscription when it ended.
type Remainder struct {
	Subscription string
	Queued       int   // in the queue, or waiting there to be delivered again
	Delayed      int   // waiting for their backoff
	InHand       int   // with workers whose handlers were cut off
	Stuck        []int // workers whose handlers did not return; their messages are among InHand
}

// Left is what was left, for each subscription in order.
type Left []Remainder

// Total is how many messages were left in all.
func (l Left) Total() (n int) {
	for _, r := range l {
		n += r.Queued + r.Delayed + r.InHand
	}
	return n
}

// StuckError names the workers whose handlers ignore their context.
type StuckError struct {
	Topic   string
	Workers []string
}

func (e *StuckError) Error() string {
	named, rest := e.Workers, ""
	if n := len(named) - mostNamed; n > 0 {
		named, rest = named[:mostNamed], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("message: topic %q: the handler did not return within %v of its context being cancelled: %s%s",
		e.Topic, Grace, strings.Join(named, ", "), rest)
}

// mostNamed is how many workers an error names.
const mostNamed = 10

// Close ends the topic. New sends and those that block now fail with
// [ErrClosed], but those that have reached some of the subscriptions go on to the
// others. Then workers go on until nothing waits, neither for a retry nor for a
// crashed worker that is to come back, or until ctx is done; then their
// contexts are cancelled, with ErrClosed as the cause, and a handler that
// still returns nil has handled its message.
//
// It returns what was left, which is nothing when the error is nil. All
// goroutines of the topic have ended by then, but for handlers that do not
// return within [Grace] of ctx being done, which a [*StuckError] names. Called
// again it returns the same.
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
	left := cut(subs, stopping, ErrClosed)
	if left.Total() == 0 {
		return left, nil
	}
	why := ctx.Err()
	if why == nil {
		why = ErrKilled
	}
	err := fmt.Errorf("message: topic %q: closed with %d messages left: %w", t.name, left.Total(), why)
	return left, errors.Join(err, t.stuck(left))
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
// or [Grace] is over. It must not be called from a handler.
func (t *Topic[T]) Kill() Left { return cut(t.refuse(), killed, ErrKilled) }

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
	return cut([]*Subscription[T]{s}, stopping, ErrClosed)
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
	select {
	case <-s.dry:
	default:
		close(s.dry)
	}
}

// cut ends subscriptions, waits for their goroutines and counts what is left.
func cut[T any](subs []*Subscription[T], stage int32, cause error) Left {
	workers := 0
	for _, s := range subs {
		workers += s.stop(stage, cause)
	}
	grace, cancel := context.WithTimeout(context.Background(), graceFor(workers))
	defer cancel()
	left := make(Left, 0, len(subs))
	for _, s := range subs {
		s.await(grace)
		left = append(left, s.finish())
	}
	return left
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

// stuck is the error that names stuck workers; nil without any.
func (t *Topic[T]) stuck(left Left) error {
	e := &StuckError{Topic: t.name}
	for _, r := range left {
		for _, id := range r.Stuck {
			e.Workers = append(e.Workers, fmt.Sprintf("%s worker %d", r.Subscription, id))
		}
	}
	if e.Workers == nil {
		return nil
	}
	return e
}
