package live

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/workload"
)

// batch is how many due items a source takes from the stream at once.
const batch = 64

// The reasons for which a source lets nothing pass, as bits of its gate.
const (
	gateStopped  = 1 << iota // its producers are stopped
	gatePaused               // the run is paused
	gateStepping             // only as many as there are permits
)

// valve is what a lane's sources have in common: whether anything may pass.
type valve struct {
	gate    atomic.Int32
	permits atomic.Int32 // items that may still pass while stepping
}

// source holds items back until they are due. It paces by absolute intended
// time: a lane that does not come for its items in time finds them waiting,
// and none is skipped. A lane has one source, or one for each publisher where
// keys are pinned to publishers.
type source struct {
	*valve
	clock  *clock.Lane
	end    time.Duration             // nothing arrives from here on
	mine   func(it engine.Item) bool // which items are this source's; nil: all
	wake   chan struct{}             // told when the valve or the stream changed
	ticker atomic.Pointer[ticker]    // through which producers hear of items; nil: they look themselves

	// turn is held by the one producer that waits for the next due item; the
	// others queue for it, so that the oldest due item goes to whoever is free.
	turn    chan struct{}
	sleeper *clock.Sleeper

	mu         sync.Mutex // of what follows; never held while waiting
	cursor     *workload.Cursor
	due        [batch]engine.Item
	head, tail int
	filled     time.Duration // when the latest of the items arrived that were ever due
	back       []arrival     // given back, to be taken first
	later      []*try        // of clients that try again, in the order of their arrival
}

// arrival is what a producer takes: an item, and whose try for it that is; nil: not
// known yet, or its client waits for ever.
type arrival struct {
	item engine.Item
	try  *try

	again  bool // a producer has given it back
	permit bool // it was taken with the permit of a step
}

func newSource(v *valve, c *clock.Lane, st *workload.Stream, end time.Duration, p clock.Precision) *source {
	s := &source{
		valve: v, clock: c, end: end, cursor: st.Cursor(),
		turn: make(chan struct{}, 1), wake: make(chan struct{}, 1), sleeper: c.NewSleeper(p),
	}
	s.turn <- struct{}{}
	return s
}

// next returns the next due item, waiting for it if need be. idle is called
// before it waits. waited tells that the source waited for the item, and not
// the item for a producer. While stepping, busy is set before the item is
// taken, so that at no moment it is nowhere.
func (s *source) next(ctx context.Context, idle func(), busy *atomic.Bool) (a arrival, waited bool, err error) {
	ticker := s.ticker.Load()
	if ticker == nil {
		a, ok := s.pop(busy)
		if ok {
			return a, false, nil
		}
	} else if a, ok := s.popTick(ticker, busy); ok {
		return a, false, nil
	}
	idle()
	select {
	case <-s.turn:
	case <-ctx.Done():
		return a, false, context.Cause(ctx)
	}
	defer func() { s.turn <- struct{}{} }()
	for {
		if ticker = s.ticker.Load(); ticker != nil {
			a, ok, err := s.awaitTick(ctx, ticker, busy)
			if ok || err != nil {
				return a, true, err
			}
			continue
		}
		if a, ok := s.pop(busy); ok {
			return a, waited, nil
		}
		slept, err := s.fill(ctx)
		if err != nil {
			return a, false, err
		}
		waited = waited || slept
	}
}

