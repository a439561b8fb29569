package live

import (
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
)

// reading is a lane's counters at one moment. They are read one after another
// while the lane moves, so that they agree with each other exactly only when
// it does not.
type reading struct {
	*account.Reading
	accepted  int64
	holding   int64   // inline publishers that have an item in hand
	forsaken  int64   // tries that came to an end without ending their item
	queued    int64   // items handed over and not yet begun
	copies    []int64 // by handler: deliveries in queues of what is in hand
	unreached []int64 // by handler: deliveries in the hands of who is at a handler before it
}

// read takes the counters of a lane; complete comes after it.
func (l *lane) read(r *reading, at time.Duration) {
	r.begin(at)
	c := l.crew.Load()
	for _, g := range c.generations {
		for _, s := range g.all() {
			l.readServer(r, s)
			if len(s.handlers) > 1 {
				r.readTurn(g, s)
			}
		}
		for i, h := range g.handlers {
			d := int64(g.way.depth(i))
			r.Depth[h.index].Now += d
			if i == 0 || !g.together {
				r.Queued.Now += d
			}
		}
		g.readSpare(r)
	}
	for i, h := range l.handlers {
		l.readServer(r, h.loose)
		r.Busy[i].Now = r.Deliveries[i].InHand()
		r.Spared[i] = h.spared.Load()
	}
	r.InHand.Now = r.Items.InHand()
	r.accepted += l.ticked.Load()
	if c.door != nil && c.door.busy.Load() {
		r.Producing++
	}
	for _, p := range c.producers {
		r.readProducer(p)
	}
	for _, p := range c.retired {
		r.readProducer(p)
	}
	for i, x := range l.resources {
		x.read(&r.Resources[i])
	}
	l.readStages(r, c)
	x := l.clients.Load()
	if r.Impatient = x != nil; r.Impatient {
		r.Retries, r.Expecting = x.retries.Load(), x.open.Load()
	}
}

// begin forgets the counters of the reading before. What a level was at the latest
// sample it keeps.
func (r *reading) begin(at time.Duration) {
	r.At, r.Items, r.Blocked, r.Wasted = at, account.Sums{}, 0, 0
	r.Producing, r.Working, r.Retries, r.Expecting = 0, 0, 0, 0
	r.accepted, r.holding, r.forsaken, r.queued, r.Queued.Now, r.Nested.Now = 0, 0, 0, 0, 0, 0
	clear(r.Deliveries)
	clear(r.Doubled)
	clear(r.Unsettled)
	if r.copies == nil {
		r.copies, r.unreached = make([]int64, len(r.Deliveries)), make([]int64, len(r.Deliveries))
	}
	clear(r.copies)
	clear(r.unreached)
	for i := range r.Classes { // what was offered is counted on
		r.Classes[i] = account.ClassReading{Offered: r.Classes[i].Offered}
	}
	clear(r.Servers)
	for i := range r.Depth {
		r.Depth[i].Now = 0
	}
}

func (l *lane) readServer(r *reading, s *server) {
	s.items.addTo(&r.Items)
	r.addClasses(s)
	r.Wasted += s.items.wasted.Load()
	r.forsaken += s.items.forsaken.Load()
	if engine.WorkerState(s.state.Load()).AtWork() {
		r.Working++
	}
	if s.holding.Load() {
		r.holding++
	}
	if s.inCall.Load() {
		r.Nested.Now++
	}
	for i, h := range s.handlers {
		s.addTo(&r.Deliveries[h.index], i)
	}
}

// readTurn counts, for a goroutine that runs several handlers in turn, how far it is
// with what it has in hand. Those after the one that it is at await that; of those
// before it is known how it ended as soon as they have run where they are observers,
// and where they share a worker when the last of them has.
func (r *reading) readTurn(g *generation, s *server) {
	if g.inline && !s.holding.Load() || !engine.WorkerState(s.state.Load()).AtWork() {
		return
	}
	at, after := int(s.at.Load()), false
	for _, h := range s.handlers {
		switch {
		case h.index == at:
			after = true
			if s.id >= guestIDs { // of what is handled elsewhere nothing is booked before all of it is over
				r.Unsettled[h.index]++
			}
		case after:
			r.unreached[h.index]++
		case !g.inline:
			r.Unsettled[h.index]++
		}
	}
}

