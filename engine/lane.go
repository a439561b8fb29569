package engine

import (
	"slices"
	"time"
)

// Model is one of the two ways to hand work over.
type Model string

// The models.
const (
	Message    Model = "message" // a queue and workers
	EventModel Model = "event"   // a bus and observers
)

// MaxLanes is how many lanes a scenario may have.
const MaxLanes = 4

// Lane is one model with its settings, running the workload. Fields that
// belong to the other model must be left out.
type Lane struct {
	Name     string       `yaml:"name"`     // defaults to the model
	Model    Model        `yaml:"model"`    // required
	Handlers LaneHandlers `yaml:"handlers"` // which handlers, and whether together; defaults to all, apart
	Speed    float64      `yaml:"speed"`    // servers that many times faster; above 0, defaults to 1
	Recover  bool         `yaml:"recover"`  // a panic in a handler is an error of that item; defaults to true. Without, the lane dies of it
	Source   Source       `yaml:"source"`   // what tells producers that an item is there; defaults to schedule
	Queue    Queue        `yaml:"queue"`    // message: of each subscription. event: of each observer, with dispatch buffered

	// Message model.
	Workers       int                     `yaml:"workers"`       // of each subscription, 0 to 100,000; defaults to 4
	Producers     int                     `yaml:"producers"`     // goroutines that send, 1 to 1,000; defaults to 1
	Ack           Ack                     `yaml:"ack"`           // defaults to none
	Attempts      int                     `yaml:"attempts"`      // tries before an item is dead-lettered, 1 to 100; more than 1 needs ack: after; defaults to 1: a failure is final
	Backoff       Backoff                 `yaml:"backoff"`       // between attempts
	Subscriptions map[string]Subscription `yaml:"subscriptions"` // overrides by handler
	Pools         map[string]int          `yaml:"pools"`         // by class: how many of the workers, from the first on, take nothing else, 0 to 100,000. The class then has a queue of its own; the other workers take the other classes

	// Event model.
	Publishers int      `yaml:"publishers"` // goroutines that publish, 1 to 1,000, or [PublishersPerItem]; defaults to 1
	PublishBy  string   `yaml:"publish_by"` // "" (an idle publisher takes the oldest due item) or key (a key has its publisher)
	Dispatch   Dispatch `yaml:"dispatch"`   // defaults to inline
	Limit      int      `yaml:"limit"`      // goroutine dispatch, or a goroutine for each item, stops at this many goroutines, 1 to 1,000,000, with goroutine dispatch one for each handler of the lane at least; defaults to 10,000
}

// PublishersPerItem is the value of Lane.Publishers that gives each item a
// goroutine of its own that publishes it, as each request to a web server has
// one. A file has the word per_item.
const PublishersPerItem = 0

// Source says what tells a lane's producers that an item is there.
type Source string

// The sources.
const (
	// Schedule keeps what arrives for as long as it takes: the default.
	Schedule Source = "schedule"
	// Ticker is what a time.Ticker is: it has room for one tick, and one that finds
	// this taken is gone, and its item dropped. Nobody is told.
	Ticker Source = "ticker"
)

// LaneHandlers says which handlers a lane runs, and how a message lane groups
// them. In a file it is a list of names, or one of the words together and
// apart.
type LaneHandlers struct {
	Names    []string // nil: all, in the scenario's order
	Together bool     // one subscription whose worker runs all handlers of an item in turn
}

// WhenFull says what happens to a message for a full queue.
type WhenFull string

// The policies of a full queue.
const (
	Block      WhenFull = "block" // the sender waits; the default
	DropNewest WhenFull = "drop_newest"
	DropOldest WhenFull = "drop_oldest" // needs capacity 1 or more
)

// Order is the discipline of a queue.
type Order string

// The disciplines. With those by class, each class has a queue of its own in
// each subscription.
const (
	FIFO     Order = "fifo"     // first in, first out: what a Go channel does; the default
	LIFO     Order = "lifo"     // last in, first out; needs capacity 1 or more
	Priority Order = "priority" // the most urgent class first, and fifo within one: what a nested select does
	Select   Order = "select"   // any class that has something, by chance, and fifo within one: what a plain select does
)

