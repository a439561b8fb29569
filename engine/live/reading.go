package live

import (
	"slices"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
)

// reading is a lane's counters at one moment. They are read one after another
// while the lane moves, so that they agree with each other exactly only when
// it does not.
type reading struct {
	at         time.Duration
	offered    int64
	items      account.Sums
	deliveries []account.Sums // of each handler of the scenario
	wasted     int64          // deliveries handled for nobody
	forsaken   int64          // tries that came to an end without ending their item
	accepted   int64
	blocked    int64
	waited     int64
	goroutines int64
	servers    []int64 // of each handler
	depth      []int64 // of each handler
	busy       []int64 // of each handler
	spared     []int64 // of each handler: items that never went to it
	queued     int64   // depth of all queues
	waiting    int64   // items handed over and not yet begun
	inline     bool    // publishers handle what they publish
	producing  int64   // producers inside a hand-over
	working    int64   // places at which something is handled, counted or not yet
	holding    int64   // inline publishers that have an item in hand
	impatient  bool    // there are clients that do not wait for ever
	retries    int64   // tries of theirs that arrived after the first
	expecting  int64   // clients whose items have not ended
}

// newReading makes room for a lane of n handlers.
func newReading(n int) reading {
	return reading{
		deliveries: make([]account.Sums, n), servers: make([]int64, n), depth: make([]int64, n), busy: make([]int64, n),
		spared: make([]int64, n),
	}
}

// read takes the counters of a lane.
func (l *lane) read(r *reading, at time.Duration) {
	*r = reading{at: at, deliveries: r.deliveries, servers: r.servers, depth: r.depth, busy: r.busy, spared: r.spared}
	clear(r.deliveries)
	clear(r.servers)
	clear(r.depth)
	c := l.crew.Load()
	for _, g := range c.generations {
		for _, s := range g.all() {
			l.readServer(r, s)
		}
		for i, h := range g.handlers {
			d := g.way.depth(i)
			r.depth[h.index] += int64(d)
			if i == 0 || !g.together {
				r.queued += int64(d)
			}
		}
	}
	for i, h := range l.handlers {
		l.readServer(r, h.loose)
		r.busy[i] = r.deliveries[i].InHand()
		r.spared[i] = h.spared.Load()
	}
	for _, p := range c.producers {
		r.readProducer(p)
	}
	for _, p := range c.retired {
		r.readProducer(p)
	}
	l.readStages(r, c)
	if x := l.clients.Load(); x != nil {
		r.impatient, r.retries, r.expecting = true, x.retries.Load(), x.open.Load()
	}
}

func (l *lane) readServer(r *reading, s *server) {
	s.items.addTo(&r.items)
	r.wasted += s.items.wasted.Load()
	r.forsaken += s.items.forsaken.Load()
	if state := engine.WorkerState(s.state.Load()); state == engine.Busy || state == engine.Stalled {
		r.working++
	}
	if s.holding.Load() {
		r.holding++
	}
	for i, h := range s.handlers {
		s.each[i].addTo(&r.deliveries[h.index])
	}
}

func (r *reading) readProducer(p *producer) {
	if p.busy.Load() { // first: what it had in hand is counted when it no longer is
		r.producing++
	}
	r.accepted += p.accepted.Load()
	r.blocked += p.blocked.Load()
	if since := p.stuck.Load(); since != 0 {
		r.blocked += max(0, int64(r.at)-since+1)
	}
	r.waited += p.waited.Load()
}

// readStages finds out how many serve each handler, and how many items wait in
// queues.
func (l *lane) readStages(r *reading, c *crew) {
	g := l.current.Load()
	r.inline = l.model == engine.EventModel && c.spec.Dispatch == engine.Inline
	for i, h := range g.handlers {
		r.servers[h.index] = int64(l.serving(c, g, i))
	}
	r.goroutines = int64(len(c.producers))
	switch {
	case l.model == engine.Message:
		for i, h := range g.handlers {
			if i == 0 || !g.together {
				r.goroutines += r.servers[h.index]
			}
		}
	case c.spec.Dispatch == engine.Buffered:
		r.goroutines += int64(len(g.handlers))
	case c.spec.Dispatch == engine.Goroutine:
		for _, busy := range r.busy {
			r.goroutines += busy
		}
	}
	switch {
	case g.deliveries > 1:
		r.waiting = max(0, r.accepted+r.holding-r.items.Total()-r.items.InHand())
		if r.still() {
			r.waiting = 0 // nothing is anywhere: what is missing is missing
		}
	case len(g.handlers) > 0:
		r.waiting = r.depth[g.handlers[0].index]
	}
}

// still tells whether no delivery is anywhere in the hand-over.
func (r *reading) still() bool {
	for i := range r.depth {
		if r.depth[i] != 0 || r.busy[i] != 0 {
			return false
		}
	}
	return true
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
	case c.spec.Dispatch == engine.Inline:
		return c.spec.Publishers
	case c.spec.Dispatch == engine.Buffered:
		return 1
	default:
		return c.spec.Limit
	}
}

// backlog is how many items have arrived by schedule, and tries of clients after
// that, but are not yet handed over. An inline publisher hands over what it has in
// hand.
func (r *reading) backlog() int64 { return max(0, r.offered+r.retries-r.accepted-r.holding) }

// inSystem is how many items have arrived by schedule and not ended.
func (r *reading) inSystem() int64 { return max(0, r.offered-r.items.Total()) }

// utilisation is how busy the busiest stage is, in millionths.
func (r *reading) utilisation() int64 {
	var most int64
	for i, n := range r.servers {
		if n > 0 {
			most = max(most, min(million, r.busy[i]*million/n))
		}
	}
	if r.inline && most > 0 { // the stage is the publishers, whichever observer they are at
		var busy int64
		for _, b := range r.busy {
			busy += b
		}
		most = min(million, busy*million/slices.Max(r.servers))
	}
	return most
}

const million = 1_000_000

// ledger is the lane's ledger over items.
func (r *reading) ledger() engine.Ledger {
	l := r.items.Ledger()
	l.Offered, l.InFlight = r.offered, r.items.InHand()
	l.Waiting = r.backlog() + r.waiting
	if r.impatient {
		l.Waiting = max(0, r.open(r.items.Total())-l.InFlight)
	}
	return l
}

// open is how many items or deliveries of the lane's have not ended, when so many
// have: where clients try again, what is in queues does not tell. Where nothing is
// anywhere, what is missing is missing.
func (r *reading) open(ended int64) int64 {
	if r.quiescent() {
		return 0
	}
	return r.offered - ended
}

// handlerLedger is the ledger of a handler over deliveries.
func (r *reading) handlerLedger(i int) engine.Ledger {
	l := r.deliveries[i].Ledger()
	l.Offered = r.offered - r.spared[i]
	l.InFlight = r.busy[i]
	l.Waiting = r.backlog() + r.depth[i]
	if r.impatient {
		open := max(0, r.open(r.deliveries[i].Total()+r.spared[i]))
		l.InFlight = min(open, l.InFlight)
		l.Waiting = open - l.InFlight
	}
	return l
}

// quiescent tells whether nothing was seen on its way.
func (r *reading) quiescent() bool {
	return r.still() && r.backlog() == 0 && r.producing == 0 && r.working == 0 && r.expecting == 0
}

// ended tells whether all that was let in has ended, and is counted. What expired did
// so without its last try.
func (r *reading) ended() bool {
	return r.still() && r.producing == 0 && r.accepted == r.items.Total()-r.items.Ended[account.Expired]+r.forsaken
}
