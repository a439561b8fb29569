package engine

import "math"

// BrokerFigures are the figures of the broker in which a lane's queues are, in the
// shape of the JSON of `duet run`. Levels are what it said last.
type BrokerFigures struct {
	Kind          Broker             `json:"kind"`
	Address       string             `json:"address"`
	Run           string             `json:"run"`               // what the run is called there; empty: nobody can join it
	Elsewhere     int                `json:"workers_elsewhere"` // in other processes, for each queue
	DoneElsewhere int64              `json:"done_elsewhere"`    // deliveries that such have done
	Nonsense      int64              `json:"nonsense"`          // reports of such that made no sense
	Connected     bool               `json:"connected"`
	SinceSeconds  Figure             `json:"since_seconds"` // how long it has been connected, or not
	Trouble       string             `json:"trouble"`
	Blocked       string             `json:"blocked"`
	Ready         *int64             `json:"ready"`        // null: the broker does not know
	InFlight      *int64             `json:"in_flight"`    // as above
	DeadLetters   *int64             `json:"dead_letters"` // as above
	AgeSeconds    Figure             `json:"age_seconds"`  // of these, and of partitions; null: they were never known
	AskSeconds    Figure             `json:"ask_seconds"`  // what asking took
	Partitions    []PartitionFigures `json:"partitions,omitempty"`
	Rebalances    int64              `json:"rebalances"`
	Confirms      bool               `json:"confirms"` // sends waited for its word
	Publish       SummaryFigures     `json:"publish"`  // until it had taken a message
	Down          int64              `json:"down"`     // publishes that were not sent
	Unknown       int64              `json:"unknown"`  // publishes that were never confirmed
	Full          int64              `json:"full"`     // publishes that it refused
	Repeats       int64              `json:"repeats"`  // deliveries of what was done or in hand
	Lost          int64              `json:"lost"`     // messages that it had taken, and no longer has
	Bounded       bool               `json:"bounded"`  // its queue has the lane's capacity
	Durable       bool               `json:"durable"`  // what it has confirmed survives its own death
	Order         bool               `json:"order"`    // what was first is delivered first, also without partitions
	Back          string             `json:"back"`     // when what a crashed worker held comes again
	Retry         string             `json:"retry"`    // where it comes again
	Cannot        []string           `json:"cannot"`
}

// PartitionFigures are those of a part of a queue in a broker.
type PartitionFigures struct {
	Queue  string `json:"queue"`
	Number int    `json:"number"`
	Lag    int64  `json:"lag"`
	Holder string `json:"holder"`
}

func brokerFigures(b *BrokerSnapshot) *BrokerFigures {
	f := &BrokerFigures{
		Kind: b.Kind, Address: b.Address, Run: b.Run, Elsewhere: b.Elsewhere, DoneElsewhere: b.DoneElsewhere, Nonsense: b.Nonsense, Connected: b.Connected, SinceSeconds: inSeconds(b.Since), Trouble: b.Trouble, Blocked: b.Blocked,
		Ready: ifKnown(b.Ready), InFlight: ifKnown(b.InFlight), DeadLetters: ifKnown(b.Dead),
		AgeSeconds: Figure(math.NaN()), AskSeconds: Figure(math.NaN()), Rebalances: b.Rebalances,
		Confirms: !b.Unconfirmed, Publish: summaryFigures(&b.WholePublish),
		Down: b.Down, Unknown: b.Unknown, Full: b.Full, Repeats: b.Repeats, Lost: b.Lost,
		Bounded: b.Can.Limit, Durable: b.Can.Durable, Order: b.Can.Order, Back: b.Can.Back, Retry: b.Can.Retry, Cannot: append([]string{}, b.Can.Cannot...),
	}
	if b.Age >= 0 {
		f.AgeSeconds, f.AskSeconds = inSeconds(b.Age), inSeconds(b.Asking)
	}
	for _, p := range b.Partitions {
		f.Partitions = append(f.Partitions, PartitionFigures(p))
	}
	return f
}

// ifKnown is a figure that may be -1 for not known.
func ifKnown(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}
