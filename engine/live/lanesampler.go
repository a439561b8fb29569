package live

import (
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
	"duet/engine/workload"
)

// laneSampler is the sampler's view of one lane. It tells the lane's account what
// was recorded: it is its [account.Source].
type laneSampler struct {
	lane     *lane
	schedule *workload.Cursor // counts what has arrived
	byClass  *byClass         // the same by class; nil: there are none
	account  *account.Lane
	now      reading
	waiting  queueAge
	order    placeOrder

	sampled time.Duration // when levels were last followed
	begun   int64         // items, by the last merge
	moves   int64         // of items, so far
	stillAt time.Duration // since when none was seen, and nothing anywhere
}

func newLaneSampler(l *lane, s *engine.Scenario) *laneSampler {
	m := &laneSampler{lane: l, schedule: l.run.stream.Cursor()}
	m.byClass = newByClass(l.run.stream, len(s.Load.Classes))
	m.account = account.New(s, m)
	m.now.Reading = &m.account.Now
	return m
}

// AddItems implements [account.Source].
func (m *laneSampler) AddItems(of account.Metric, to *measure.Counts) {
	switch of {
	case account.Publish:
		m.lane.eachProducer(func(p *producer) { p.publish.AddTo(to) })
	case account.Lateness:
		m.lane.eachProducer(func(p *producer) { p.lateness.AddTo(to) })
	default:
		for i := range m.banksUsed() {
			m.lane.measured[i].of(of).AddTo(to)
		}
	}
	if of == account.Wait {
		for i := range m.lane.handlers {
			m.addAlike(i, to)
		}
	}
}

// AddDeliveries implements [account.Source].
func (m *laneSampler) AddDeliveries(handler int, of account.Metric, to *measure.Counts) {
	h := m.lane.handlers[handler]
	if of == account.Wait {
		m.addAlike(handler, to)
	}
	for i := range m.banksUsed() {
		switch w := h.measured[i].Load(); {
		case w == nil:
		case of == account.Wait:
			w.wait.AddTo(to)
		default:
			w.service.AddTo(to)
		}
	}
}

// addAlike adds the waits of a handler's deliveries that are those of the items as
// well.
func (m *laneSampler) addAlike(handler int, to *measure.Counts) {
	for i := range m.banksUsed() {
		if w := m.lane.handlers[handler].measured[i].Load(); w != nil {
			w.alike.AddTo(to)
		}
	}
}

// AddClass implements [account.Source].
func (m *laneSampler) AddClass(class int, to *measure.Counts) {
	for i := range m.banksUsed() {
		m.lane.classes[class][i].AddTo(to)
	}
}

// Disorder implements [account.Source].
func (m *laneSampler) Disorder() engine.Disorder { return m.lane.order.Totals() }

// Peak implements [account.Source].
func (m *laneSampler) Peak() int64 { return m.lane.order.Peak() }

func (l *lane) eachProducer(f func(*producer)) {
	c := l.crew.Load()
	for _, p := range c.producers {
		f(p)
	}
	for _, p := range c.retired {
		f(p)
	}
}

// banksUsed is how many banks of histograms may hold something.
func (m *laneSampler) banksUsed() int {
	if n := int(m.lane.seated.Load()); n <= ownBanks {
		return n
	}
	return banks
}

// sample reads the lane's counters, and returns how many items were begun since
// the last merge.
func (m *laneSampler) sample(now time.Duration) (begun int64) {
	r := &m.now
	m.lane.read(r, now)
	m.arrived(now)
	m.follow(now)
	m.waiting.push(now, r.Offered, m.passed())
	r.Sample(now - m.sampled)
	m.sampled = now
	m.account.Sample()
	return r.Items.Attempts - m.begun
}

// arrived counts what has arrived by now, to be held against the counters just
// read.
func (m *laneSampler) arrived(now time.Duration) {
	m.now.complete(now, m.schedule.Count(min(now, m.lane.run.end-1)))
	m.byClass.count(m.now.Reading, now, min(now, m.lane.run.end-1))
}

// follow notes since when nothing has moved, and nothing was seen anywhere.
func (m *laneSampler) follow(now time.Duration) {
	r := &m.now
	if n := r.accepted + r.Items.Returned + r.Items.Total() + r.forsaken; n != m.moves || !r.Quiescent() {
		m.moves, m.stillAt = n, now
	}
}

// settled tells whether nothing is on its way. An item that is just then
// between two places may be seen at neither; so as long as some are missing,
// nothing must have been seen for a while. If then they still are, they are missing
// indeed, and the ledger says so.
func (m *laneSampler) settled() bool {
	return m.now.Quiescent() && (m.now.ended() || m.now.At-m.stillAt >= mergeEvery)
}

// merge merges the histograms.
func (m *laneSampler) merge() {
	m.account.Merge()
	m.account.Refresh()
	m.begun = m.now.Items.Attempts
}
