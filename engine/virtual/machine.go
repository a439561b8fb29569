package virtual

import (
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/journal"
	"duet/engine/measure"
	"duet/engine/script"
	"duet/engine/workload"
)

// The steps of a simulation, in nanoseconds of lane time: at whole multiples of
// them figures are followed, and conditions looked at.
const (
	figureStep = int64(measure.TrackStep)
	lookStep   = int64(5 * time.Millisecond)
)

// machine simulates a scenario: all its lanes, its timeline and its events. It
// has no goroutine and no lock, and does only what it is told: whoever owns it
// decides how far it goes.
type machine struct {
	scenario *engine.Scenario // the settings now in force; never changed
	began    *engine.Scenario // those that the run began with
	stream   *workload.Stream
	lanes    []*lane
	end      int64  // of the arrivals
	story    *story // nil: none is kept
	sampling journal.Sampler
	assumed  float64 // rate of items, a second, by which the journal samples

	now      int64
	furthest int64 // to which it has come with the changes in the log
	agenda   *script.Agenda
	signals  *script.Signals
	log      history
	kept     *checkpoints  // nil: none are kept
	edges    []int64       // when parts begin and end of which there are figures of their own
	rates    []engine.Rate // of lanes with a load of their own; -1: the run's
	unlinked bool
	stepping bool // until the step's items have ended
	halted   bool // a single step is over: the clock is to stop
	finished bool

	moment engine.Snapshot // scratch
}

func newMachine(s *engine.Scenario, endless bool) (*machine, error) {
	if err := here(s); err != nil {
		return nil, err
	}
	stream, err := workload.New(s)
	if err != nil {
		return nil, err
	}
	m := frame(s, endless)
	m.stream, m.began = stream, s
	m.assume(stream.Rate(0))
	for i := range s.Lanes {
		l := newLane(m, i, s, stream)
		l.account = account.New(s, l)
		m.lanes = append(m.lanes, l)
		m.rates = append(m.rates, linked)
	}
	m.arriveAt()
	return m, nil
}

// frame is a machine without items and lanes.
func frame(s *engine.Scenario, endless bool) *machine {
	m := &machine{
		scenario: s, end: int64(s.Duration), story: new(story), agenda: script.NewAgenda(s), signals: script.NewSignals(s),
	}
	if endless {
		m.kept = new(checkpoints)
	}
	if endless || s.Duration == 0 {
		m.end = never
	}
	m.edges = append(m.edges, int64(s.Warmup))
	for _, d := range s.Stretches() {
		m.edges = append(m.edges, int64(d[0]), int64(d[1]))
	}
	return m
}

// linked is the rate of a lane that has the run's load.
const linked = -1

// advance lets everything happen that is due before a time, and the changes
// that are due at it.
func (m *machine) advance(to int64) {
	for m.now < to && !m.finished && !m.halted {
		next := min(to, m.boundary())
		for _, l := range m.lanes {
			l.advance(next)
		}
		m.now = next
		m.furthest = max(m.furthest, next)
		m.arriveAt()
	}
}

// boundary is the next time at which something is to be done to the lanes.
func (m *machine) boundary() int64 {
	step := figureStep
	if m.stepping || !m.signals.None() || m.now >= m.end {
		step = lookStep
	}
	next := min((m.now/step+1)*step, int64(m.agenda.Next()), m.log.next())
	if m.now < m.end {
		next = min(next, m.end)
	}
	for _, e := range m.edges {
		if e > m.now {
			next = min(next, e)
		}
	}
	return next
}

// arriveAt does what is due now: figures are followed first, then conditions are
// looked at, then changes are made.
func (m *machine) arriveAt() {
	figure := m.now%figureStep == 0
	for _, e := range m.edges {
		figure = figure || m.now == e
	}
	if figure {
		m.follow()
	}
	if !m.signals.None() && m.now%lookStep == 0 {
		m.fill(&m.moment)
		for _, event := range m.signals.Feed(&m.moment) {
			m.carryOut(m.agenda.On(event))
		}
	}
	m.carryOut(m.agenda.Until(duration(m.now)))
	if m.now >= m.end && m.now%lookStep == 0 && m.isOver() {
		m.finish()
	}
	m.endStep()
	m.replay()
	if m.kept != nil && m.now%checkpointStep == 0 {
		m.kept.add(m)
	}
}

// carryOut makes changes of the timeline. It was checked when its scenario was
// decoded; what a change by hand has made impossible since is left out.
func (m *machine) carryOut(changes []engine.Change) {
	for _, c := range changes {
		if m.make(&c) == nil {
			m.log.add(logged{c, m.now, true})
		}
	}
}

// follow follows the figures of all lanes.
func (m *machine) follow() {
	var rate float64
	for _, l := range m.lanes {
		begun := l.account.Now.Items.Attempts
		l.read(&l.account.Now, true)
		l.account.Sample()
		if m.now%figureStep == 0 && m.now > 0 {
			l.account.Merge()
			l.tidy()
			rate = max(rate, float64(l.account.Now.Items.Attempts-begun)/measure.TrackStep.Seconds())
		}
	}
	if m.now%figureStep == 0 {
		m.assume(max(rate, m.stream.Rate(duration(m.now))))
	}
}

// assume has the journal follow as many items as it can at a rate of them.
func (m *machine) assume(rate float64) {
	m.assumed = rate
	m.sampling.SetRate(rate)
}

// isOver tells whether a run with an end has come to it: its lanes have drained,
// or the time for that is over.
func (m *machine) isOver() bool {
	if m.now >= m.end+int64(m.scenario.Drain) {
		return true
	}
	for _, l := range m.lanes {
		l.read(&l.account.Now, false)
		if !l.account.Now.Quiescent() {
			return false
		}
	}
	return true
}

// finish takes the last figures.
func (m *machine) finish() {
	for _, l := range m.lanes {
		l.read(&l.account.Now, true)
		l.account.Sample()
		l.account.Merge()
	}
	m.finished = true
}

// endStep ends a single step when its item has come out of its source in every
// lane, and all that was let in has ended. A lane that is dead or stopped lets
// nothing in.
func (m *machine) endStep() {
	if !m.stepping || m.now%lookStep != 0 {
		return
	}
	for _, l := range m.lanes {
		if l.dead != "" {
			continue
		}
		l.read(&l.account.Now, false)
		if l.permits > 0 && !l.stopped || !l.account.Now.Still() || l.account.Now.Producing > 0 {
			return
		}
	}
	m.stepping, m.halted = false, m.log.next() == never
}

// told tells whether the journal follows an item.
func (m *machine) told(seq int64) bool { return m.story != nil && m.sampling.Wants(seq) }
