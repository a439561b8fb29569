package message

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// The stages of a subscription, in this order.
const (
	open     int32 = iota
	draining       // refuses sends; workers go on
	stopping       // workers are told to end
	killed         // and what they still return is not looked at
	ended          // what was left is counted
)

// Subscription is one queue (or its partitions) of a topic, with the workers
// that handle what is in it. All methods may be called from any goroutine but
// not from a probe; settings take effect at once, for waiting messages too.
type Subscription[T any] struct {
	t       *Topic[T]
	name    string
	handler Handler[T]
	o       Options[T] // as given; what can change is below
	queues  []*queue[T]

	stage    atomic.Int32
	whenFull atomic.Int32
	discard  atomic.Pointer[func(v *T) bool]

	ctx    context.Context // ends the timers
	cancel context.CancelFunc
	timers sync.WaitGroup
	dry    chan struct{} // closed when a draining subscription is empty

	mu         sync.Mutex // for all but the fast paths; never held during a callback but Probe.Reappeared, and asking about a copy what SetDiscard says
	workers    int        // how many there should be: those with an id up to this
	slots      []*worker[T]
	running    int // goroutines of workers
	parked     int // of these, out of work while draining
	ack        Ack
	attempts   int
	visibility time.Duration
	delays     delays[T]
	holds      holds[T]
	inHand     int // abandoned
	chance     *rand.Rand
	left       Remainder // once ended
	failureCalls[T]
}

// failureCalls are called for a message whose attempt failed; nil: nobody asked.
type failureCalls[T any] struct {
	backoff    func(v T, failed int) time.Duration
	deadLetter func(v T, err error)
}

func newSubscription[T any](t *Topic[T], name string, h Handler[T], o Options[T]) *Subscription[T] {
	s := &Subscription[T]{
		t: t, name: name, handler: h, o: o,
		dry: make(chan struct{}),
		ack: o.Ack, attempts: o.Attempts, visibility: o.Visibility,
		failureCalls: failureCalls[T]{backoff: o.Backoff, deadLetter: o.DeadLetter},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.whenFull.Store(int32(o.WhenFull))
	s.chance = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	for range max(1, o.Partitions, o.Classes) {
		s.queues = append(s.queues, newQueue(s, o.Capacity))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hire(o.Workers)
	return s
}

// Name returns the subscription's name.
func (s *Subscription[T]) Name() string { return s.name }

// SetWorkers changes the number of workers, 0 or more and with partitions at
// most one for each. Those with the highest numbers go first; each finishes
// what it has in hand. A crashed worker that goes this way is not down any
// more when it comes back.
func (s *Subscription[T]) SetWorkers(n int) error {
	return s.set(func() error {
		if err := checkWorkers(n, s.o.Partitions); err != nil {
			return err
		}
		s.hire(n)
		return nil
	})
}

// SetCapacity changes the capacity of the queue (of each partition), 0 or
// more. Waiting messages keep their order and none is dropped for it: a queue
// that holds more than it now may is full until it holds less. Blocked senders
// look at the new capacity at once.
func (s *Subscription[T]) SetCapacity(n int) error {
	return s.set(func() error {
		if err := checkQueue(n, Policy(s.whenFull.Load()), s.o.Order); err != nil {
			return err
		}
		for _, q := range s.queues {
			if n != q.capacity {
				q.resize(n)
			}
		}
		s.kickAll()
		return nil
	})
}

// SetWhenFull changes what happens to messages for a full queue, for senders
// that are blocked now too. Where that is what happens already, these keep their
// places.
func (s *Subscription[T]) SetWhenFull(p Policy) error {
	return s.set(func() error {
		if err := checkQueue(s.queues[0].capacity, p, s.o.Order); err != nil {
			return err
		}
		if Policy(s.whenFull.Swap(int32(p))) == p {
			return nil
		}
		for _, q := range s.queues {
			q.wakeSenders()
		}
		return nil
	})
}

// SetAck changes when messages count as handled, for what is in hand now too.
func (s *Subscription[T]) SetAck(a Ack) error {
	return s.set(func() error {
		if err := checkAttempts(s.attempts, a); err != nil {
			return err
		}
		if err := checkVisibility(s.visibility, a); err != nil {
			return err
		}
		s.ack = a
		return nil
	})
}

// SetAttempts changes how many times a message is tried, 1 or more; more than
// 1 needs AckAfter.
func (s *Subscription[T]) SetAttempts(n int) error {
	return s.set(func() error {
		if err := checkAttempts(n, s.ack); err != nil {
			return err
		}
		s.attempts = n
		return nil
	})
}

// SetBackoff changes the pause before further attempts; nil is none.
func (s *Subscription[T]) SetBackoff(f func(v T, failed int) time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.backoff = f
}

// SetDeadLetter changes who is handed every message whose last attempt failed, as
// [Options.DeadLetter] is, and with that whether it counts as [Dead] or as [Failed],
// for what is in hand now too; nil is nobody.
func (s *Subscription[T]) SetDeadLetter(f func(v T, err error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadLetter = f
}

// set runs a change under the lock; it must change nothing when it fails.
func (s *Subscription[T]) set(change func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stage.Load() >= stopping {
		return ErrClosed
	}
	if err := change(); err != nil {
		return fmt.Errorf("message: topic %q: subscription %q: %w", s.t.name, s.name, err)
	}
	return nil
}

// Workers is how many workers there should be, crashed ones included.
func (s *Subscription[T]) Workers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workers
}

// Capacity is that of the queue (of each partition).
func (s *Subscription[T]) Capacity() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queues[0].capacity
}

// Depth is how many messages wait: in the queue, to be delivered again, and
// for their backoff. It is exact when nothing moves.
func (s *Subscription[T]) Depth() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, q := range s.queues {
		n += q.depth()
	}
	return n
}

// Depths appends the depth of each partition, or of the queue of each class, to
// dst; without those that is one figure.
func (s *Subscription[T]) Depths(dst []int) []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		dst = append(dst, q.depth())
	}
	return dst
}

// Delayed is how many of the waiting messages wait for their backoff.
func (s *Subscription[T]) Delayed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.delays.heap)
}
