package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/measure"
	"duet/engine/script"
	"duet/engine/work"
	"duet/engine/workload"
)

// killTime is how long whatever a lane has started may take to end.
const killTime = 150 * time.Millisecond

// lane is one model with its settings, running the workload: its sources,
// producers and hand-over, and what is measured of its items.
type lane struct {
	run       *Run
	index     int
	name      string
	model     engine.Model
	resources []*resource
	handlers  []*handler // all of the scenario's, whether or not the lane runs them now
	measured  [banks]histograms
	classes   []*latencies // of the load's classes; nil: it has none
	seated    atomic.Int64 // places so far
	order     *measure.Order
	current   atomic.Pointer[generation]
	valve     valve
	restartAt atomic.Int64 // lane time at which stopped producers start again; 0: not by themselves
	limit     atomic.Int64 // of handler goroutines, with goroutine dispatch
	atLimit   atomic.Int32 // publishers that stand at it
	ticked    atomic.Int64 // items that found no room in their ticker
	streams   atomic.Pointer[workload.Stream]
	clients   atomic.Pointer[clients] // nil: they wait for ever
	opened    atomic.Int64            // hand-overs in a broker so far
	rate      engine.Rate             // of a stream of its own; guarded by the run's mu

	refusals refusals // of items whose story the journal tells

	sources []*source

	mu        sync.Mutex // of changes to who runs. Never held by who handles items
	draining  sync.WaitGroup
	drainCtx  context.Context
	stopDrain context.CancelFunc

	staffing sync.Mutex // of replacing the crew; held for a moment only
	crew     atomic.Pointer[crew]
}

// crew is who runs in a lane, and by which settings. It is replaced as a whole.
type crew struct {
	spec        engine.Lane
	dead        string // why the lane is dead; empty while it lives
	door        *door  // each item has a goroutine of its own; nil: there are so many producers
	producers   []*producer
	retired     []*producer   // ended or about to, but still counted
	generations []*generation // the last one is the current one; the others drain
}

// edit replaces the crew by a changed copy.
func (l *lane) edit(change func(*crew)) {
	l.staffing.Lock()
	defer l.staffing.Unlock()
	next := *l.crew.Load()
	next.producers = slices.Clone(next.producers)
	next.retired = slices.Clone(next.retired)
	next.generations = slices.Clone(next.generations)
	change(&next)
	l.crew.Store(&next)
}

// newLane prepares a lane; start starts it.
func newLane(r *Run, index int, s *engine.Scenario) *lane {
	spec := s.Lanes[index]
	l := &lane{run: r, index: index, name: spec.Name, model: spec.Model}
	l.crew.Store(&crew{spec: spec})
	l.order = measure.NewOrder(s.Load.Keys.Count)
	for range s.Load.Classes {
		l.classes = append(l.classes, new(latencies))
	}
	l.streams.Store(r.stream)
	l.drainCtx, l.stopDrain = context.WithCancel(context.Background())
	l.furnish(s)
	for i, h := range s.Handlers {
		l.handlers = append(l.handlers, newHandler(l, i, h, spec.Speed, l.resource(s, &h)))
	}
	l.relate(s)
	l.limit.Store(int64(spec.Limit))
	return l
}

func newHandler(l *lane, index int, s engine.Handler, speed float64, needs *resource) *handler {
	h := &handler{lane: l, index: index, name: s.Name, traced: l.run.traced}
	h.way = &entrance{h: h}
	h.faults.clock = l.run.clock.Now
	h.specify(newSpec(s, speed, l.run.own[s.Name], needs))
	h.loose = newServer(l, []*handler{h}, 0, ownBanks, clock.Coarse)
	return h
}

// stream is the lane's item stream: the run's, or its own once it is unlinked.
func (l *lane) stream() *workload.Stream { return l.streams.Load() }

