package virtual

import (
	"duet/engine"
	"duet/engine/account"
	"duet/engine/workload"
)

// none is a time that never was, and no place in a table.
const none = -1

// lane is one model with its settings, running the workload in simulated time.
type lane struct {
	machine *machine
	index   int
	account *account.Lane // nil: nobody asks for figures
	state
}

// state is all that changes in a lane: what is where, and what is to happen.
// Everything is in tables, and who is meant is said by a place in one, so that
// it can be copied.
type state struct {
	spec     engine.Lane
	handlers []handler // all of the scenario's, whether or not the lane runs them now
	now      int64     // nanoseconds of lane time
	events   heap
	dead     string // why the lane is dead; empty while it lives

	source
	clients
	items []item // in a producer's hand or beyond; those with Seq 0 are free
	spare []int32

	producers []producer
	perItem   bool        // each item has one of its own
	resting   ring[int32] // producers that wait for an item, the longest first
	atLimit   ring[int32] // producers that stand at the limit of goroutines

	generations []generation
	current     int32
	subs        []subscription
	servers     []server
	unused      []int32 // places in servers
	retries     []retry
	blank       []int32 // places in retries
	resources   []resource
	twins       []twin

	classNames []string // of the load
	selected   int64    // how often chance has chosen between two queues

	tally
}

// tally is what a lane counted and measured of its items.
type tally struct {
	offered  int64
	counts   account.Sums
	queueing int64   // items handed over and not begun, or to be tried again, whose clients wait for ever
	stalled  int64   // nanoseconds that producers stood at full queues, before now
	classes  []class // of the load's classes; nil: it has none
	inSystem level
	inHand   level
	queued   level
	running  level // goroutines of goroutine dispatch
	nesting  level // publishers at an observer of what another one published
	followed int64 // when levels were last followed

	endings int64 // items that have ended in any way that has a latency
	lasted  int64 // the sum of these latencies
	rough   bool  // that is all that is recorded, with what waits in queues and in the backlog

	publish, lateness             durations
	wait, service, latency, naive histogram
	prompt                        histogram // latencies that are naive ones as well, for the item was handed over at once
	order                         order
}

func newLane(m *machine, index int, s *engine.Scenario, stream *workload.Stream) *lane {
	l := &lane{}
	l.equip(m, index, s, stream)
	return l
}

// equip makes an empty lane, in the room of what was in it.
func (l *lane) equip(m *machine, index int, s *engine.Scenario, stream *workload.Stream) {
	l.machine, l.index, l.state = m, index, l.state.emptied()
	l.now = m.now
	l.spec = s.Lanes[index]
	l.handlers = make([]handler, len(s.Handlers))
	for i := range l.handlers {
		l.handlers[i].index = i
	}
	l.classify(s)
	l.instruct(s)
	l.source.open(stream, &l.spec)
	l.now-- // what arrives now arrives after that
	l.engage(&s.Load)
	l.now++
	l.open()
	l.staff()
}

// instruct gives the lane's handlers their settings.
func (l *lane) instruct(s *engine.Scenario) {
	for i := range l.handlers {
		h := &l.handlers[i]
		h.Handler, h.speed, h.resource = s.Handlers[i], s.Lanes[l.index].Speed, int32(s.ResourceNamed(s.Handlers[i].Needs))
		h.review()
	}
	l.relate(s)
	l.furnish(s)
	l.order.grow(s.Load.Keys.Count)
}

// generation is a lane's hand-over, made with settings that cannot change in
// place. A change of these makes a new one; the old one takes no more items
// and drains.
type generation struct {
	handlers   []int32 // whom it runs: places in the lane's handlers
	absent     []int32 // the others
	subs       []int32 // a subscription for each handler, or one for all; none where there are no queues
	model      engine.Model
	dispatch   engine.Dispatch
	together   bool
	deliveries int32 // of each item
	recovers   bool
	over       bool // it has drained, and its place is free
	inside     int  // producers that are at a hand-over through it
	running    int  // goroutines of goroutine dispatch
}

