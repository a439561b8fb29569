package message

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrClosed is returned for what comes after Close, and is the cause of a
// worker's context being cancelled by it.
var ErrClosed = errors.New("message: closed")

// errGone tells Send that the subscription takes no more.
var errGone = errors.New("message: subscription ended")

// PartialError says that a Send reached only some of the subscriptions: those
// keep the message.
type PartialError struct {
	Missed []string // the subscriptions that did not get it
	Err    error    // why: ErrClosed (the topic ended meanwhile) or the context's error
}

func (e *PartialError) Error() string {
	return fmt.Sprintf("message: sent, but not to %s: %v", strings.Join(e.Missed, ", "), e.Err)
}

// Unwrap returns Err.
func (e *PartialError) Unwrap() error { return e.Err }

// Sender is a sending goroutine's own handle on a topic, watched by a probe.
type Sender[T any] struct {
	t     *Topic[T]
	probe SenderProbe
}

// Send does what [Topic.Send] does with the message that v points to, which is copied
// into the queues, and nowhere before: that counts where messages are large.
func (s *Sender[T]) Send(ctx context.Context, v *T) error { return s.t.send(ctx, v, s.probe) }

// Send hands v to this subscription alone, as [Topic.Send] does to all, watched by p
// unless that is nil. It may be called by the handler of another one, see
// [Options.Feeds].
func (s *Subscription[T]) Send(ctx context.Context, v T, p SenderProbe) error {
	if err := s.send(ctx, &v, p, false); !errors.Is(err, errGone) {
		return err
	}
	return ErrClosed
}

// send hands v to one subscription (by address to spare copies): a non-blocking send and a look at a flag.
// first says that it is the first: none has got v, and a closed topic takes it no more.
func (s *Subscription[T]) send(ctx context.Context, v *T, p SenderProbe, first bool) error {
	q := s.queues[0]
	if len(s.queues) > 1 {
		q = s.queueFor(v)
	}
	g := q.tail.Load()
	select {
	case g.ch <- *v:
		if g.retired.Load() {
			return q.late(g)
		}
		return nil
	default:
		return q.sendFull(ctx, v, p, first)
	}
}

// queueFor is the queue of several for a message.
func (s *Subscription[T]) queueFor(v *T) *queue[T] {
	if s.o.Classes > 0 {
		return s.queues[s.o.Class(*v)]
	}
	return s.queues[s.o.Key(*v)%uint64(len(s.queues))]
}

// sendFull sends to a queue that was full, or gated, a moment ago.
func (q *queue[T]) sendFull(ctx context.Context, v *T, p SenderProbe, first bool) error {
	for {
		turn := *q.turn.Load() // before all else: whatever changes after this closes it
		if first && q.s.t.now.Load().closed {
			return errGone
		}
		g := q.tail.Load()
		if g.offer(v) {
			return q.late(g)
		}
		if g == q.gate {
			if sent, err := q.sendGated(*v); sent || err != nil {
				return err
			}
			if q.tail.Load() != g {
				continue
			}
		}
		switch Policy(q.s.whenFull.Load()) {
		case DropNewest:
			q.s.dropped(*v, false)
			return nil
		case DropOldest:
			q.dropOldest()
			continue
		case Block:
		}
		if sent, err := sendBlocking(ctx, g.ch, turn, *v, p); err != nil {
			return err
		} else if sent {
			return q.late(g)
		}
	}
}

// sendBlocking waits until v is sent, or it is time to look again.
func sendBlocking[T any](ctx context.Context, ch chan T, turn chan struct{}, v T, p SenderProbe) (sent bool, err error) {
	if p != nil {
		p.Block()
		defer p.Unblock()
	}
	select {
	case ch <- v:
		return true, nil
	case <-turn:
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// sendGated sends while the channel is being changed, if there is room; not
// sent and no error means that there is none, or that the gate has opened.
func (q *queue[T]) sendGated(v T) (sent bool, err error) {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	switch {
	case q.s.stage.Load() != open:
		return false, errGone
	case q.tail.Load() != q.gate || q.queued() >= q.capacity:
		return false, nil
	}
	if q.lifo {
		q.stack = append(q.stack, v)
		q.alert.Store(true)
		q.s.wake(q)
		return true, nil
	}
	q.last().ch <- v // has room: only senders with the lock come here
	return true, nil
}

// dropOldest makes room by dropping one message, unless there is room by now.
func (q *queue[T]) dropOldest() {
	q.s.mu.Lock()
	var v T
	full := q.queued() >= q.capacity
	if full {
		v, full = q.oldest()
	}
	q.s.mu.Unlock()
	if full {
		q.s.dropped(v, true)
	}
}

// late follows up a send. If the channel was retired before it, workers may
// have left it behind for good: then the message goes to the list, which
// comes before whatever was sent to the new channel by now. Whether it is this
// sender's message that is found or that of another in the same place does
// not matter: each of them comes here before its Send returns. After everything else was
// handled while draining, the message is taken back.
func (q *queue[T]) late(g *generation[T]) error {
	if !g.retired.Load() {
		return nil
	}
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	if q.s.stage.Load() == ended || q.s.isDry() {
		if g.poll(new(T)) { // not among what was reported as left
			return errGone
		}
		return nil // it was, or a worker came by
	}
	if g == q.gens[0] {
		q.s.wake(q) // workers that drain no longer wait for the channel
		return nil
	}
	var v T
	for g.poll(&v) {
		q.spilled.pushBack(v)
		q.call()
	}
	return nil
}

func (s *Subscription[T]) dropped(v T, oldest bool) {
	if s.o.Probe != nil {
		s.o.Probe.Dropped(v, oldest)
	}
}
