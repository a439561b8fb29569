package message

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"duet/engine/clock"
)

// Topic is where messages are sent: every subscription gets each of them. All
// methods may be called from any goroutine.
type Topic[T any] struct {
	name string
	mu   sync.Mutex // held to change members
	now  atomic.Pointer[members[T]]

	sending atomic.Int64  // sends under way to several subscriptions
	settled chan struct{} // closed when the topic is, and none of these is waited for any more
	settle  sync.Once     // closes it

	cause    atomic.Pointer[error] // what cut it short, if anything did; the first
	conclude sync.Once             // makes the next
	err      error                 // of Close
}

// members is who is subscribed; it is replaced as a whole, never changed.
type members[T any] struct {
	subs   []*Subscription[T] // in the order of subscribing
	closed bool
}

// NewTopic makes a topic without subscriptions. The name is for errors.
func NewTopic[T any](name string) *Topic[T] {
	t := &Topic[T]{name: name, settled: make(chan struct{})}
	t.now.Store(new(members[T]))
	return t
}

// Name returns the topic's name.
func (t *Topic[T]) Name() string { return t.name }

// Subscribe adds a subscription with its own queue, and starts its workers.
// It gets the messages of every Send that begins after Subscribe has returned.
// The name must be unique within the topic.
func (t *Topic[T]) Subscribe(name string, h Handler[T], o Options[T]) (*Subscription[T], error) {
	if o.Attempts == 0 {
		o.Attempts = 1
	}
	if o.Clock == nil {
		o.Clock = clock.Real()
	}
	err := o.check()
	if h == nil {
		err = fmt.Errorf("no handler")
	}
	if err != nil {
		return nil, fmt.Errorf("message: topic %q: subscription %q: %w", t.name, name, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.now.Load()
	if m.closed {
		return nil, ErrClosed
	}
	for _, s := range m.subs {
		if s.name == name {
			return nil, fmt.Errorf("message: topic %q: there is a subscription %q already: choose another name", t.name, name)
		}
	}
	s := newSubscription(t, name, h, o)
	t.now.Store(&members[T]{subs: append(slices.Clip(m.subs), s)})
	return s, nil
}

// Send hands v to every subscription, one after another in the order of
// subscribing. It blocks while one of them is full and its policy is Block;
// the context is looked at only then. Without subscriptions v goes nowhere.
//
// The error is [ErrClosed] when the topic is closed, or the context's; where
// some subscriptions have got v already it is a [*PartialError] with that
// inside; Close lets such a send go on as long as it waits itself. A message dropped by policy is no error.
func (t *Topic[T]) Send(ctx context.Context, v T) error { return t.send(ctx, &v, nil) }

// Sender returns a handle to send with, for one goroutine, watched by p.
func (t *Topic[T]) Sender(p SenderProbe) *Sender[T] { return &Sender[T]{t: t, probe: p} }

func (t *Topic[T]) send(ctx context.Context, v *T, p SenderProbe) error {
	m := t.now.Load()
	if len(m.subs) > 1 {
		t.sending.Add(1)
		defer t.sent()
		m = t.now.Load() // again: whoever closes the topic from here on waits for this send
	}
	if m.closed {
		return ErrClosed
	}
	for i, s := range m.subs {
		if err := s.send(ctx, v, p, i == 0); err != nil {
			if errors.Is(err, errGone) && !t.now.Load().closed {
				continue // unsubscribed meanwhile
			}
			return m.partial(i, err)
		}
	}
	return nil
}

// sent takes note that a send to several subscriptions is over.
func (t *Topic[T]) sent() {
	if t.sending.Add(-1) == 0 && t.now.Load().closed {
		t.checkSettled()
	}
}

// checkSettled says so when no send is under way to several subscriptions. The
// topic is closed: none that begins from now on gets anywhere.
func (t *Topic[T]) checkSettled() {
	if t.sending.Load() == 0 {
		t.giveUp()
	}
}

// giveUp ends the wait for sends under way.
func (t *Topic[T]) giveUp() { t.settle.Do(func() { close(t.settled) }) }

// partial is the error of a Send that got as far as subscription i.
func (m *members[T]) partial(i int, err error) error {
	if errors.Is(err, errGone) {
		err = ErrClosed
	}
	if i == 0 {
		return err
	}
	p := &PartialError{Err: err}
	for _, s := range m.subs[i:] {
		p.Missed = append(p.Missed, s.name)
	}
	return p
}