// open makes a hand-over with the lane's settings the current one.
func (l *lane) open() {
	g := generation{
		model: l.spec.Model, dispatch: l.spec.Dispatch, recovers: l.spec.Recover, deliveries: 1,
		together: l.spec.Model == engine.Message && l.spec.Handlers.Together,
	}
	for i := range l.handlers {
		if l.spec.Runs(l.handlers[i].Name) {
			g.handlers = append(g.handlers, int32(i))
		} else {
			g.absent = append(g.absent, int32(i))
		}
	}
	if !g.together && !g.inline() {
		g.deliveries = int32(len(g.handlers))
	}
	l.current = place(&l.generations, func(old *generation) bool { return old.over })
	if !g.inline() && !g.goroutines() {
		for _, h := range g.handlers {
			if g.together {
				h = none
			}
			g.subs = append(g.subs, l.subscribe(&g, h))
			if g.together {
				break
			}
		}
	}
	l.generations[l.current] = g
	l.asked = g.handlers[0] + 1
	for _, i := range g.subs {
		l.adjust(i)
	}
}

// place finds room in a table.
func place[T any](table *[]T, free func(*T) bool) int32 {
	for i := range *table {
		if free(&(*table)[i]) {
			return int32(i)
		}
	}
	*table = append(*table, *new(T))
	return int32(len(*table) - 1)
}

// inline tells whether publishers handle what they publish.
func (g *generation) inline() bool {
	return g.model == engine.EventModel && g.dispatch == engine.Inline
}

// goroutines tells whether each call has a goroutine of its own.
func (g *generation) goroutines() bool {
	return g.model == engine.EventModel && g.dispatch == engine.Goroutine
}

// panicked is how a delivery ends whose handler panics: with recovery it has
// failed, without it goes down with its lane.
func (g *generation) panicked() account.Outcome {
	if g.recovers {
		return account.Failed
	}
	return account.Lost
}

// advance lets everything happen that is due before a time. At one time clients
// lose their patience first, and what they try again comes last.
func (l *lane) advance(to int64) {
	l.source.limit, l.source.dry = min(to, l.machine.end)-1, false
	for {
		next, arrival := l.events.next(), never
		if l.head < l.tail || l.peek() != nil {
			arrival = int64(l.due[l.head].At)
		}
		at := min(next, arrival)
		if l.terms != nil && l.clientsAct(at, to) {
			continue
		}
		if at >= to {
			l.now = to
			return
		}
		if l.now = at; at == next {
			l.happen(l.events.take())
		} else {
			l.arrive()
		}
	}
}

// clientsAct lets a client act whose time comes before to and, as clients come
// first who lose patience and last who try again, before what else is due at next.
// It tells whether there was one.
func (l *lane) clientsAct(next, to int64) bool {
	switch over, again := l.patience.next(), l.returns.next(); {
	case over < to && over <= min(next, again):
		l.now = over
		l.isOver(l.patience.take())
	case again < to && again < next:
		l.now = again
		l.comeBack(l.returns.take())
	default:
		return false
	}
	return true
}

// happen lets an event happen, unless it was called off.
func (l *lane) happen(e event) {
	i := int32(e.who() & indexMask)
	switch e.who() & kindMask {
	case serverDone:
		if l.servers[i].event == e.n() {
			l.served(i)
		}
	case serverBack:
		if l.servers[i].event == e.n() {
			l.restart(i)
		}
	case publisherDone:
		if l.producers[i].event == e.n() {
			l.called(i)
		}
	case retryDue:
		if l.retries[i].event == e.n() {
			l.retryNow(i)
		}
	case visibilityOver:
		if l.servers[i].visible == e.n() {
			l.reappear(i)
		}
	case producersBack:
		if l.back == e.n() {
			l.stop(false, 0)
		}
	}
}

// demand is what an item is expected to take of a handler.
func (l *lane) demand(h *handler, it engine.Item) int64 {
	if h.Service.Instant() {
		return 0
	}
	return h.scaled(l.stream.Demand(it, h.index))
}

func (l *lane) draw(it *item, p workload.Purpose, h *handler, attempt int32) float64 {
	return l.stream.Draw(it.Item, p, h.index, int(attempt))
}
