package live

import (
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/message"
)

// brief is the service time below which stamps are taken for groups of
// deliveries: reading the clock for each would cost a good part of it.
const brief = time.Microsecond

// steady is how many brief services in a row make a worker take stamps for
// groups.
const steady = 64

// meter measures one worker of a subscription, on the worker's goroutine.
type meter struct {
	*server
	lane *lane
	h    *handler // nil: all of the lane's handlers, together

	now   time.Duration // the last stamp
	fresh bool          // the worker has not waited since

	elsewhere bool // what comes next makes no difference to where the item is

	briefs int                  // how many brief services in a row
	single bool                 // they are never gathered: the order in which they begin matters
	n      int                  // deliveries in the group
	group  *[groupMost]delivery // nil until there is a first: most of many workers never gather any
}

// grouping tells whether deliveries are measured in groups.
func (m *meter) grouping() bool { return m.briefs >= steady }

// groups tells whether a delivery can be one of a group.
func (m *meter) groups(d *delivery, attempt int) bool { return attempt == 1 && d.try() == nil }

// Start implements [message.WorkerProbe].
func (m *meter) Start(d *delivery, attempt int) {
	if !m.fresh {
		m.now, m.fresh = m.lane.run.clock.Now(), true
	}
	m.attempt = attempt
	if m.grouping() && m.groups(d, attempt) {
		if m.n == 0 {
			m.take(d, attempt, m.now)
		}
		return
	}
	m.flush()
	if attempt > 1 {
		m.briefs = 0
	}
	m.begin(d, attempt)
}

func (m *meter) begin(d *delivery, attempt int) {
	m.take(d, attempt, m.now)
	if m.h != nil {
		m.h.began(m.server, &m.each[0], d, attempt, m.now)
	}
	if m.elsewhere && d.rec == nil {
		m.items.takenBeside()
	} else if m.lane.began(m.server, d, m.now) && !m.ready {
		m.items.waited.Add(1)
	}
	m.elsewhere, m.ready = false, false
}

// Elsewhere implements [message.WorkerProbe].
func (m *meter) Elsewhere() { m.elsewhere = true }

// End implements [message.WorkerProbe].
func (m *meter) End(d *delivery, attempt int, out message.Outcome, _ error) {
	if m.grouping() && m.groups(d, attempt) {
		if out == message.Done {
			if m.group == nil {
				m.group = new([groupMost]delivery)
			}
			m.group[m.n] = *d
			if m.n++; m.n == groupMost {
				m.flush()
			}
			return
		}
		m.flush()
		m.briefs = 0
		elsewhere := m.elsewhere
		m.elsewhere = false
		m.begin(d, attempt)
		m.elsewhere = elsewhere
	}
	start := m.now
	m.now = m.lane.run.clock.Now()
	m.close(d, start, out)
	if m.now-start < brief && !m.single {
		m.briefs++
	} else {
		m.briefs = 0
	}
}

// expose ends grouping for a delivery that turns out to take its time: it is to
// be seen while it does.
func (m *meter) expose(_ *handler, d delivery) {
	if m.grouping() && m.groups(&d, m.attempt) {
		m.flush()
		m.briefs = 0
		m.begin(&d, 1)
	}
}

// ending is how a delivery ends by its outcome, if it does: it may come back.
func ending(out message.Outcome) (end account.Outcome, final bool) {
	switch out {
	case message.Done:
		return account.Done, true
	case message.Failed:
		return account.Failed, true
	case message.Dead:
		return account.Dead, true
	case message.Lost, message.Abandoned:
		return account.Lost, true
	default:
		return 0, false
	}
}

// close books the end of one handling.
func (m *meter) close(d *delivery, start time.Duration, out message.Outcome) {
	end, final := ending(out)
	if m.h == nil {
		m.closeAll(d, out)
	} else if final {
		m.h.ended(m.server, &m.each[0], d, start, m.now, end)
	} else {
		m.h.put(m.server, &m.each[0], start, m.now)
		m.again(m.h, &m.each[0], d, wasDone(out))
		m.noteBack(m.h, d, out)
	}
	if final {
		m.lane.settle(m.server, d, start, m.now, end)
		return
	}
	if !inVain(out) {
		m.items.redelivered.Add(1)
	}
	m.againAll(wasDone(out))
	if !m.elsewhere {
		m.lane.put(m.server, d)
	}
	m.elsewhere = false
}

// closeAll books the deliveries of an item whose handlers share the worker.
func (m *meter) closeAll(d *delivery, out message.Outcome) {
	end, final := ending(out)
	for i, h := range m.handlers {
		result := m.results[i]
		if !final {
			m.again(h, &m.each[i], d, result == account.Done)
			m.noteBack(h, d, out)
			continue
		}
		if end == account.Lost || result != account.Done {
			result = end
		}
		if m.attempt > 1 {
			h.memory.forget(d.item.Seq)
		}
		if !h.conclude(&m.each[i], d, m.now, result) {
			m.items.wasted.Add(1)
		}
	}
}

