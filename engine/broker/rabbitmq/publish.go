package rabbitmq

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"

	"duet/engine/broker"
)

// idBytes is how long the number is that a message begins with, and keyBytes the key
// after it.
const (
	idBytes  = 8
	keyBytes = 4
)

// publisher sends the messages of a queue, each time there is a connection anew.
type publisher struct {
	queue   *queue
	session atomic.Pointer[session] // nil: there is no connection
}

// session is sending over one channel. Only its own goroutine writes: the library
// waits in a write for as long as the server does not read, and knows of no ctx.
type session struct {
	channel *amqp.Channel
	sends   chan *sending
	returns chan amqp.Return // messages that there was no queue for
	over    chan struct{}

	mu   sync.Mutex
	back map[uint64]struct{} // ids of those, until somebody has asked after them
}

// sending is one message on its way.
type sending struct {
	id      uint64
	queue   string
	message amqp.Publishing
	written chan struct{} // closed when what follows is there
	confirm *amqp.DeferredConfirmation
	err     error
}

// run is the publisher's goroutine. It goes on with the session that there is.
func (p *publisher) run() {
	s := p.session.Load()
	for {
		if s != nil {
			s.serve(p.queue.ctx)
			p.session.Store(nil)
			close(s.over)
			over := s.channel
			p.queue.server.running.Go(func() { _ = over.Close() }) // a server that does not answer holds nobody up
		}
		w := p.queue.server.publish.await(p.queue.ctx)
		if w == nil {
			return
		}
		var err error
		if s, err = p.begin(w); err != nil {
			select { // nearly always the connection is lost
			case <-w.over:
			case <-p.queue.ctx.Done():
				return
			}
		}
		p.session.Store(s)
	}
}

// begin makes a session on a connection.
func (p *publisher) begin(w *wire) (*session, error) {
	c, err := w.conn.Channel()
	if err != nil {
		return nil, err
	}
	if !p.queue.options.Unconfirmed {
		if err := c.Confirm(false); err != nil {
			return nil, err
		}
	}
	return newSession(c), nil
}

func newSession(c *amqp.Channel) *session {
	return &session{
		channel: c, sends: make(chan *sending), over: make(chan struct{}), back: make(map[uint64]struct{}),
		returns: c.NotifyReturn(make(chan amqp.Return, 1024)), // one for each that sends, and more
	}
}

// idOf is the number that a message begins with, or 0 if it is not ours.
func idOf(body []byte) uint64 {
	if len(body) < idBytes {
		return 0
	}
	return binary.BigEndian.Uint64(body)
}

// serve writes what is to be sent until the channel is lost or ctx done.
func (s *session) serve(ctx context.Context) {
	closed := s.channel.NotifyClose(make(chan *amqp.Error, 1))
	for {
		select {
		case <-ctx.Done():
			return
		case why := <-closed:
			_ = why // the link tells of it
			return
		case m := <-s.sends:
			m.confirm, m.err = s.channel.PublishWithDeferredConfirm("", m.queue, true, false, m.message)
			close(m.written)
		}
	}
}

// collect looks for messages that came back.
func (s *session) collect() {
	for {
		select {
		case r, ok := <-s.returns:
			if !ok {
				return
			}
			s.back[idOf(r.Body)] = struct{}{}
		default:
			return
		}
	}
}

// cameBack tells whether a message did. The server says so before it confirms it.
func (s *session) cameBack(id uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collect()
	_, ok := s.back[id]
	delete(s.back, id)
	return ok
}

// anyCameBack tells whether any message did since it was asked last.
func (s *session) anyCameBack() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collect()
	some := len(s.back) > 0
	clear(s.back)
	return some
}

// noRoute says why a message came back: the queue is gone, or not yet back after the
// server has started.
func (q *queue) noRoute(ctx context.Context) error {
	if _, err := q.Depth(ctx); errors.Is(err, broker.ErrGone) {
		return err
	}
	return broker.ErrDown
}

// Publish implements [broker.Queue]. While the server takes no messages it waits, and
// sends nothing.
func (q *queue) Publish(ctx context.Context, m broker.Message) error {
	if q.gone.Load() {
		return broker.ErrGone
	}
	s := q.sending.session.Load()
	if s == nil {
		return broker.ErrDown
	}
	if !s.unblocked(ctx, q.server.publish) {
		return broker.ErrDown
	}
	body := binary.BigEndian.AppendUint64(make([]byte, 0, idBytes+keyBytes+len(m.Body)), m.ID)
	body = binary.BigEndian.AppendUint32(body, m.Key)
	out := &sending{
		id: m.ID, queue: q.names[int(m.Key)%len(q.names)], written: make(chan struct{}),
		message: amqp.Publishing{DeliveryMode: amqp.Persistent, Body: append(body, m.Body...)},
	}
	select {
	case s.sends <- out:
	case <-s.over:
		return broker.ErrDown
	case <-ctx.Done():
		return broker.ErrDown
	}
	return q.sent(ctx, s, out)
}

// unblocked waits until the server takes messages.
func (s *session) unblocked(ctx context.Context, l *link) bool {
	for {
		blocked, changed := l.isBlocked()
		if !blocked {
			return true
		}
		select {
		case <-changed:
		case <-s.over:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// sent waits for what becomes of a message that is being written.
func (q *queue) sent(ctx context.Context, s *session, m *sending) error {
	select {
	case <-m.written:
	case <-ctx.Done():
		return broker.ErrUnknown
	}
	switch {
	case errors.Is(m.err, amqp.ErrClosed): // before it was whole
		return broker.ErrDown
	case m.err != nil:
		return broker.ErrUnknown
	case m.confirm == nil: // and that is all there is to know
		if s.anyCameBack() {
			return q.noRoute(ctx)
		}
		return nil
	}
	select {
	case <-m.confirm.Done():
	case <-ctx.Done():
		return broker.ErrUnknown
	}
	switch {
	case s.cameBack(m.id):
		return q.noRoute(ctx)
	case m.confirm.Acked():
		return nil
	case s.channel.IsClosed(): // the library says no for all that are open
		return broker.ErrUnknown
	default:
		return broker.ErrFull
	}
}
