package message

import (
	"context"
	"fmt"
	"time"

	"duet/engine/clock"
)

// Policy says what happens to a message that finds its queue full.
type Policy int32

// The policies.
const (
	Block      Policy = iota // the sender waits for room
	DropNewest               // the message itself is dropped
	DropOldest               // the message that waited longest is dropped; needs capacity 1 or more
)

// Ack says when a message counts as handled. It decides what a crash costs.
type Ack int32

// The modes of acknowledgement.
const (
	AckNone   Ack = iota // never: a bare channel. What a crashed worker held is lost
	AckBefore            // before the work: what a crashed worker held is lost
	AckAfter             // after the work: what a crashed worker held is delivered again
)

// Handler handles one message. It runs on a worker's goroutine; ctx is that
// worker's and is cancelled when the worker crashes, or must end
// ([context.Cause] tells why: [ErrCrashed], [ErrClosed], [ErrKilled]). An
// error is a failed attempt.
type Handler[T any] func(ctx context.Context, v T) error

// Options are the settings of a subscription. The zero value is an unbuffered
// channel that blocks and has no workers yet.
type Options[T any] struct {
	// Capacity is how many messages wait in the queue (in each partition)
	// before it is full, 0 or more. 0 is a real unbuffered channel: a send ends
	// when a worker has taken the message.
	Capacity int

	// WhenFull says what a send to a full queue does. Defaults to Block.
	WhenFull Policy

	// Workers is how many goroutines handle messages, 0 or more. Without
	// workers messages wait.
	Workers int

	// Partitions, if above 0, makes so many queues, dealt out to the workers:
	// each has one owner, so that messages of a key are handled in order. Needs
	// Key, and Workers <= Partitions. 0: all workers compete for one queue.
	Partitions int

	// Key says which partition a message belongs to: Key(v) modulo Partitions.
	Key func(v T) uint64

	// Order is which message a worker takes next. Defaults to FIFO.
	Order Order

	// Classes, if above 0 (up to [MostClasses]), makes a queue for each class of
	// messages, with the capacity for each, class 0 being the most urgent. Needs
	// Class, and no Partitions. Order says how workers choose between the queues;
	// with FIFO and LIFO they do so in turn.
	Classes int

	// Class says which class a message is of: 0 to Classes-1.
	Class func(v T) int

	// Pools says by class how many of the workers, from the first on, take
	// messages of this class and no others; the workers after them take the
	// classes without a pool. A class whose workers are all gone waits.
	Pools []int

	// Feeds says that the handler sends to other subscriptions of the topic, which
	// do not do so themselves: Close lets it end before these are to take no more.
	Feeds bool

	// Ack defaults to AckNone.
	Ack Ack

	// Attempts is how many times a message is tried before its failure is
	// final, 1 or more. Defaults to 1. More than 1 needs AckAfter.
	Attempts int

	// Visibility, if above 0, is how long a worker may have a message in hand before
	// it is delivered again, to whichever worker comes for it, as in SQS: see the
	// package's documentation. Needs AckAfter. Each delivery takes a lock for it,
	// twice. Defaults to 0: for ever.
	Visibility time.Duration

	// Backoff is the pause before the next attempt, after so many failed ones
	// (1 or more). Defaults to none. It is called on the worker's goroutine.
	Backoff func(v T, failed int) time.Duration

	// DeadLetter, if set, is handed every message whose last attempt failed,
	// with that failure. It is called on the worker's goroutine and must not
	// panic.
	DeadLetter func(v T, err error)

	// Recover turns a panic of the handler into an error of that message, a
	// [*PanicError]. Without it the panic passes through and ends the program,
	// as in Go at large.
	Recover bool

	// OnPanic, where set and Recover is not, is called in place of letting the
	// panic through: the worker is down until Restart, and its message is lost.
	// It is the last thing that the worker's goroutine does and may call Kill.
	OnPanic func(worker int, v any, stack []byte)

	// Clock times backoffs, restarts and visibilities. Defaults to clock.Real().
	Clock clock.Clock

	// Probe, if set, watches.
	Probe Probe[T]

	// Quick, if set, handles a message if that takes next to nothing, and tells whether
	// it did: else the handler is called for it. As long as it does, a worker handles
	// up to 128 messages at once, all workers together no more than half of what the
	// queue holds: what it does not come to goes back to the front of the queue.
	// Quick must not panic. It is not asked where there are several queues or a
	// visibility, nor where half of the queue has no room for two for each worker.
	Quick func(v *T) bool

	// Context, if set, wraps the context of each worker, at each start.
	Context func(ctx context.Context, worker int) context.Context
}

// check returns what is wrong with the options, as a sentence's end.
func (o *Options[T]) check() error {
	switch {
	case o.Partitions < 0:
		return fmt.Errorf("%d partitions: must be 0 (none) or more", o.Partitions)
	case o.Partitions > 0 && o.Key == nil:
		return fmt.Errorf("%d partitions without a Key that deals messages out to them", o.Partitions)
	}
	if err := checkWorkers(o.Workers, o.Partitions); err != nil {
		return err
	}
	if err := o.checkClasses(); err != nil {
		return err
	}
	if err := checkQueue(o.Capacity, o.WhenFull, o.Order); err != nil {
		return err
	}
	if err := checkVisibility(o.Visibility, o.Ack); err != nil {
		return err
	}
	return checkAttempts(o.Attempts, o.Ack)
}

func checkWorkers(workers, partitions int) error {
	switch {
	case workers < 0:
		return fmt.Errorf("%d workers: must be 0 or more", workers)
	case partitions > 0 && workers > partitions:
		return fmt.Errorf("%d workers for %d partitions: at most one for each", workers, partitions)
	}
	return nil
}

func checkQueue(capacity int, p Policy, order Order) error {
	switch {
	case order == LIFO && capacity == 0:
		return fmt.Errorf("LIFO with capacity 0: what does not wait has no order; give it capacity 1 or more")
	case capacity < 0:
		return fmt.Errorf("capacity %d: must be 0 (unbuffered) or more", capacity)
	case p < Block || p > DropOldest:
		return fmt.Errorf("policy %d: must be Block, DropNewest or DropOldest", p)
	case p == DropOldest && capacity == 0:
		return fmt.Errorf("DropOldest with capacity 0: an unbuffered channel holds nothing to drop; give it capacity 1 or more")
	}
	return nil
}

func checkAttempts(attempts int, a Ack) error {
	switch {
	case a < AckNone || a > AckAfter:
		return fmt.Errorf("ack %d: must be AckNone, AckBefore or AckAfter", a)
	case attempts < 1:
		return fmt.Errorf("%d attempts: must be 1 or more", attempts)
	case attempts > 1 && a != AckAfter:
		return fmt.Errorf("%d attempts without AckAfter: only what is acknowledged after the work can be tried again", attempts)
	}
	return nil
}
