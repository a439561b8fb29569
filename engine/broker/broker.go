package broker

import (
	"context"
	"errors"
	"time"
)

// Publishing ends well or with one of these. Other errors are those of the
// context.
var (
	// ErrFull says that the broker has refused the message: its queue is full.
	ErrFull = errors.New("the broker's queue is full")
	// ErrDown says that the message has surely not been sent: there is no connection,
	// or no queue.
	ErrDown = errors.New("the broker cannot be reached")
	// ErrUnknown says that the message was sent and never confirmed. It may be in
	// the queue. Sent again it may come twice.
	ErrUnknown = errors.New("the broker did not confirm the message")
)

// ErrStale is the answer to settling a delivery whose link is gone: it comes again.
var ErrStale = errors.New("too late: the delivery comes again")

// Server is a connection to a broker, on which queues are made. All methods may be
// called from any goroutine.
type Server interface {
	// Address says where it is, without any login.
	Address() string

	// Queue makes a queue, of a name that there was not before.
	Queue(ctx context.Context, name Name, o Options) (Queue, error)

	// State says how the connection is. It does not block.
	State() State

	// Close ends the connection. Queues must be closed before.
	Close()
}

// Options are the settings of a queue.
type Options struct {
	Prefetch int // deliveries that a worker may hold, the one in hand included, 1 or more
}

// Queue is a queue in a broker. All methods may be called from any goroutine.
type Queue interface {
	// Publish hands a message over, and waits until the broker has confirmed it or
	// ctx is done. Nil: the broker has it.
	Publish(ctx context.Context, m Message) error

	// Worker begins to receive over a link of its own, so that it can crash alone.
	// Its number, from 1, is for names only.
	Worker(ctx context.Context, id int) (Worker, error)

	// Depth asks the broker how much there is. It blocks for as long as the broker
	// takes, or until ctx is done.
	Depth(ctx context.Context) (Depth, error)

	// Close deletes the queue with all that is in it, if ctx lets it.
	Close(ctx context.Context) error
}

// Worker receives messages of a queue. What its link loses it makes good by itself,
// as soon as the broker can be reached again.
type Worker interface {
	// Deliveries is where they come. It is never closed.
	Deliveries() <-chan Delivery

	// Close ends the link, for good, and gives back what was delivered and not
	// settled. After a crash nothing is given back: the broker has to find out by
	// itself. Settling later is stale.
	Close(crash bool)
}

// Message is what a queue carries.
type Message struct {
	ID   uint64 // unique within the queue: who receives it knows by it what it is
	Key  uint32 // where a broker keeps the order of a key, it goes by this
	Body []byte // payload
}

// Delivery is a message in a worker's hands. It must be settled, once.
type Delivery struct {
	Message
	Redelivered bool // the broker says that it was delivered before

	// Settle tells the broker what became of it. With [Retry] it comes again, not
	// before a pause in wall time is over. It does not wait for an answer.
	Settle func(v Verdict, pause time.Duration) error
}

// Verdict is what becomes of a delivery.
type Verdict uint8

// The verdicts.
const (
	Ack   Verdict = iota // it is done with
	Retry                // it is to be delivered again
	Drop                 // it is given up: a dead letter, where the broker has such
)

// Depth is how much a queue holds by the broker's own account.
type Depth struct {
	Ready    int64 // waits to be delivered
	InFlight int64 // delivered, and not settled
}

// State is how a connection is.
type State struct {
	Connected bool
	Since     time.Time // when that began
	Trouble   string    // what was the matter last, without any secret; empty: nothing
}
