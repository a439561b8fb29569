package virtual

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
)

// replica simulates one replication after another, in the same memory.
type replica struct {
	lanes  []*lane
	blanks []account.Mark // of their accounts, where these are needed
	before []totals       // by lane, at the end of the last step
	tape   tape
}

// totals are a lane's integrals and sums.
type totals struct {
	depth, backlog int64
	ended          int64
	latency        int64
}

// simulate makes a replication: it fills in a sample for each lane and step.
func (r *replica) simulate(ctx context.Context, p *plan, n int, at func(lane, step int) *sample) {
	m := r.begin(p, n)
	chunk := int64(chunkItems / max(1, m.stream.Rate(p.from.At)) * 1e9)
	for step := range p.steps {
		end := int64(p.from.At) + int64(step+1)*p.step
		for m.now < end {
			if ctx.Err() != nil {
				return
			}
			if to := min(end, add(m.now, chunk)); p.eventful {
				m.advance(to)
			} else {
				m.drift(to, &r.tape)
			}
			runtime.Gosched() // what is real goes first
		}
		for i, l := range m.lanes {
			now := l.totals()
			*at(i, step) = now.since(&r.before[i], p.step)
			r.before[i] = now
			l.tidy()
		}
	}
}

// chunkItems is about how many items are simulated without a pause.
const chunkItems = 1000

// begin makes a machine in the state that a forecast begins with.
func (r *replica) begin(p *plan, n int) *machine {
	s := p.from.Scenario
	seed := rand.New(rand.NewPCG(s.Seed^uint64(p.from.At), uint64(n))).Uint64() //nolint:gosec // not a secret
	src := p.sources.anew(p.from, seed, p.times)
	m := &machine{scenario: s, end: never, agenda: script.NewAgenda(s), signals: script.NewSignals(s), lanes: r.lanes}
	m.enter(p.from, nil, src)
	r.lanes, r.before = m.lanes, r.before[:0]
	for i, l := range m.lanes {
		past := src.past(i, p.changes)
		past.demands = p.sources.of(i)
		l.enter(&p.from.Lanes[i], past)
		if p.eventful {
			r.follow(s, i)
		} else {
			l.account = nil
			l.rough = true
			if src.own[i] == nil {
				l.tape = &r.tape
			}
		}
		r.before = append(r.before, l.totals())
	}
	return m
}

// follow has an account follow a lane.
func (r *replica) follow(s *engine.Scenario, i int) {
	l := r.lanes[i]
	if l.account == nil {
		l.account = account.New(s, l)
		r.blanks = append(r.blanks, l.account.Mark())
	}
	l.account.GoBack(&r.blanks[i])
	l.read(&l.account.Now, true)
	l.account.Begin()
	l.account.Sample()
}

// drift lets everything happen that is due before a time, and the changes of the
// timeline that are due at it. Nobody follows the figures. Lanes share a tape.
func (m *machine) drift(to int64, t *tape) {
	for m.now < to {
		t.wind(m.lanes)
		next := min(to, int64(m.agenda.Next()))
		for _, l := range m.lanes {
			l.advance(next)
		}
		m.now = next
		m.carryOut(m.agenda.Until(duration(m.now)))
	}
}

// totals are what the lane came to so far.
func (l *lane) totals() totals {
	return totals{l.queued.integral(l.now), l.backlog.integral(l.now), l.endings, l.lasted}
}

// since is what a lane came to in a step.
func (t totals) since(before *totals, step int64) sample {
	x := sample{
		depth: float64(t.depth-before.depth) / float64(step), backlog: float64(t.backlog-before.backlog) / float64(step),
		latency: math.NaN(),
	}
	if n := t.ended - before.ended; n > 0 {
		x.latency = duration(t.latency-before.latency).Seconds() / float64(n)
	}
	return x
}

// emptied is a state with nothing in it that has the room of s.
func (s *state) emptied() state {
	var e state
	e.items, e.spare = s.items[:0], s.spare[:0]
	e.events.events, e.patience.events, e.returns.events = s.events.events[:0], s.patience.events[:0], s.returns.events[:0]
	e.servers, e.unused = s.servers[:0], s.unused[:0]
	e.retries, e.blank = s.retries[:0], s.blank[:0]
	e.order.byKey = s.order.byKey[:0]
	return e
}
