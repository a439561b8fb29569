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
	over      bool // for that has its end

	briefs   int  // how many brief services in a row
	single   bool // they are never gathered: the order in which they begin matters
	gathered      // deliveries that were brief
}

// grouping tells whether deliveries are measured in groups.
func (m *meter) grouping() bool { return m.briefs >= steady }

// groups tells whether a delivery can be one of a group.
func (m *meter) groups(d *delivery, attempt int) bool { return attempt == 1 && d.try() == nil }

// Start implements [message.WorkerProbe].
func (m *meter) Start(d *delivery, attempt int) {
	m.freshen()
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

// freshen takes a stamp if the worker has waited since the last one.
func (m *meter) freshen() {
	if !m.fresh {
		m.now, m.fresh = m.lane.run.clock.Now(), true
	}
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
func (m *meter) Elsewhere(over bool) { m.elsewhere, m.over = true, over }

// End implements [message.WorkerProbe].
func (m *meter) End(d *delivery, attempt int, out message.Outcome, _ error) {
	if m.grouping() && m.groups(d, attempt) {
		if out == message.Done {
			m.gather(d)
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

// Several implements [message.WorkerProbe].
func (m *meter) Several(d *delivery) {
	m.freshen()
	if m.n == 0 {
		m.take(d, 1, m.now)
	}
}

// Handled implements [message.WorkerProbe]. There was nothing to do for these: they are
// measured in groups, whatever else is.
func (m *meter) Handled(ds []delivery) {
	for len(ds) > 0 {
		d, n := &ds[0], 1
		switch {
		case d.rec == nil:
			n = m.gatherAll(ds)
		case m.groups(d, 1):
			m.gather(d)
		default:
			m.Start(d, 1)
			m.End(d, 1, message.Done, nil)
		}
		ds = ds[n:]
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
	m.elsewhere, m.over = false, false
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
		h.memory.forget(d.item.Seq)
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
