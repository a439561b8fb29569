package live

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
	"duet/engine/work"
	"duet/engine/workload"
)

// errFailed is the outcome of an item whose handling the scenario lets fail.
var errFailed = errors.New("the handler failed, as its scenario says")

// handlerPanic is what a handler panics with when the scenario lets it.
type handlerPanic struct{ handler string }

func (p handlerPanic) String() string { return p.handler + " panicked, as its scenario says" }

// handler is a handler of the scenario in one lane: what it does for an item,
// what is broken in it, and what was measured of it.
type handler struct {
	lane      *lane
	index     int // in the scenario
	name      string
	traced    bool // its work is a region in an execution trace
	spec      atomic.Pointer[spec]
	faults    faults
	memory    memory // of an idempotent one
	way       *entrance
	heldUntil atomic.Int64 // lane time at which the latest stall ends
	usual     atomic.Int64 // a person's own: what items took of late, on average
	measured  [banks]atomic.Pointer[waits]
	spared    atomic.Int64 // items handed over while the lane did not run the handler, less what was published to it besides
	publishes *handler     // that gets what this one publishes when it has done an item; nil: it publishes nothing
	nested    bool         // another one publishes to it
	loose     *server      // where deliveries are booked that never reached a server
}

// waits are what is measured of a handler's deliveries.
type waits struct {
	wait, service measure.Shared
	alike         measure.Shared // waits that are those of the items as well, and recorded here alone
}

// bank is where goroutines of a bank measure the handler. It is made when one of them
// first does: of many handlers each meets few.
func (h *handler) bank(i int) *waits {
	if w := h.measured[i].Load(); w != nil {
		return w
	}
	h.measured[i].CompareAndSwap(nil, new(waits))
	return h.measured[i].Load()
}

// spec is a handler's settings, prepared.
type spec struct {
	engine.Handler
	speed float64       // of the lane
	fixed time.Duration // the demand where it is the same for every item; -1: drawn
	own   Func
	needs *resource // nil: none
	idle  bool      // there is nothing to do
}

func newSpec(h engine.Handler, speed float64, own Func, needs *resource) *spec {
	s := &spec{Handler: h, speed: speed, fixed: -1, own: own, needs: needs}
	if h.Service.Instant() {
		s.fixed = 0
	}
	s.idle = s.fixed == 0 && own == nil && needs == nil && h.Fail == 0 && h.Panic == 0
	return s
}

// specify gives the handler other settings.
func (h *handler) specify(s *spec) {
	h.spec.Store(s)
	h.review()
}

// review finds out whether the handler is quiet, after its settings or its faults
// have changed: those who call it look at this alone.
func (h *handler) review() {
	h.faults.mu.Lock()
	defer h.faults.mu.Unlock()
	h.way.quiet.Store(h.spec.Load().idle && h.faults.current.Load() == nil && !h.traced)
}

// demand is what an item is expected to take of the handler, in lane time: of a
// person's own, what items took of late.
func (h *handler) demand(it engine.Item) time.Duration {
	s := h.spec.Load()
	if s.own != nil {
		return time.Duration(h.usual.Load())
	}
	if s.fixed >= 0 {
		return s.fixed
	}
	return time.Duration(float64(h.lane.stream().Demand(it, h.index)) / s.speed)
}

// entrance is where workers and inline publishers come to a handler. Where there is
// nothing to do, looking is all that it costs. It is apart from the handler, which
// is so large that those of several would not stay in the cache together.
type entrance struct {
	quiet atomic.Bool // there is nothing to do, and nothing broken: see review
	h     *handler
}

// handle is the handler's work as workers call it.
func (e *entrance) handle(ctx context.Context, d delivery) error {
	if e.quiet.Load() {
		return nil
	}
	return e.h.run(ctx, &d, nil)
}

// quickly is the handler's work for an item where there is nothing to do; false: there
// is something.
func (e *entrance) quickly(*delivery) bool { return e.quiet.Load() }

// observe is the handler's work as inline publishers call it.
func (e *entrance) observe(ctx context.Context, d *delivery) error {
	if e.quiet.Load() {
		return nil
	}
	return e.h.run(ctx, d, nil)
}

// run does the handler's work for an item, on the goroutine of whoever calls.
// srv is the caller's place, and may be nil.
func (h *handler) run(ctx context.Context, d *delivery, srv *server) error {
	if h.traced {
		return h.inRegion(ctx, d, srv)
	}
	return h.work(ctx, d, srv)
}

