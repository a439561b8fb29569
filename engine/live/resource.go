package live

import (
	"context"
	"sync"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/clock"
	"duet/engine/measure"
	"duet/engine/work"
)

// resource is a resource of a lane: so many slots, and a line of those that stand
// for one, the first first. Any goroutine may come for one.
type resource struct {
	name  string
	clock *clock.Lane
	wait  measure.Shared // for a slot

	mu    sync.Mutex
	slots int // as many as the settings say
	inUse int
	free  []*slot
	line  []chan *slot // each has room for one
}

// slot is one slot of a resource. Who holds it waits by its schedule, and not by
// one of their own: as long as one handling follows on the other, what one sleep
// was late is taken off the next, so that the slot does as much as it should.
type slot struct{ waiter *work.Waiter }

func newResource(c *clock.Lane, r *engine.Resource) *resource {
	return &resource{name: r.Name, clock: c, slots: r.Slots}
}

// resize sets the number of slots. Those that are too many go when they are given
// back.
func (r *resource) resize(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.slots = n
	for len(r.line) > 0 && r.inUse < r.slots {
		r.inUse++
		r.line[0] <- r.fresh()
		r.line = r.line[1:]
	}
}

// fresh is a slot with no schedule to follow. The caller holds mu.
func (r *resource) fresh() *slot {
	if n := len(r.free); n > 0 {
		s := r.free[n-1]
		r.free = r.free[:n-1]
		s.waiter.Fresh()
		return s
	}
	return &slot{work.NewWaiter(r.clock, work.PrecisionFor(r.inUse))}
}

// acquire takes a slot, standing in line for one if need be until ctx is done. srv,
// the caller's place, shows that it does; it may be nil.
func (r *resource) acquire(ctx context.Context, srv *server) (*slot, error) {
	r.mu.Lock()
	if r.inUse < r.slots {
		r.inUse++
		s := r.fresh()
		r.mu.Unlock()
		r.wait.Record(0)
		srv.hold(s)
		return s, nil
	}
	mine := make(chan *slot, 1)
	r.line = append(r.line, mine)
	r.mu.Unlock()
	since := r.clock.Now()
	if srv != nil {
		srv.state.Store(uint32(engine.Queuing))
		defer srv.state.Store(uint32(engine.Busy))
	}
	select {
	case s := <-mine:
		now := r.clock.Now()
		if srv != nil {
			srv.since.Store(int64(now))
		}
		r.wait.Record(int64(now - since))
		srv.hold(s)
		return s, nil
	case <-ctx.Done():
		r.leave(mine)
		return nil, context.Cause(ctx)
	}
}

// leave gives up a place in line, or the slot that has just come of it.
func (r *resource) leave(mine chan *slot) {
	r.mu.Lock()
	for i, c := range r.line {
		if c == mine {
			r.line = append(r.line[:i], r.line[i+1:]...)
			r.mu.Unlock()
			return
		}
	}
	r.mu.Unlock()
	s := <-mine
	s.waiter.Fresh()
	r.release(s, nil)
}

// hold has a server, which may be nil, wait by the schedule of a slot.
func (s *server) hold(x *slot) {
	if s != nil {
		s.held = x
	}
}

// release gives a slot back: to the first in line, if there is one.
func (r *resource) release(s *slot, srv *server) {
	if srv != nil {
		srv.held = nil
		srv.waiter.Fresh() // it knows nothing of what this took
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.inUse > r.slots:
		r.inUse--
	case len(r.line) > 0:
		r.line[0] <- s
		r.line = r.line[1:]
	default:
		r.inUse--
		r.free = append(r.free, s)
	}
}

// read takes its levels.
func (r *resource) read(to *account.ResourceReading) {
	r.mu.Lock()
	defer r.mu.Unlock()
	to.Slots, to.InUse.Now, to.Queued.Now = int64(r.slots), int64(r.inUse), int64(len(r.line))
}

// furnish gives the lane its resources, as many slots of each as the settings say.
func (l *lane) furnish(s *engine.Scenario) {
	for i := range s.Resources {
		if i == len(l.resources) {
			l.resources = append(l.resources, newResource(l.run.clock, &s.Resources[i]))
		}
		l.resources[i].resize(s.Resources[i].Slots)
	}
}

// resource is what a handler of a scenario needs; nil: nothing.
func (l *lane) resource(s *engine.Scenario, h *engine.Handler) *resource {
	if i := s.ResourceNamed(h.Needs); i >= 0 {
		return l.resources[i]
	}
	return nil
}

// AddResource implements [account.Source].
func (m *laneSampler) AddResource(i int, to *measure.Counts) { m.lane.resources[i].wait.AddTo(to) }

// fillResources describes the lane's resources.
func (m *laneSampler) fillResources(dst *engine.LaneSnapshot) {
	dst.Resources = account.Resize(dst.Resources, len(m.lane.resources))
	for i, r := range m.lane.resources {
		dst.Resources[i].Name = r.name
		m.account.FillResource(&dst.Resources[i], i)
	}
}
