package remotework

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"duet/engine/broker"
)

// beat is how often there is a sign of life.
const beat = time.Second

// Outbox sends reports, or letters, through a queue: one message at a time, and what
// comes up meanwhile goes with the next. All methods may be called from any
// goroutine.
type Outbox[M any] struct {
	encode func(m *M, number uint64) []byte

	mu      sync.Mutex
	changes []change[M]
	wake    chan struct{} // holds one when there are changes
	sent    chan struct{} // closed, and replaced, when a message was confirmed
}

// change is something that goes with a message.
type change[M any] struct {
	make func(*M)
	then func() // when the broker has confirmed it; nil: nothing
}

// NewOutbox makes an outbox for messages that are encoded with their number.
func NewOutbox[M any](encode func(m *M, number uint64) []byte) *Outbox[M] {
	return &Outbox[M]{encode: encode, wake: make(chan struct{}, 1), sent: make(chan struct{})}
}

// Post has something go with the next message. It does not wait. What then does is
// called when the broker has confirmed it, if it ever does; it must not block.
func (o *Outbox[M]) Post(make func(*M), then func()) {
	o.mu.Lock()
	o.changes = append(o.changes, change[M]{make, then})
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Flush waits until all that was posted is confirmed, or ctx is done.
func (o *Outbox[M]) Flush(ctx context.Context) {
	for {
		o.mu.Lock()
		left, sent := len(o.changes), o.sent
		o.mu.Unlock()
		if left == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-sent:
		}
	}
}

// Run sends until ctx is done, or the queue is gone: then it returns
// [broker.ErrGone]. With nothing to say there is a message each second all the same.
func (o *Outbox[M]) Run(ctx context.Context, queue broker.Queue) error {
	base := rand.Uint64() << 20 //nolint:gosec // not a secret
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for number := uint64(1); ; number++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-o.wake:
		case <-ticker.C:
		}
		var m M
		batch := o.next()
		for _, c := range batch {
			c.make(&m)
		}
		if err := send(ctx, queue, broker.Message{ID: base + number, Body: o.encode(&m, number)}); err != nil {
			return err
		}
		ticker.Reset(beat)
		o.confirm(len(batch))
		for _, c := range batch {
			if c.then != nil {
				c.then()
			}
		}
	}
}

// next is what goes with the next message. It stays in the box until it is confirmed.
func (o *Outbox[M]) next() []change[M] {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(len(o.changes), mostChanges)
	if n < len(o.changes) {
		select {
		case o.wake <- struct{}{}:
		default:
		}
	}
	return o.changes[:n:n]
}

func (o *Outbox[M]) confirm(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.changes = append([]change[M](nil), o.changes[n:]...)
	close(o.sent)
	o.sent = make(chan struct{})
}

// confirmation is how long the broker may take to confirm.
const confirmation = 2 * time.Second

// send sends a message until it is confirmed. It may get there more than once: who
// reads it goes by its number.
func send(ctx context.Context, queue broker.Queue, m broker.Message) error {
	for fails := 0; ; fails++ {
		sending, cancel := context.WithTimeout(ctx, confirmation)
		err := queue.Publish(sending, m)
		cancel()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, broker.ErrGone):
			return broker.ErrGone
		}
		if !broker.Wait(ctx, broker.Backoff(fails)) {
			return ctx.Err()
		}
	}
}

// mostAhead is how many messages wait at most for one that has not come yet.
const mostAhead = 64

// Sequence puts numbered messages in order: a broker may deliver them in another one,
// and more than once. One that does not come for long is passed over.
type Sequence[M any] struct {
	next  uint64 // less one
	ahead map[uint64]M
}

// Take takes a message in, and returns those whose turn it is.
func (s *Sequence[M]) Take(number uint64, m M) (ready []M) {
	if number <= s.next || number > s.next+1<<20 {
		return nil
	}
	if s.ahead == nil {
		s.ahead = make(map[uint64]M)
	}
	s.ahead[number] = m
	if len(s.ahead) > mostAhead {
		s.next = number
		for n := range s.ahead {
			s.next = min(s.next, n-1)
		}
	}
	for {
		m, ok := s.ahead[s.next+1]
		if !ok {
			return ready
		}
		delete(s.ahead, s.next+1)
		s.next++
		ready = append(ready, m)
	}
}
