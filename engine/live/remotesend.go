package live

import (
	"context"
	"errors"
	"time"

	"duet/engine"
	"duet/engine/broker"
)

// remoteSending is a producer's way into queues of a broker.
type remoteSending struct {
	*remote
	producer *producer
}

// send implements [sender].
func (s *remoteSending) send(d *delivery) bool {
	if !s.begin() {
		return false
	}
	defer s.finish()
	p := s.producer
	at, start, blocked := d.item.At, p.now, false
	for i, q := range s.queues {
		taken, stood := q.put(p, d, i == 0)
		blocked = blocked || stood
		if taken {
			continue
		}
		if i == 0 {
			return false
		}
		for _, missed := range s.queues[i:] {
			missed.missed(d)
		}
		break
	}
	if !blocked { // else it is measured by how long it stood
		p.published(false, at, start, p.lane.run.clock.Now())
	}
	return true
}

// idle implements [sender].
func (s *remoteSending) idle() {}

// begin counts a send, unless there are to be none.
func (r *remote) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.sending++
	}
	return !r.closed
}

func (r *remote) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sending--
}

// put hands a delivery over to the queue, and tells whether the producer had to
// stand: before a full queue, or because the broker did not take it. What has got
// into one queue gets into the others as long as the hand-over is not killed.
func (q *remoteQueue) put(p *producer, d *delivery, first bool) (taken, stood bool) {
	until := q.ctx.Done()
	if first {
		until = q.closing
	}
	defer func() {
		if stood {
			p.Unblock()
		}
	}()
	m := q.admit(d)
	surely := true // nothing was sent that is not known to be refused
	for fails := 0; ; fails++ {
		room := q.vacancy() // before it is tried: what is settled meanwhile is not missed
		err := q.publish(m)
		switch full := errors.Is(err, broker.ErrFull); {
		case err == nil || q.arrived(m.ID):
			q.accept(m.ID)
			return true, stood
		case errors.Is(err, broker.ErrGone):
			q.gone()
			return !q.withdraw(m.ID), stood
		case full && surely && q.drops():
			if q.withdraw(m.ID) {
				q.watch.Dropped(*d, false)
			}
			return true, stood
		case full:
			fails = min(fails, fullFails)
		default:
			room, surely = nil, surely && errors.Is(err, broker.ErrDown)
		}
		if !stood {
			p.Block()
			stood = true
		}
		if !wait(until, room, broker.Backoff(fails)) {
			return !q.withdraw(m.ID), stood
		}
	}
}

// fullFails is how many failures count at most where there was no room: others may
// have made some.
const fullFails = 2

// wait lets a pause pass, or waits until there may be room. False: until came first.
func wait(until, room <-chan struct{}, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-until:
		return false
	case <-room:
	case <-timer.C:
	}
	return true
}

// admit gives a delivery a number, and makes the message of it that the broker is
// given.
func (q *remoteQueue) admit(d *delivery) broker.Message {
	q.mu.Lock()
	q.last++
	m := broker.Message{ID: q.last, Key: uint32(d.item.Key)} //nolint:gosec // keys are not negative
	q.parcels[m.ID] = &parcel{id: m.ID, d: *d}
	q.mu.Unlock()
	m.Body = q.body(d)
	return m
}

// vacancy is closed when there may be room.
func (q *remoteQueue) vacancy() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.room
}

// drops tells whether what finds no room is dropped.
func (q *remoteQueue) drops() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.policy == engine.DropNewest
}

// arrived tells whether what the broker has not confirmed was delivered all the same.
func (q *remoteQueue) arrived(id uint64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.parcels[id]
	return p == nil || p.in
}

// accept notes that the broker has taken a parcel. It may have been delivered before
// that is known.
func (q *remoteQueue) accept(id uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if p := q.parcels[id]; p != nil && !p.in {
		p.in, p.at = true, time.Now() //nolint:forbidigo // a broker lives in wall time
		q.waiting++
	}
}

// withdraw takes a delivery back that the broker may not have. False: somebody has
// got it already.
func (q *remoteQueue) withdraw(id uint64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.parcels[id]
	if p == nil || p.in {
		return false
	}
	delete(q.parcels, id)
	return true
}

// publish hands a message over to the broker. Unless there is an error it has it for
// sure, or may be assumed to where nothing is confirmed. Whether it is down, full or
// silent, the message is kept here.
func (q *remoteQueue) publish(m broker.Message) error {
	ctx, cancel := context.WithTimeout(q.ctx, brokerPublish)
	defer cancel()
	start := time.Now() //nolint:forbidigo // as above
	err := q.queue.Publish(ctx, m)
	switch {
	case err == nil:
		q.publishing.Record(int64(time.Since(start)))
	case errors.Is(err, broker.ErrGone):
	case errors.Is(err, broker.ErrDown):
		q.down.Add(1)
	case errors.Is(err, broker.ErrFull):
		q.full.Add(1)
	default:
		q.unknown.Add(1)
	}
	return err
}