// ByClass reports whether the discipline keeps classes apart.
func (o Order) ByClass() bool { return o == Priority || o == Select }

// Queue is the bounded room between producer and workers.
type Queue struct {
	Capacity    int           `yaml:"capacity"`     // 0 (an unbuffered channel) to 1,000,000; for each partition, and for each class with a queue of its own; defaults to 100. 0 as well where the broker has no limit
	WhenFull    WhenFull      `yaml:"when_full"`    // defaults to block
	Order       Order         `yaml:"order"`        // message: defaults to fifo. Those by class need classes in the load, and no partitions
	Visibility  time.Duration `yaml:"visibility"`   // what a worker has in hand for longer is delivered to another as well, 0 to 24h; needs ack: after; 0 (the default): never
	Partitions  int           `yaml:"partitions"`   // message: 0 (the default): workers compete for one queue. Above, items are dealt by key to so many queues, and these to the workers (workers <= partitions)
	DropExpired bool          `yaml:"drop_expired"` // a try that its client has given up is thrown away when its turn comes, and not handled; defaults to false
	Broker      Broker        `yaml:"broker"`       // message: where the queue is; defaults to channel
	URL         string        `yaml:"url"`          // of the broker, or [InMemory] or [OnDisk]
	Confirms    bool          `yaml:"confirms"`     // in a broker: a send waits until it has confirmed the message; defaults to true. Without, what gets lost on the way is lost
	Prefetch    int           `yaml:"prefetch"`     // in a broker: deliveries that a worker may hold, 1 to 1,000; defaults to 8
}

// Broker is a kind of broker in which a queue can be.
type Broker string

// The kinds.
const (
	Channel   Broker = "channel" // none: a Go channel in this process; the default
	JetStream Broker = "jetstream"
	Kafka     Broker = "kafka"
	RabbitMQ  Broker = "rabbitmq"
)

// The urls of a JetStream server that is started inside this process.
const (
	InMemory = "embedded"         // what it holds is gone when it is
	OnDisk   = "embedded-on-disk" // what it holds is in a temporary folder until the lane has ended
)

// Embedded tells whether a url is that of a server inside this process.
func Embedded(url string) bool { return url == InMemory || url == OnDisk }

// Bounded tells whether a queue in the broker has a capacity: a log takes whatever
// comes.
func (b Broker) Bounded() bool { return b != Kafka }

// Remote tells whether the queue is in a broker.
func (q *Queue) Remote() bool { return q.Broker != "" && q.Broker != Channel }

// Ack says when a message counts as handled.
type Ack string

// The modes of acknowledgement.
const (
	AckNone   Ack = "none"   // a bare channel: what a crashed worker held is lost; the default
	AckBefore Ack = "before" // before the work: a crash loses the item
	AckAfter  Ack = "after"  // after the work: what a crashed worker held is delivered again
)

// Backoff is the pause before the next attempt, of a queue's or a client's:
// Base, doubled for each further attempt up to Max.
type Backoff struct {
	Base   time.Duration `yaml:"base"`   // defaults to 0: at once
	Max    time.Duration `yaml:"max"`    // defaults to 10s
	Jitter string        `yaml:"jitter"` // none (the default) or full: uniform between 0 and the pause
}

// Jitter of a backoff.
const (
	JitterNone = "none"
	JitterFull = "full"
)

// Subscription overrides a message lane's settings for one handler.
type Subscription struct {
	Workers  *int `yaml:"workers"`
	Capacity *int `yaml:"capacity"`
}

// Dispatch says who runs the observers of an event.
type Dispatch string

// The modes of dispatch.
const (
	Inline    Dispatch = "inline"    // the publisher, one after another; the default
	Goroutine Dispatch = "goroutine" // a goroutine for each call
	Buffered  Dispatch = "buffered"  // a bounded channel and one goroutine for each observer
)

// PerItem tells whether each item is published by a goroutine of its own.
func (l *Lane) PerItem() bool { return l.Model == EventModel && l.Publishers == PublishersPerItem }

// Runs tells whether the lane runs a handler of the scenario.
func (l *Lane) Runs(handler string) bool {
	return l.Handlers.Names == nil || slices.Contains(l.Handlers.Names, handler)
}
