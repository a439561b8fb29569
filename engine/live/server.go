package live

import (
	"context"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/clock"
	"duet/engine/measure"
	"duet/engine/message"
	"duet/engine/work"
)

// The banks of histograms of a lane. So many goroutines have one of their own;
// beyond, they share the others, so that ten thousand workers cost little.
const (
	ownBanks = 64
	banks    = ownBanks + 16
)

// histograms are what is measured of deliveries or items. Several goroutines
// may record at once.
type histograms struct {
	wait, service, latency, naive measure.Shared
}

// of is where one of the metrics is measured.
func (h *histograms) of(m account.Metric) *measure.Shared {
	switch m {
	case account.Wait:
		return &h.wait
	case account.Service:
		return &h.service
	case account.Latency:
		return &h.latency
	default:
		return &h.naive
	}
}

// server is a goroutine's place at which deliveries are handled: a worker of a
// subscription, a publisher that calls its observers, the goroutine of a
// buffered observer. What it counts, it counts here. A place outlives its
// goroutine: a restarted worker takes the old one's.
type server struct {
	id       int
	handlers []*handler        // whom it runs
	each     []tally           // of their deliveries, in the same order
	results  []account.Outcome // of the item in hand, where they share the goroutine; owned by it

	state   atomic.Uint32 // engine.WorkerState
	holding atomic.Bool   // a publisher has an item in hand
	seq     atomic.Int64
	key     atomic.Int32
	epoch   atomic.Int32
	since   atomic.Int64
	tries   atomic.Int32
	at      atomic.Int32 // handler now running, index in the scenario
	back    atomic.Int64 // crashed: lane time of the restart; below 0: so long after it went down; 0: not by itself

	host atomic.Pointer[string] // of a worker in another process, while it is there; nil: it is not, or is one of the lane's own

	smooth  atomic.Int64 // deliveries to each of its handlers, begun and done, that each does not count
	items   tally        // that it began, or ended the last delivery of
	classes []classTally // of these items, by class; nil: they have none
	bank    int
	alone   bool // the bank is its own
	order   *measure.OrderWriter
	waiter  *work.Waiter
	attempt int // of the delivery in hand; owned by the goroutine

	// expose has the delivery in hand of a handler booked at once, where that was
	// put off; nil: it never is. Called by the goroutine.
	expose func(*handler, delivery)
	ready  bool  // it was waiting for the delivery in hand; owned by the goroutine
	held   *slot // of the resource that the handler needs; owned by the goroutine

	nested *nesting    // a publisher's way to publish within the call of an observer; nil: none does
	inCall atomic.Bool // and it is at that
}

// pace is by whose schedule the server waits: that of the slot that it holds, or its
// own.
func (s *server) pace() *work.Waiter {
	if s.held != nil {
		return s.held.waiter
	}
	return s.waiter
}

// newServer makes a place. It is the n-th of its lane, from 0.
func newServer(l *lane, handlers []*handler, id, n int, p clock.Precision) *server {
	bank, alone := n, n < ownBanks
	if !alone {
		bank = ownBanks + n%(banks-ownBanks)
	}
	s := &server{
		id: id, handlers: handlers, each: make([]tally, len(handlers)), results: make([]account.Outcome, len(handlers)),
		bank: bank, alone: alone,
		order: l.order.Writer(), waiter: work.NewWaiter(l.run.clock, p), attempt: 1,
	}
	if n := len(l.classes); n > 0 {
		s.classes = make([]classTally, n)
	}
	s.at.Store(int32(handlers[0].index))
	return s
}

// take shows that the server has an item in hand.
func (s *server) take(d *delivery, attempt int, now time.Duration) {
	s.attempt = attempt
	s.seq.Store(d.item.Seq)
	s.key.Store(d.item.Key)
	s.epoch.Store(d.item.Epoch)
	s.tries.Store(int32(attempt))
	s.since.Store(int64(now))
	s.state.Store(uint32(engine.Busy))
}

// mourn notes when the worker is back who crashes now, or after its work: restart after it
// goes down; 0: not by itself.
func (s *server) mourn(when message.CrashWhen, now, restart time.Duration) {
	switch {
	case restart <= 0:
		s.back.Store(0)
	case when == message.CrashBeforeAck:
		s.back.Store(int64(-restart))
	default:
		s.back.Store(int64(now + restart))
	}
}

// rest shows that the server waits for work.
func (s *server) rest(now time.Duration) {
	s.since.Store(int64(now))
	s.state.Store(uint32(engine.Idle))
}

// record counts a duration in a histogram of the server's bank.
func (s *server) record(h *measure.Shared, ns int64) { s.recordN(h, ns, 1) }

func (s *server) recordN(h *measure.Shared, ns, n int64) {
	if s.alone {
		h.Alone().RecordN(ns, n)
	} else {
		h.RecordN(ns, n)
	}
}

// recordSince counts how long it is since several moments.
func (s *server) recordSince(h *measure.Shared, now time.Duration, at []int64) {
	if s.alone {
		h.Alone().RecordSince(int64(now), at)
	} else {
		h.RecordSince(int64(now), at)
	}
}

// addTo adds what became of the deliveries to one of its handlers.
func (s *server) addTo(sums *account.Sums, position int) {
	s.each[position].addTo(sums)
	n := s.smooth.Load()
	sums.Attempts += n
	sums.Returned += n
	sums.Ended[account.Done] += n
}

type serverKey struct{}

// withServer gives the handlers that run under a context their place.
func withServer(ctx context.Context, s *server) context.Context {
	return context.WithValue(ctx, serverKey{}, s)
}

// serverOf is the place at which a handler runs; nil under a context that
// live did not make.
func serverOf(ctx context.Context) *server {
	s, _ := ctx.Value(serverKey{}).(*server)
	return s
}
