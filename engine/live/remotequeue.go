package live

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/message"
	"duet/engine/script"
)

// remoteQueue is a queue in a broker, as this process sees it: what was handed over
// and is not done with, and the workers.
type remoteQueue struct {
	*remote
	name     string
	queue    broker.Queue
	runs     []*handler
	watch    *watch
	work     message.Handler[delivery]
	position int // in the hand-over

	mu       sync.Mutex
	capacity int
	policy   engine.WhenFull
	after    bool // ack after the work
	attempts int
	backoff  func(delivery, int) time.Duration
	last     uint64 // number given to a parcel
	parcels  map[uint64]*parcel
	waiting  int           // of these: in nobody's hands
	room     chan struct{} // closed, and replaced, when there may be room
	workers  int           // how many there are to be
	places   []*remoteWorker
}

// parcel is what is handed over through the broker, and not done with.
type parcel struct {
	id      uint64
	d       delivery
	attempt int           // how often it was begun
	failed  int           // how often it has failed
	holder  *remoteWorker // in whose hands it is; nil: in the broker's
	settles []func(broker.Verdict, time.Duration) error
}

// adjust applies settings.
func (q *remoteQueue) adjust(spec *engine.Lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.workers, q.capacity = script.Sizes(spec, q.name)
	q.policy, q.after, q.attempts = spec.Queue.WhenFull, spec.Ack == engine.AckAfter, spec.Attempts
	q.backoff = q.gen.backoff(spec.Backoff, q.position)
	for len(q.places) < q.workers {
		q.places = append(q.places, &remoteWorker{q: q, id: len(q.places) + 1})
	}
	for _, w := range q.places {
		if w.id > q.workers {
			w.dismiss()
		} else if !w.down {
			w.start()
		}
	}
	q.stir()
}

// stir has whoever waits for room look again. The caller holds mu.
func (q *remoteQueue) stir() {
	close(q.room)
	q.room = make(chan struct{})
}

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
	if !blocked { // else it was measured while it stood
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
	stand := func() {
		if !stood {
			p.Block()
			stood = true
		}
	}
	id, full := q.admit(d)
	for id == 0 {
		if full == nil {
			q.watch.Dropped(*d, false)
			return true, stood
		}
		stand()
		select {
		case <-until:
			return false, stood
		case <-full:
		}
		id, full = q.admit(d)
	}
	m := broker.Message{ID: id, Key: uint32(d.item.Key)} //nolint:gosec // keys are not negative
	if d.rec != nil {
		m.Body = append(m.Body, d.rec.body...) // the record may be gone before the broker has confirmed
	}
	for pause := leastPause; !q.publish(m); pause = min(2*pause, mostPause) {
		stand()
		if !wait(until, pause) {
			return !q.withdraw(id), stood
		}
	}
	return true, stood
}

// The pauses before something that a broker did not take is tried again.
const (
	leastPause = 5 * time.Millisecond
	mostPause  = time.Second
)

// wait lets a part of a pause pass, by chance, so that not all come back at once.
// False: until came first.
func wait(until <-chan struct{}, pause time.Duration) bool {
	timer := time.NewTimer(pause/2 + rand.N(pause/2)) //nolint:gosec // not a secret
	defer timer.Stop()
	select {
	case <-until:
		return false
	case <-timer.C:
		return true
	}
}

// admit gives a delivery a number, under which it waits. 0: the queue is full, and
// there may be room when the channel is closed; with none the delivery is dropped.
func (q *remoteQueue) admit(d *delivery) (id uint64, full <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.waiting < q.capacity:
		q.last++
		q.parcels[q.last] = &parcel{id: q.last, d: *d}
		q.waiting++
		return q.last, nil
	case q.policy == engine.DropNewest:
		return 0, nil
	default:
		return 0, q.room
	}
}

// withdraw takes a delivery back that the broker may not have. False: somebody has
// got it already.
func (q *remoteQueue) withdraw(id uint64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.parcels[id]
	if p == nil || p.holder != nil || p.attempt > 0 {
		return false
	}
	delete(q.parcels, id)
	q.waiting--
	return true
}

// publish hands a message over to the broker, and tells whether it has it for sure.
// Whether it is down, full or silent, the message is kept here.
func (q *remoteQueue) publish(m broker.Message) bool {
	ctx, cancel := context.WithTimeout(q.ctx, brokerPublish)
	defer cancel()
	err := q.queue.Publish(ctx, m)
	switch {
	case err == nil:
		return true
	case errors.Is(err, broker.ErrDown):
		q.down.Add(1)
	case errors.Is(err, broker.ErrFull):
		q.full.Add(1)
	default:
		q.unknown.Add(1)
	}
	return false
}

// staff are all workers that were ever started.
func (q *remoteQueue) staff() (all []*remoteWorker) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, w := range q.places {
		if w.gone != nil {
			all = append(all, w)
		}
	}
	return all
}
