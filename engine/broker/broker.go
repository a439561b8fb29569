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
	// ErrGone says that the queue is no longer there: somebody has deleted it, or the
	// broker has come back without it. It is not made again behind anybody's back.
	ErrGone = errors.New("the queue is gone from the broker")
)

// ErrStale is the answer to settling a delivery whose link is gone: it comes again.
var ErrStale = errors.New("too late: the delivery comes again")

// Server is a connection to a broker, on which queues are made. All methods may be
// called from any goroutine.
type Server interface {
	// Address says where it is, without any login.
	Address() string

	// Capabilities says what it can and cannot do. They do not change.
	Capabilities() Capabilities

	// Queue makes a queue, of a name that there was not before. What the options ask
	// for and it cannot do is refused.
	Queue(ctx context.Context, name Name, o Options) (Queue, error)

	// Attach joins a queue that somebody has made, perhaps in another process, with
	// the same options. Closing it leaves the queue where it is.
	Attach(ctx context.Context, name Name, o Options) (Queue, error)

	// Created lists the queues in the broker that duet has made, in whichever
	// process, in no order.
	Created(ctx context.Context) ([]Name, error)

	// Delete removes a queue, with all that is in it and belongs to it. None of that
	// name is no error.
	Delete(ctx context.Context, name Name) error

	// State says how the connection is. It does not block.
	State() State

	// Close ends the connection. Queues must be closed before.
	Close()
}

// Mortal is a server that this process has started, and can end and start again.
type Mortal interface {
	Server

	// Crash ends it. It cannot be reached until it is started again.
	Crash()

	// Restart starts it again, with what it has kept.
	Restart() error
}

// Capabilities are what a broker can do. What it cannot do is refused, and never
// done in its place.
type Capabilities struct {
	Limit       bool     // a queue refuses what is beyond its limit; else it is unbounded
	InOrder     bool     // a queue without partitions delivers in the order of publishing, but for what comes again
	Partitions  bool     // a queue may have partitions, and then keeps the order of each key
	DeadLetters bool     // what is given up is kept apart, and counted
	Durable     bool     // what it has confirmed survives its own death
	Back        string   // when what a crashed worker held comes again, such as "at once"
	Retry       string   // where it comes again, such as "in its old place"
	Cannot      []string // what else it cannot do, each in a few words
}

// Options are the settings of a queue.
type Options struct {
	Prefetch    int  // deliveries that a worker may hold, the one in hand included, 1 or more
	Limit       int  // how many it may hold, or each partition; what counts is the broker's to say. 0: there is no limit
	Partitions  int  // the order of each key is kept, in so many parts, each with one reader at a time; 0: no order of keys
	Unconfirmed bool // Publish does not wait for the broker's word: what gets lost is not known
}

// Queue is a queue in a broker. All methods may be called from any goroutine.
type Queue interface {
	// Publish hands a message over, and waits until the broker has confirmed it or
	// ctx is done. Nil: the broker has it, or with [Options].Unconfirmed it is on its
	// way.
	Publish(ctx context.Context, m Message) error

	// Worker begins to receive over a link of its own, so that it can crash alone. Its
	// name is what the broker knows it by, and is shown by.
	Worker(ctx context.Context, name string) (Worker, error)

	// Depth asks the broker how much there is. It blocks for as long as the broker
	// takes, or until ctx is done.
	Depth(ctx context.Context) (Depth, error)

	// Close deletes the queue with all that is in it, if ctx lets it, unless it was
	// joined by [Server.Attach].
	Close(ctx context.Context) error
}

// Worker receives messages of a queue. What its link loses it makes good by itself,
// as soon as the broker can be reached again; what it had received before and not
// passed on is thrown away then, as it comes again.
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

// Depth is how much a queue holds by the broker's own account. A figure is -1 where
// the broker does not know it.
type Depth struct {
	Ready      int64       // waits to be delivered
	InFlight   int64       // delivered, and not settled
	Dead       int64       // was given up, and is kept apart
	Partitions []Partition // all of them in order, where the queue has any
	Rebalances int64       // how often partitions were dealt out anew, as seen by this process
}

// Partition is one part of a queue.
type Partition struct {
	Lag    int64  // messages that are not settled: waiting and in flight
	Holder string // name of the worker who reads it; empty: nobody, or it is not known
}

// State is how a connection is.
type State struct {
	Connected bool
	Since     time.Time // when that began
	Trouble   string    // what is the matter, or while connected was last, without any secret; empty: nothing
	Blocked   string    // why the broker takes no messages just now; empty: it does
}