// noteBack notes that a delivery is to be handled again.
func (m *meter) noteBack(h *handler, d *delivery, out message.Outcome) {
	if !inVain(out) {
		m.lane.note(engine.Retried, d, h.index, m.id, m.attempt, m.now)
	}
}

// Idle implements [message.WorkerProbe].
func (m *meter) Idle() {
	m.flush()
	m.fresh, m.ready = false, true
	m.waiter.Fresh()
	m.rest(m.now)
}

// Exit implements [message.WorkerProbe].
func (m *meter) Exit(crashed bool) {
	m.flush()
	m.order.Retire()
	m.since.Store(int64(m.lane.run.clock.Now()))
	if crashed {
		m.state.Store(uint32(engine.Crashed))
	} else {
		m.state.Store(uint32(engine.Idle))
	}
}

// flush books the group as begun at its stamp and ended now. Each delivery's
// service is the mean of the group's.
func (m *meter) flush() {
	if m.n == 0 {
		return
	}
	start := m.now
	m.now = m.lane.run.clock.Now()
	per := (m.now - start) / time.Duration(m.n)
	m.tallyGroup(int64(m.n))
	m.settleGroup(start, per)
	m.n = 0
	if per >= brief {
		m.briefs = 0
	}
}

// tallyGroup counts the deliveries of a group, all done.
func (m *meter) tallyGroup(n int64) {
	if m.h != nil {
		m.smooth.Add(n)
		return
	}
	for i := range m.each { // handlers together have counted that they began
		m.each[i].ended[account.Done].Add(n)
	}
}

// settleGroup books the items of a group.
func (m *meter) settleGroup(start, per time.Duration) {
	var g settled
	waited := int64(0)
	for i := range m.group[:m.n] {
		d := &m.group[i]
		if m.lane.run.sampling.Wants(d.item.Seq) {
			m.tell(d, start)
		}
		if m.settleBrief(d, &g, start, per) && !m.ready {
			waited++
		}
		m.ready = false
	}
	m.items.waited.Add(waited)
	waits := &m.lane.measured[m.bank].wait
	if m.h != nil {
		of := m.h.bank(m.bank)
		m.recordN(&of.service, int64(per), int64(m.n))
		waits = &of.alike
	}
	m.lane.finishedAll(m.server, &g, per, m.now, waits)
}

// tell notes what happened to a delivery of a group, and to the item if that was
// its only one.
func (m *meter) tell(d *delivery, start time.Duration) {
	if m.h != nil {
		m.lane.note(engine.Started, d, m.h.index, m.id, 1, start)
		m.lane.note(engine.Done, d, m.h.index, m.id, 1, m.now)
	}
	if d.rec == nil {
		m.lane.note(engine.Done, d, -1, m.id, 1, m.now)
	}
}

// settleBrief books one delivery of a group, or gathers it to be booked with
// others, and tells whether it is the first of its item.
func (m *meter) settleBrief(d *delivery, g *settled, start, per time.Duration) (first bool) {
	if d.rec == nil {
		g.add(d)
		return true
	}
	if m.h != nil {
		m.record(&m.h.bank(m.bank).wait, int64(m.now-per-d.item.At))
	}
	first = m.lane.began(m.server, d, start)
	m.lane.settle(m.server, d, m.now-per, m.now, account.Done)
	return first
}

// watch measures a subscription.
type watch struct {
	gen  *generation
	h    *handler // nil: all together
	runs []*handler
}

// Worker implements [message.Probe].
func (w *watch) Worker(id int) message.WorkerProbe[delivery] {
	m := &meter{server: w.gen.place(w.runs, id), lane: w.gen.lane, h: w.h}
	m.ready, m.single = true, w.h != nil && (w.h.nested || w.h.publishes != nil)
	m.order, m.server.expose = w.gen.lane.order.Writer(), m.expose
	m.waiter.Fresh() // whoever was at this place before had a schedule of their own
	m.rest(w.gen.lane.run.clock.Now())
	return m
}

// Dropped implements [message.Probe].
func (w *watch) Dropped(d delivery, oldest bool) {
	if oldest {
		w.gen.missed(w.runs, &d, account.Dropped)
	} else {
		w.gen.refused(w.runs, &d)
	}
}

// Left implements [message.Probe].
func (w *watch) Left(d delivery, attempt int) {
	w.gen.missed(w.runs, &d, account.Lost)
	if attempt > 1 && d.rec == nil { // it was begun before
		w.runs[0].loose.items.unbegun.Add(-1)
	}
}