// start opens the hand-over and starts the producers.
func (l *lane) start() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	spec := &l.crew.Load().spec
	if err := l.open(spec); err != nil {
		return err
	}
	pinned := script.Pinned(spec)
	n := 1
	if pinned {
		n = spec.Publishers
	}
	for i := range n {
		s := newSource(&l.valve, l.run.clock, l.run.stream, l.run.end, l.run.pacing)
		if pinned {
			s.mine = func(it engine.Item) bool { return int(it.Key)%n == i }
		}
		l.sources = append(l.sources, s)
	}
	l.engage(-1, &l.run.scenario.Load().Load)
	l.retick(spec.Source)
	l.staff()
	return nil
}

// sourceOf is the source that an item comes from.
func (l *lane) sourceOf(it engine.Item) *source { return l.sources[int(it.Key)%len(l.sources)] }

// open makes a hand-over with the given settings the current one. The caller
// holds mu.
func (l *lane) open(spec *engine.Lane) error {
	g := &generation{
		lane: l, recovers: spec.Recover, partitions: spec.Queue.Partitions,
		places: make(map[placeKey]*server), deliveries: 1,
		rooms: script.RoomsOf(spec, l.run.began.Load.ClassNames()),
	}
	for _, h := range l.handlers {
		if spec.Runs(h.name) {
			g.handlers = append(g.handlers, h)
		} else {
			g.absent = append(g.absent, h)
		}
	}
	g.together = l.model == engine.Message && spec.Handlers.Together
	g.inline = l.model == engine.EventModel && spec.Dispatch == engine.Inline
	if !g.together && (l.model == engine.Message || spec.Dispatch != engine.Inline) {
		g.deliveries = len(g.handlers)
	}
	if err := g.connect(spec); err != nil {
		return fmt.Errorf("lane %s: %w", l.name, err)
	}
	g.recorded = g.deliveries > 1 || l.run.traced
	g.discards.Store(spec.Queue.DropExpired)
	l.edit(func(c *crew) { c.generations = append(c.generations, g) })
	l.current.Store(g)
	return nil
}

// staff starts or ends producers until there are as many as the settings say.
// Those that end finish what they have in hand. The caller holds mu.
func (l *lane) staff() {
	l.edit(func(c *crew) {
		want, each := script.Producers(&c.spec), c.spec.PerItem() && c.dead == ""
		if c.dead != "" {
			want = 0
		}
		if (c.door != nil) != each { // whoever is inside goes on with what it has in hand
			c.retire(0)
			c.door = nil
		}
		if each {
			if c.door == nil {
				c.door = l.openDoor()
			}
			return
		}
		c.retire(want)
		for id := len(c.producers); id < want; id++ {
			c.producers = append(c.producers, l.hire(c, id))
		}
	})
}

// retire ends producers until there are so many, and closes the door before all go.
func (c *crew) retire(want int) {
	if c.door != nil && want == 0 {
		c.door.cancel()
	}
	for n := len(c.producers); n > want; n-- {
		c.producers[n-1].cancel()
		c.retired = append(c.retired, c.producers[n-1])
		c.producers = c.producers[:n-1]
	}
}

// recall takes producers back that were retired and have ended: those with n numbers
// from first on, nil where there is none.
func (c *crew) recall(first, n int) []*producer {
	back := make([]*producer, n)
	c.retired = slices.DeleteFunc(c.retired, func(p *producer) bool {
		i := p.id - first
		if i < 0 || i >= n || back[i] != nil || !p.ended() {
			return false
		}
		back[i] = p
		return true
	})
	return back
}

// hire starts a producer. One that has ended takes up its work again, and goes
// on counting where it left off.
func (l *lane) hire(c *crew, id int) *producer {
	p := c.recall(id+1, 1)[0]
	if p == nil {
		p = &producer{id: id + 1, lane: l, source: l.sources[id%len(l.sources)]}
	}
	var ctx context.Context
	ctx, p.cancel = context.WithCancel(context.Background())
	p.gone = make(chan struct{})
	go p.produce(ctx, p.gone)
	return p
}

