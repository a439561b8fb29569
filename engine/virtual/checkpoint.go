package virtual

import (
	"slices"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
	"duet/engine/workload"
)

// checkpoint is a simulation as it was at some time. It is never changed.
type checkpoint struct {
	at       int64
	bytes    int64 // that it takes
	scenario *engine.Scenario
	stream   *workload.Stream
	agenda   *script.Agenda
	signals  *script.Signals
	made     int    // changes
	told     uint64 // the latest line of the journal
	rates    []engine.Rate
	assumed  float64
	unlinked bool
	stepping bool
	lanes    []savedLane
}

// savedLane is a lane in a checkpoint. Cursors belong to their streams, and so
// only their places are kept.
type savedLane struct {
	state   state
	stream  *workload.Stream // its own; nil: the run's
	front   workload.Place
	rears   []workload.Place
	account account.Mark
}

// save makes a checkpoint.
func (m *machine) save() *checkpoint {
	c := &checkpoint{
		at: m.now, scenario: m.scenario, stream: m.stream.Fork(), agenda: m.agenda.Clone(), signals: m.signals.Clone(),
		made: m.log.made, rates: slices.Clone(m.rates), assumed: m.assumed, told: m.story.last, unlinked: m.unlinked, stepping: m.stepping,
	}
	for i, l := range m.lanes {
		x := savedLane{state: l.state.clone(), front: l.cursor.Place(), account: l.account.Mark()}
		if m.rates[i] != linked {
			x.stream = l.stream.Fork()
		}
		for k := range l.lines {
			var p workload.Place
			if rear := l.lines[k].rear; rear != nil {
				p = rear.Place()
			}
			x.rears = append(x.rears, p)
		}
		c.lanes = append(c.lanes, x)
	}
	c.bytes = weigh(c)
	return c
}

// restore makes the simulation what it was.
func (m *machine) restore(c *checkpoint) {
	m.now, m.scenario, m.stream = c.at, c.scenario, c.stream.Fork()
	m.agenda, m.signals, m.log.made = c.agenda.Clone(), c.signals.Clone(), c.made
	m.story.cut(c.told)
	m.rates, m.unlinked, m.stepping = slices.Clone(c.rates), c.unlinked, c.stepping
	m.halted, m.finished = false, false
	m.assume(c.assumed)
	for i := range c.lanes {
		x, l := &c.lanes[i], m.lanes[i]
		l.state = x.state.clone()
		l.stream = m.stream
		if x.stream != nil {
			l.stream = x.stream.Fork()
		}
		l.cursor = l.stream.CursorAt(x.front)
		for k := range l.lines {
			if l.lines[k].rear != nil {
				l.lines[k].rear = l.stream.CursorAt(x.rears[k])
			}
		}
		l.account.GoBack(&x.account)
	}
}

// clone is an independent copy, but for the stream and its cursors.
func (s *state) clone() state {
	c := *s
	c.handlers = cloned(s.handlers, func(h *handler) {
		h.wait, h.service = h.wait.clone(), h.service.clone()
		h.done = slices.Clone(h.done)
		h.both.wait, h.both.service = h.both.wait.clone(), h.both.service.clone()
	})
	c.events.events = slices.Clone(s.events.events)
	c.lines = cloned(s.lines, func(x *line) { x.returned, x.waiting = x.returned.clone(), x.waiting.clone() })
	c.table = cloned(s.table, func(x *client) { x.results = slices.Clone(x.results) })
	c.vacancies = slices.Clone(s.vacancies)
	c.patience.events, c.returns.events = slices.Clone(s.patience.events), slices.Clone(s.returns.events)
	c.items, c.spare = slices.Clone(s.items), slices.Clone(s.spare)
	c.producers = cloned(s.producers, func(p *producer) { p.calls = slices.Clone(p.calls) })
	c.resting, c.atLimit = s.resting.clone(), s.atLimit.clone()
	c.generations = slices.Clone(s.generations)
	c.subs = cloned(s.subs, func(x *subscription) {
		x.idle, x.workers = x.idle.clone(), slices.Clone(x.workers)
		x.queues = cloned(x.queues, func(q *queue) {
			q.fresh, q.side, q.senders = q.fresh.clone(), q.side.clone(), q.senders.clone()
		})
	})
	c.servers = cloned(s.servers, func(x *server) { x.share, x.failed = slices.Clone(x.share), slices.Clone(x.failed) })
	c.unused = slices.Clone(s.unused)
	c.retries, c.blank = slices.Clone(s.retries), slices.Clone(s.blank)
	c.twins = slices.Clone(s.twins)
	c.resources = cloned(s.resources, func(r *resource) { r.line, r.wait = r.line.clone(), r.wait.clone() })
	for _, d := range []*durations{&c.publish, &c.lateness} {
		d.histogram = d.histogram.clone()
	}
	for _, h := range []*histogram{&c.wait, &c.service, &c.latency, &c.naive, &c.prompt} {
		*h = h.clone()
	}
	c.classes = cloned(s.classes, func(x *class) { x.latency = x.latency.clone() })
	c.order.byKey = slices.Clone(s.order.byKey)
	return c
}

// cloned is a copy of a table whose entries are made independent one by one.
func cloned[T any](table []T, part func(*T)) []T {
	c := slices.Clone(table)
	for i := range c {
		part(&c[i])
	}
	return c
}

func (h *histogram) clone() histogram {
	c := *h
	c.counts = h.counts.Clone()
	return c
}

// clone is a copy with room for what waits only: a ring that once held much does not
// take as much in every checkpoint after that.
func (r *ring[T]) clone() ring[T] {
	var c ring[T]
	for i := range r.waiting {
		c.push(*r.at(i))
	}
	return c
}