// pop takes a due item, if there is one that may pass.
func (s *source) pop(busy *atomic.Bool) (a arrival, ok bool) {
	gate := s.gate.Load()
	if gate&(gateStopped|gatePaused) != 0 {
		return a, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.head == s.tail && len(s.back) == 0 && len(s.later) == 0 {
		return a, false
	}
	stepping := gate&gateStepping != 0
	if stepping {
		was := busy.Swap(true)
		if !s.permits.CompareAndSwap(1, 0) {
			busy.Store(was)
			return a, false
		}
	}
	switch {
	case len(s.back) > 0:
		a = s.back[0]
		s.back = s.back[1:]
	case len(s.later) > 0 && s.isLater():
		a = arrival{item: s.later[0].client.item, try: s.later[0]}
		s.later[0] = nil
		s.later = s.later[1:]
	default:
		a.item = s.due[s.head]
		s.head++
	}
	a.permit = stepping
	return a, true
}

// isLater tells whether the first of those who try again is the next to be taken:
// whether no item arrived before, or at the same time. The caller holds mu.
func (s *source) isLater() bool {
	at := s.later[0].at
	for s.head == s.tail {
		n := s.cursor.Next(min(at, s.end-1), s.due[:])
		if n == 0 {
			return true
		}
		s.head, s.tail = 0, s.pick(n)
	}
	return s.due[s.head].At > at
}

// again takes a client's further try.
func (s *source) again(t *try) {
	s.mu.Lock()
	s.later = append(s.later, t)
	s.mu.Unlock()
	s.poke()
}

// fill takes what is due from the stream. When nothing is, or nothing may
// pass, it sleeps until that may have changed, and says so.
func (s *source) fill(ctx context.Context) (slept bool, err error) {
	next, any := s.look()
	switch {
	case any && s.open():
		return false, ctx.Err()
	case any || next == never:
		select {
		case <-s.wake:
			return true, nil
		case <-ctx.Done():
			return true, context.Cause(ctx)
		}
	default:
		// Whoever was just handed an item is to run on this processor: else it waits
		// until another thread has woken up and taken it from here.
		runtime.Gosched()
		_, err = s.sleeper.UntilOr(ctx, next, s.wake)
		return true, err
	}
}

// never is a time that does not come.
const never = time.Duration(1<<63 - 1)

// look fills the buffer with what is due. It returns whether there is
// something, and else when there will be.
func (s *source) look() (next time.Duration, any bool) {
	now := min(s.clock.Now(), s.end-1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.head == s.tail {
		s.head, s.tail = 0, s.pick(s.cursor.Next(now, s.due[:]))
	}
	if s.head < s.tail || len(s.back) > 0 || len(s.later) > 0 {
		return 0, true
	}
	if at, ok := s.cursor.Peek(); ok && at < s.end {
		return at, false
	}
	return never, false
}

// pick keeps those of the first n due items that are this source's.
func (s *source) pick(n int) int {
	if n > 0 {
		s.filled = s.due[n-1].At
	}
	if s.mine == nil {
		return n
	}
	kept := 0
	for _, it := range s.due[:n] {
		if s.mine(it) {
			s.due[kept] = it
			kept++
		}
	}
	return kept
}

// open tells whether anything may pass.
func (v *valve) open() bool {
	gate := v.gate.Load()
	return gate == 0 || gate == gateStepping && v.permits.Load() > 0
}

// set closes or opens the valve for a reason. The sources must then be poked.
func (v *valve) set(reason int32, closed bool) {
	if closed {
		v.gate.Or(reason)
	} else {
		v.gate.And(^reason)
	}
}

// poke makes whoever waits look again.
func (s *source) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
	if t := s.ticker.Load(); t != nil {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
}

// giveBack returns items that could not be handed over. They are the next ones to be
// taken, in their order; one that a step let in also by that step.
func (s *source) giveBack(as ...arrival) {
	s.mu.Lock()
	for _, a := range as {
		if a.permit {
			s.permits.Store(1)
		}
		s.back = append(s.back, a)
	}
	slices.SortStableFunc(s.back, func(a, b arrival) int {
		return cmp.Or(cmp.Compare(a.try.arrived(&a.item), b.try.arrived(&b.item)), cmp.Compare(a.item.Seq, b.item.Seq))
	})
	s.mu.Unlock()
	s.poke()
}

// follow goes on with another stream, a fork of the present one.
func (s *source) follow(st *workload.Stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cursor.Rebind(st)
}
