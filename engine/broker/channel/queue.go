package channel

import (
	"context"
	"slices"
	"time"

	"duet/engine/broker"
)

// queue is a queue of the broker. All of it is guarded by the server's mu.
type queue struct {
	server     *Server
	name       broker.Name
	options    broker.Options
	parts      []*part // one, or with partitions so many
	workers    []*worker
	last       uint64 // place given to a message
	dead       int64
	rebalances int64
	gone       bool
}

// part is what waits in a queue, or in a partition of one, in order.
type part struct {
	waits    []*message
	inFlight int
	holder   *worker // with partitions: who reads it; nil: nobody
}

// message is one that the queue holds.
type message struct {
	broker.Message
	place       uint64 // in the queue: one that comes back keeps it
	part        *part
	redelivered bool
}

// joined is a queue that somebody else has made.
type joined struct{ *queue }

// Close implements [broker.Queue].
func (joined) Close(context.Context) error { return nil }

func newQueue(s *Server, name broker.Name, o broker.Options) *queue {
	q := &queue{server: s, name: name, options: o}
	for range max(1, o.Partitions) {
		q.parts = append(q.parts, &part{})
	}
	return q
}

// Publish implements [broker.Queue].
func (q *queue) Publish(ctx context.Context, m broker.Message) error {
	s := q.server
	s.mu.Lock()
	if err := q.take(m); err != nil {
		s.mu.Unlock()
		return err
	}
	delay, mute := s.delay, s.mute
	s.mu.Unlock()
	if q.options.Unconfirmed || delay == 0 && !mute {
		return nil
	}
	return q.confirm(ctx, delay)
}

// take puts a message at the tail. The caller holds mu.
func (q *queue) take(m broker.Message) error {
	p := q.parts[int(m.Key)%len(q.parts)]
	full := q.options.Limit > 0 && p.holds() >= q.options.Limit
	switch {
	case !q.server.state.Connected:
		return broker.ErrDown
	case q.gone:
		return broker.ErrGone
	case full && q.options.Unconfirmed:
		return nil // nobody hears of it
	case full:
		return broker.ErrFull
	}
	q.last++
	m.Body = slices.Clone(m.Body)
	p.waits = append(p.waits, &message{Message: m, place: q.last, part: p})
	q.deliver()
	return nil
}

// confirm waits until a message is confirmed that is in the queue.
func (q *queue) confirm(ctx context.Context, delay time.Duration) error {
	s := q.server
	timer := time.NewTimer(delay)
	defer timer.Stop()
	due := false
	for {
		s.mu.Lock()
		connected, mute, moved := s.state.Connected, s.mute, s.moved
		s.mu.Unlock()
		switch {
		case !connected:
			return broker.ErrUnknown
		case due && !mute:
			return nil
		}
		select {
		case <-timer.C:
			due = true
		case <-moved:
		case <-ctx.Done():
			return broker.ErrUnknown
		}
	}
}

// holds is how many the part holds, in flight included.
func (p *part) holds() int { return len(p.waits) + p.inFlight }

// deliver gives what waits to workers that have room.
func (q *queue) deliver() {
	if !q.server.state.Connected {
		return
	}
	for _, p := range q.parts {
		for len(p.waits) > 0 {
			w := q.reader(p)
			if w == nil {
				break
			}
			m := p.waits[0]
			p.waits = p.waits[1:]
			p.inFlight++
			w.give(m)
		}
	}
}

// reader is who may have the next message of a part; nil: nobody just now.
func (q *queue) reader(p *part) *worker {
	if q.options.Partitions > 0 {
		if p.holder != nil && p.holder.room() {
			return p.holder
		}
		return nil
	}
	i := slices.IndexFunc(q.workers, (*worker).room)
	if i < 0 {
		return nil
	}
	w := q.workers[i]
	q.workers = append(slices.Delete(q.workers, i, i+1), w) // the next one is another's
	return w
}

// deal gives each partition a reader, all workers about as many.
func (q *queue) deal() {
	if q.options.Partitions == 0 {
		return
	}
	q.rebalances++
	for i, p := range q.parts {
		p.holder = nil
		if n := len(q.workers); n > 0 {
			p.holder = q.workers[i%n]
		}
	}
}

// put gives a message back to its old place.
func (q *queue) put(m *message) {
	p := m.part
	i, _ := slices.BinarySearchFunc(p.waits, m.place, func(x *message, place uint64) int { return int(x.place) - int(place) }) //nolint:gosec // far below
	p.waits = slices.Insert(p.waits, i, m)
}

// disconnect cuts all workers' links.
func (q *queue) disconnect() {
	for _, w := range q.workers {
		w.drop()
	}
}

// lose drops everything that waits.
func (q *queue) lose() {
	for _, p := range q.parts {
		p.waits = nil
	}
}

// Depth implements [broker.Queue].
func (q *queue) Depth(context.Context) (broker.Depth, error) {
	s := q.server
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.state.Connected:
		return broker.Depth{}, broker.ErrDown
	case q.gone:
		return broker.Depth{}, broker.ErrGone
	}
	d := broker.Depth{Dead: q.dead, Rebalances: q.rebalances}
	for _, p := range q.parts {
		d.Ready += int64(len(p.waits))
		d.InFlight += int64(p.inFlight)
		if q.options.Partitions > 0 {
			x := broker.Partition{Lag: int64(p.holds())}
			if p.holder != nil {
				x.Holder = p.holder.name
			}
			d.Partitions = append(d.Partitions, x)
		}
	}
	return d, nil
}

// Close implements [broker.Queue].
func (q *queue) Close(context.Context) error {
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	q.server.delete(q.name)
	return nil
}