// work is run, whether or not an execution trace shows it.
func (h *handler) work(ctx context.Context, d *delivery, srv *server) error {
	s := h.spec.Load()
	trouble := h.faults.now()
	if s.idle && trouble == nil {
		h.review() // what was broken is mended
		return nil
	}
	if srv == nil {
		srv = serverOf(ctx)
	}
	if srv != nil && srv.attempt > 1 && s.Idempotent && h.memory.recalls(d.item.Seq) {
		return nil
	}
	demand := h.demand(d.item)
	if srv != nil && srv.expose != nil && (demand >= brief || trouble != nil || s.needs != nil) {
		srv.expose(h, *d) // by value: a pointer that goes there would put every delivery on the heap
	}
	if s.needs != nil {
		held, err := s.needs.acquire(ctx, srv)
		if err != nil {
			return err
		}
		defer s.needs.release(held, srv)
		s, demand, trouble = h.spec.Load(), h.demand(d.item), h.faults.now() // as they are by now
	}
	if trouble != nil {
		demand = time.Duration(float64(demand) * trouble.factor)
		if err := h.hang(ctx, trouble, srv); err != nil {
			return err
		}
	}
	if s.own != nil {
		if err := h.call(ctx, s.own, trouble, d.item, srv); err != nil {
			return err
		}
	} else if err := h.spend(ctx, s, demand, srv); err != nil {
		return err
	}
	return h.misbehave(s, trouble, d.item, srv)
}

// inTurn runs the handler, as one of several that share a worker, and books
// the try at its position. How the delivery ends is known when the last of
// them has run: see meter. Where panics are recovered, the others run all the
// same, as they do on an inline bus.
func (h *handler) inTurn(ctx context.Context, d *delivery, srv *server, position int, recovers bool) (err error) {
	start := h.lane.run.clock.Now()
	srv.at.Store(int32(h.index))
	srv.since.Store(int64(start))
	t := &srv.each[position]
	h.began(srv, t, d, srv.attempt, start)
	defer func() {
		h.put(srv, t, start, h.lane.run.clock.Now())
		if !recovers {
			return
		}
		if v := recover(); v != nil {
			err = fmt.Errorf("%s panicked: %v", h.name, v)
		}
	}()
	if err = h.run(ctx, d, srv); err == nil {
		srv.results[position] = account.Done
	}
	return err
}

// spend lets the demand pass: asleep, or burning a core.
func (h *handler) spend(ctx context.Context, s *spec, demand time.Duration, srv *server) error {
	if demand <= 0 {
		return nil
	}
	if s.Work == engine.CPU {
		if srv != nil {
			defer srv.pace().Fresh()
		}
		return work.Burn(ctx, h.lane.run.clock, demand)
	}
	return h.sleep(ctx, demand, srv)
}

// sleep waits as on I/O, by the server's own schedule where there is one.
func (h *handler) sleep(ctx context.Context, d time.Duration, srv *server) error {
	if srv != nil {
		return srv.pace().Do(ctx, d)
	}
	w := h.lane.run.waiters.Get().(*work.Waiter)
	defer h.lane.run.waiters.Put(w)
	w.Fresh()
	return w.Do(ctx, d)
}

// hang holds one handling for as long as a stall fault says. Others go on.
func (h *handler) hang(ctx context.Context, t *trouble, srv *server) error {
	if !t.holds() {
		return nil
	}
	if srv != nil {
		srv.state.Store(uint32(engine.Stalled))
		defer srv.state.Store(uint32(engine.Busy))
	}
	h.heldUntil.Store(int64(h.lane.run.clock.Now() + t.stall))
	return h.sleep(ctx, t.stall, srv)
}

// misbehave fails or panics where the scenario or a fault says so. The draw is
// a function of the item, so that every lane meets the same failures.
func (h *handler) misbehave(s *spec, trouble *trouble, it engine.Item, srv *server) error {
	fail, panics := float64(s.Fail), float64(s.Panic)
	if trouble != nil {
		fail, panics = max(fail, trouble.fail), max(panics, trouble.panics)
	}
	if fail == 0 && panics == 0 {
		return nil
	}
	attempt := 0
	if s.Per != engine.PerItem && srv != nil {
		attempt = srv.attempt
	}
	stream := h.lane.stream()
	if panics > 0 && stream.Draw(it, workload.Panicking, h.index, attempt) < panics {
		panic(handlerPanic{h.name})
	}
	if fail > 0 && stream.Draw(it, workload.Failing, h.index, attempt) < fail {
		return errFailed
	}
	return nil
}
