package live

import (
	"time"

	"duet/engine"
	"duet/engine/account"
)

// gathered are deliveries that a worker handled one right after the other, so briefly
// that they are stamped and booked together. A group is of one kind: of items that
// have no other delivery, of which is kept only what is booked, or of others. What
// holds them is nil until there is a first: most of many workers never gather any.
type gathered struct {
	n     int // deliveries in the group
	whole *settled
	parts *[groupMost]delivery
	told  []delivery // those which the journal follows
}

// gather adds a delivery to the group. One of the other kind begins another.
func (m *meter) gather(d *delivery) {
	alone := d.rec == nil
	m.match(alone)
	if alone {
		m.whole.add(d)
	} else {
		m.parts[m.n] = *d
	}
	m.tellLater(d)
	m.added(1)
}

// gatherAll adds the first of several deliveries, whose item has no other, and those after
// it up to the first whose item has, as far as there is room in the group. It returns how
// many these are.
func (m *meter) gatherAll(ds []delivery) int {
	m.match(true)
	n := m.whole.addAll(ds)
	for i := range ds[:n] {
		m.tellLater(&ds[i])
	}
	m.added(n)
	return n
}

// match ends a group of the other kind, and has room for one of this.
func (m *meter) match(alone bool) {
	if m.n > 0 && alone != (m.whole != nil && m.whole.n > 0) {
		m.flush()
	}
	switch {
	case alone && m.whole == nil:
		m.whole = new(settled)
	case !alone && m.parts == nil:
		m.parts = new([groupMost]delivery)
	}
}

// added counts n more, and books the group when it is complete.
func (m *meter) added(n int) {
	if m.n += n; m.n == groupMost {
		m.flush()
	}
}

// tellLater notes that a delivery of the group is to be told of, if the journal follows it.
func (m *meter) tellLater(d *delivery) {
	if m.lane.run.sampling.Wants(d.item.Seq) {
		m.told = append(m.told, *d)
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
	m.tellGroup(start)
	m.settleGroup(start, per)
	m.n = 0
	if per >= brief {
		m.briefs = min(m.briefs, steady-again)
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

// tellGroup notes what happened to deliveries of a group, and to those items that
// have no other.
func (m *meter) tellGroup(start time.Duration) {
	for i := range m.told {
		d := &m.told[i]
		if m.h != nil {
			m.lane.note(engine.Started, d, m.h.index, m.id, 1, start)
			m.lane.note(engine.Done, d, m.h.index, m.id, 1, m.now)
		}
		if d.rec == nil {
			m.lane.note(engine.Done, d, -1, m.id, 1, m.now)
		}
	}
	clear(m.told) // their records are about to be others'
	m.told = m.told[:0]
}

// settleGroup books the items of a group.
func (m *meter) settleGroup(start, per time.Duration) {
	waits := &m.lane.measured[m.bank].wait
	if m.h != nil {
		of := m.h.bank(m.bank)
		m.recordN(&of.service, int64(per), int64(m.n))
		waits = &of.alike
	}
	if m.whole == nil || m.whole.n == 0 {
		m.settleParts(start, per)
		return
	}
	waited := int64(m.n)
	if m.ready { // for the first
		waited--
	}
	m.ready = false
	m.items.waited.Add(waited)
	m.lane.finishedAll(m.server, m.whole, per, m.now, waits)
	m.whole.n = 0
}

// settleParts books a group of deliveries whose items have others, each by itself.
func (m *meter) settleParts(start, per time.Duration) {
	for i := range m.parts[:m.n] {
		d := &m.parts[i]
		if m.h != nil {
			m.record(&m.h.bank(m.bank).wait, int64(m.now-per-d.item.At))
		}
		first := m.lane.began(m.server, d, start)
		m.lane.settle(m.server, d, m.now-per, m.now, account.Done)
		if first && !m.ready {
			m.items.waited.Add(1)
		}
		m.ready = false
	}
}