func (r *reading) readProducer(p *producer) {
	if p.busy.Load() { // first: what it had in hand is counted when it no longer is
		r.Producing++
	}
	r.accepted += p.accepted.Load()
	r.Blocked += p.blocked.Load()
	if since := p.stuck.Load(); since != 0 {
		r.Blocked += max(0, int64(r.At)-since+1)
	}
	r.Items.Waited += p.waited.Load()
}

// readStages finds out how many serve each handler, and how many items wait in
// queues.
func (l *lane) readStages(r *reading, c *crew) {
	g := l.current.Load()
	r.Inline = l.model == engine.EventModel && c.spec.Dispatch == engine.Inline
	for i, h := range g.handlers {
		r.Servers[h.index] = int64(l.serving(c, g, i))
	}
	r.Goroutines.Now = c.publishing() + l.staffed(r, c, g)
	if x, ok := g.way.(*remote); ok {
		for _, h := range g.handlers {
			r.Servers[h.index] += x.elsewhere()
		}
	}
	switch {
	case g.deliveries > 1:
		r.queued = max(0, r.accepted+r.holding-r.Items.Total()-r.InHand.Now)
		if r.Still() {
			r.queued = 0 // nothing is anywhere: what is missing is missing
		}
	case len(g.handlers) > 0:
		h := g.handlers[0].index
		r.queued = max(0, r.Depth[h].Now-r.copies[h])
	}
}

// publishing is how many goroutines send or publish.
func (c *crew) publishing() int64 {
	if c.door != nil {
		return c.door.inside.Load()
	}
	return int64(len(c.producers))
}

// staffed is how many goroutines a lane has beside its producers. A dead one has those
// of calls that have not ended yet.
func (l *lane) staffed(r *reading, c *crew, g *generation) (n int64) {
	switch {
	case c.dead != "" && c.spec.Dispatch != engine.Goroutine:
	case l.model == engine.Message:
		for i, h := range g.handlers {
			if i == 0 || !g.together {
				n += r.Servers[h.index]
			}
		}
	case c.spec.Dispatch == engine.Buffered:
		n = int64(len(g.handlers))
	case c.spec.Dispatch == engine.Goroutine:
		for i := range r.Busy {
			n += r.Busy[i].Now
		}
	}
	return n
}

// serving is how many serve the i-th handler of a hand-over.
func (l *lane) serving(c *crew, g *generation, i int) int {
	switch {
	case l.model == engine.Message && g.together:
		w, _ := script.Sizes(&c.spec, "")
		return w
	case l.model == engine.Message:
		w, _ := script.Sizes(&c.spec, g.handlers[i].name)
		return w
	case c.spec.Dispatch == engine.Inline && !c.spec.PerItem():
		return c.spec.Publishers
	case c.spec.Dispatch == engine.Buffered:
		return 1
	default:
		return c.spec.Limit
	}
}

// complete holds what was read against the items that have arrived by schedule,
// and the tries of clients after that. An inline publisher hands over what it has
// in hand.
func (r *reading) complete(at time.Duration, arrived int64) {
	r.At, r.Offered = at, arrived
	r.Backlog.Now = max(0, arrived+r.Retries-r.accepted-r.holding)
	r.InSystem.Now = max(0, arrived-r.Items.Total())
	for i := range r.Await {
		doubled := r.Doubled[i]
		r.Doubled[i] = min(doubled, r.Busy[i].Now+r.Unsettled[i])
		r.Await[i] = r.Backlog.Now + max(0, r.Depth[i].Now-r.copies[i]) + max(0, r.unreached[i]-(doubled-r.Doubled[i]))
	}
	r.Waiting = r.Backlog.Now + r.queued
	if r.Impatient { // what is in queues does not tell. Where nothing is anywhere, what is missing is missing
		r.Waiting = 0
		if !r.Quiescent() {
			r.Waiting = max(0, arrived-r.Items.Total()-r.InHand.Now)
		}
	}
}

// ended tells whether all that was let in has ended, and is counted. What expired did
// so without its last try.
func (r *reading) ended() bool {
	return r.Still() && r.Producing == 0 && r.accepted == r.Items.Total()-r.Items.Ended[account.Expired]+r.forsaken
}
