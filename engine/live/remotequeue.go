package live

import (
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
	policy   engine.WhenFull
	after    bool // what is begun from now on is acknowledged after the work
	attempts int
	backoff  func(delivery, int) time.Duration
	last     uint64 // number given to a parcel
	parcels  map[uint64]*parcel
	waiting  int           // of these: in the broker, and in nobody's hands
	room     chan struct{} // closed, and replaced, when there may be room
	workers  int           // how many there are to be
	places   []*remoteWorker

	emptySince time.Time // since when the broker says that it holds nothing, wall time; zero: it holds something
	deleted    bool      // it is no longer in the broker
}

// parcel is what is handed over through the broker, or about to be, and not done with.
type parcel struct {
	id      uint64
	d       delivery
	in      bool      // the broker has taken it, or delivered it
	acked   bool      // when it was begun last: it does not come again
	at      time.Time // when it was taken, or may come again after it was given back, wall time
	attempt int       // how often it was begun
	failed  int       // how often it has failed
	holder  any       // in whose hands it is: a *remoteWorker, or a *guestPlace; nil: in the broker's
	settles []func(broker.Verdict, time.Duration) error
}

// adjust applies settings.
func (q *remoteQueue) adjust(spec *engine.Lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.workers, _ = script.Sizes(spec, q.name)
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
