package live

import (
	"context"
	"sync"
	"sync/atomic"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
)

// handover takes items from producers to handlers: a topic with its queues and
// workers, a bus with its observers. A broker can stand in its place.
type handover interface {
	// sender is a producer's own way in, for that producer's goroutine only.
	sender(p *producer) sender

	// adjust applies the settings that can change while items are on their way,
	// one after another. They have been validated: it fails where the hand-over has
	// ended.
	adjust(spec *engine.Lane) error

	// depth is how many deliveries wait for a handler, given by its position.
	depth(position int) int

	// depths appends to dst how many wait in each of its partitions, where
	// there are any.
	depths(position int, dst []int) []int

	// spare is how many hold a delivery for a handler that is in another hand as
	// well or has ended, and how many copies wait of what is in hand.
	spare(position int) (hands, copies int)

	// crash has workers crash; other faults are the handlers' own.
	crash(f *engine.Fault) error

	// close takes no more items, and returns when those it has are handled or
	// ctx is done.
	close(ctx context.Context)

	// kill ends everything now, as a process dies. What it held is gone.
	kill() error
}

// sender hands items over.
type sender interface {
	// send hands an item over, waiting at a full queue until the hand-over ends.
	// False: the item was not taken by anybody, and is to be handed over again.
	send(d *delivery) bool

	// idle is called before the producer waits for the next item.
	idle()
}

// generation is a lane's hand-over, made with certain settings. Settings that
// cannot change in place make a new generation; the old one takes no more
// items and drains.
type generation struct {
	lane       *lane
	handlers   []*handler // whom it runs, in order
	absent     []*handler // the scenario's others
	together   bool       // one delivery an item, for all handlers
	inline     bool       // producers handle what they hand over
	deliveries int        // of each item
	recorded   bool       // each item has a record
	recovers   bool       // panics are errors
	partitions int
	rooms      script.Rooms // which queue is for which class, and for which workers
	discards   atomic.Bool  // what was given up, when its turn comes
	visible    atomic.Bool  // what is in hand for long is delivered again, or was
	way        handover
	servers    atomic.Pointer[[]*server]
	outlived   bool // something of it did not end when it was killed; guarded by the lane's mu

	mu     sync.Mutex // of the places
	places map[placeKey]*server
}

// connect makes the topic, the bus or the broker's queues that the hand-over is.
func (g *generation) connect(spec *engine.Lane) (err error) {
	labelling(g.lane.labels(roleHandover, ""), func() {
		switch {
		case g.lane.model == engine.EventModel:
			g.way, err = newBus(g, spec)
		case spec.Queue.Remote():
			g.way, err = newRemote(g, spec)
		default:
			g.way, err = newChannel(g, spec)
		}
	})
	return err
}

// panicked is how a delivery ends whose handler panics: with recovery it has
// failed, without it goes down with its lane.
func (g *generation) panicked() account.Outcome {
	if g.recovers {
		return account.Failed
	}
	return account.Lost
}

// own is a server for a publisher. Its number does not name it: one that has
// been let go may still be at its last item when another has its number.
func (g *generation) own(id int) *server {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seat(g.handlers, id)
}

// place is the server of a worker or observer, by its number; it is made when
// it is first asked for. Several handlers that one goroutine runs in turn share
// it.
func (g *generation) place(handlers []*handler, id int) *server {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := placeKey{handlers[0], id}
	if g.places[key] == nil {
		g.places[key] = g.seat(handlers, id)
	}
	return g.places[key]
}

// seat makes a server. The caller holds mu.
func (g *generation) seat(handlers []*handler, id int) *server {
	all := g.all()
	s := newServer(g.lane, handlers, id, int(g.lane.seated.Add(1)-1), g.lane.precision(len(all)))
	all = append(all, s) // readers of the slice as it was do not look beyond its length
	g.servers.Store(&all)
	return s
}

// placeKey is who a place belongs to.
type placeKey struct {
	handler *handler
	id      int
}

// all is every server so far.
func (g *generation) all() []*server {
	if p := g.servers.Load(); p != nil {
		return *p
	}
	return nil
}

// working tells whether anything is in hand at any of its servers.
func (g *generation) working() bool {
	for _, s := range g.all() {
		if engine.WorkerState(s.state.Load()).AtWork() {
			return true
		}
	}
	return false
}

// position is where in the generation a handler stands; -1: nowhere.
func (g *generation) position(h *handler) int {
	for i, x := range g.handlers {
		if x == h {
			return i
		}
	}
	return -1
}

// missed books a delivery that none of its handlers will take any more.
func (g *generation) missed(runs []*handler, d *delivery, out account.Outcome) {
	now := g.lane.run.clock.Now()
	for _, h := range runs {
		h.missed(&h.loose.each[0], d, now, out)
	}
	g.lane.settle(runs[0].loose, d, never, now, out)
}

// discard books a delivery whose turn has come, if nobody waits for it any more and
// such are thrown away, and tells whether it was.
func (g *generation) discard(runs []*handler, d *delivery) bool {
	t := d.try()
	if t == nil || !g.discards.Load() || t.wanted(g.lane.run.clock.Now()) {
		return false
	}
	g.missed(runs, d, account.Expired)
	return true
}