// refit applies new settings. What can change in place does; for the rest a
// new hand-over takes the new items while the old one drains. The caller has
// validated spec.
func (l *lane) refit(spec *engine.Lane) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.crew.Load()
	old := &c.spec
	if err := script.Fits(old, spec); err != nil {
		return err
	}
	l.limit.Store(int64(spec.Limit))
	if c.door != nil {
		c.door.look()
	}
	if c.dead == "" {
		if err := l.rework(old, spec); err != nil {
			return err
		}
	}
	for _, g := range l.crew.Load().generations {
		if g != l.current.Load() {
			_ = g.way.adjust(spec) // what drains may need more workers to do so; if it has just ended, it needs nothing
		}
	}
	l.edit(func(c *crew) { c.spec = *spec })
	l.retick(spec.Source)
	l.staff()
	return nil
}

// rework brings the hand-over in line with new settings.
func (l *lane) rework(old, spec *engine.Lane) error {
	g := l.current.Load()
	if !script.Restructured(old, spec) {
		return g.way.adjust(spec)
	}
	if err := l.open(spec); err != nil {
		return err
	}
	ctx := l.drainCtx
	l.draining.Go(func() {
		g.way.close(ctx)
		for l.used(g) && ctx.Err() == nil {
			_ = l.run.clock.SleepUntil(ctx, l.run.clock.Now()+time.Millisecond)
		}
		if ctx.Err() == nil { // else who ends the lane does this, when all have ended
			l.run.sampler.forget(l, g)
		}
	})
	return nil
}

// used tells whether any producer has yet to book what it did through a
// hand-over.
func (l *lane) used(g *generation) bool {
	c := l.crew.Load()
	for _, p := range slices.Concat(c.producers, c.retired) {
		if p.using.Load() == g {
			return true
		}
	}
	return false
}

// poke makes the lane's sources look again at their valve and their stream, and
// its clients at the schedule.
func (l *lane) poke() {
	for _, s := range l.sources {
		s.poke()
	}
	if c := l.clients.Load(); c != nil {
		c.poke()
	}
}

// die is called by whoever meets a panic that nobody recovers: the lane dies
// of it, as a process would. It does not wait.
func (l *lane) die(reason string) {
	l.run.starting.Lock()
	defer l.run.starting.Unlock()
	if l.run.closing.Load() {
		return
	}
	l.run.background.Go(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.crew.Load().dead != "" || l.run.closing.Load() {
			return
		}
		l.edit(func(c *crew) { c.dead = reason })
		_ = l.end() // what does not end is named when the run is closed
	})
}

// end stops the producers and kills the hand-overs. One in which something does not
// end keeps its place among those that are counted: what is under way there is
// booked when it does end. The caller holds mu.
func (l *lane) end() error {
	var last *door
	l.edit(func(c *crew) {
		last = c.door
		c.retire(0)
		c.door = nil
	})
	l.stopDrain()
	c := l.crew.Load()
	var errs []error
	var stuck []*generation
	for _, g := range c.generations {
		if g.outlived && !g.working() {
			continue // it has ended since; a topic would go on naming who did not in time
		}
		if err := g.way.kill(); err != nil {
			g.outlived = true
			errs, stuck = append(errs, err), append(stuck, g)
		}
	}
	errs = append(errs, await(c.retired), last.await(l))
	l.draining.Wait()
	l.drainCtx, l.stopDrain = context.WithCancel(context.Background())
	for _, g := range l.crew.Load().generations {
		if !l.used(g) && !slices.Contains(stuck, g) {
			l.run.sampler.forget(l, g)
		}
	}
	return errors.Join(errs...)
}

// revive starts a dead lane again, with nothing in it.
func (l *lane) revive() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.crew.Load()
	if c.dead == "" {
		return fmt.Errorf("lane %s is alive: only a dead lane can be revived", l.name)
	}
	if err := l.open(&c.spec); err != nil {
		return err
	}
	l.edit(func(c *crew) { c.dead = "" })
	l.staff()
	l.poke()
	return nil
}

// precision is how exactly the n-th server of a hand-over sleeps: exact sleep
// holds a thread, which is too dear for many.
func (l *lane) precision(n int) clock.Precision { return work.PrecisionFor(n + 1) }
