package live

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/measure"
	"duet/engine/script"
)

// The sampler's steps: how often it reads counters, where there are not thousands
// of places to read, and how often it merges histograms.
const (
	readEvery  = 5 * time.Millisecond
	mergeEvery = measure.TrackStep
)

// stepFor is how often counters of so many places are read: reading those of a
// thousand takes up to a tenth of a millisecond.
func stepFor(places int) time.Duration {
	return readEvery * time.Duration(min(1+places/2000, int(mergeEvery/readEvery)))
}

// sampler reads what the lanes count, and makes of it what a Snapshot shows.
// It also does what is due at a time: the timeline, conditions, the end.
type sampler struct {
	run *Run

	mu     sync.Mutex // of what follows: between the sampler and who reads. The lanes never take it
	lanes  []*laneSampler
	merged time.Duration // lane time of the last merge
	frozen bool          // the run is over: the figures stay

	assumed float64 // rate of items, a second, by which the journal samples

	tracks []*measure.Track // scratch

	due      *script.Agenda
	signals  *signals
	stepping atomic.Bool
}

func newSampler(r *Run, s *engine.Scenario) *sampler {
	m := &sampler{run: r, due: script.NewAgenda(s), signals: newSignals(r, s)}
	for _, l := range r.lanes {
		m.lanes = append(m.lanes, newLaneSampler(l, s))
	}
	return m
}

// loop samples until ctx is done. While the run is paused it sleeps. Each sample
// is at a time drawn within its step: always at the same time, it would only
// ever see one phase of what goes in even steps itself, as constant arrivals do.
func (m *sampler) loop(ctx context.Context) {
	random := rand.New(rand.NewPCG(m.run.scenario.Load().Seed, 0)) //nolint:gosec // not a secret
	var phase time.Duration                                        // of the last sample in its step
	timer := time.NewTimer(readEvery)
	defer timer.Stop()
	for {
		if m.run.clock.AwaitRunning(ctx) != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			m.act()
			step := stepFor(m.places())
			next := time.Duration(random.Int64N(int64(step)))
			timer.Reset(max(0, step-phase+next))
			phase = next
		}
	}
}

// places is how many servers and producers the lanes have.
func (m *sampler) places() (n int) {
	for _, s := range m.lanes {
		c := s.lane.crew.Load()
		n += len(c.producers) + len(c.retired)
		for _, g := range c.generations {
			n += len(g.all())
		}
	}
	return n
}

// act does one round.
func (m *sampler) act() {
	now := m.run.clock.Now()
	m.run.carryOut(m.due.Until(now))
	m.run.restart(now)
	m.sample(now)
	for _, event := range m.signals.feed() {
		m.run.carryOut(m.due.On(event))
	}
	m.endStep()
	m.finish(now)
}

// sample reads all lanes.
func (m *sampler) sample(now time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.frozen {
		return
	}
	merge := now/mergeEvery > m.merged/mergeEvery
	var begun int64 // since the last merge, in the busiest lane
	for _, s := range m.lanes {
		begun = max(begun, s.sample(now))
		if merge {
			s.merge()
		}
	}
	if rate := float64(begun) / max(now-m.merged, mergeEvery).Seconds(); rate > m.assumed || merge {
		m.assumed = rate
		m.run.sampling.SetRate(rate)
	}
	if merge {
		m.merged = now
	}
}

// freeze takes a last sample, unless that was done before. Everything stands
// still for it, so that its counts agree with each other.
func (m *sampler) freeze() {
	m.run.pause()
	now := m.run.clock.Now()
	for range settling / time.Millisecond {
		if m.balanced() {
			break
		}
		time.Sleep(time.Millisecond) //nolint:forbidigo // the lane's clock stands still: what is on its way to a count gets there
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.frozen {
		return
	}
	for _, s := range m.lanes {
		s.sample(now)
		s.merge()
	}
	m.frozen = true
}

// look reads all lanes as they are now, unless their figures are frozen, and
// returns the time. What should have arrived is counted last, so that there is
// nothing that had ended before it arrived. The caller holds mu.
func (m *sampler) look() (now time.Duration) {
	if m.frozen {
		return m.lanes[0].now.At
	}
	now = m.run.clock.Now()
	for _, s := range m.lanes {
		s.lane.read(&s.now, now)
	}
	now = m.run.clock.Now()
	for _, s := range m.lanes {
		s.arrived(now)
		s.follow(now)
	}
	return now
}

// settling is how long counts may take to agree once all is stopped.
const settling = 20 * time.Millisecond

// balanced tells whether the ledgers of all lanes balance now.
func (m *sampler) balanced() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.look()
	for _, s := range m.lanes {
		if l := s.now.Ledger(); l.Balance() != 0 {
			return false
		}
	}
	return true
}

// step begins to watch for the end of a single step, or no longer does.
func (m *sampler) step(begin bool) { m.stepping.Store(begin) }

// endStep pauses the run when the step's item has ended in every lane: when it
// has come out of its source, and all that was let in before has ended.
func (m *sampler) endStep() {
	if !m.stepping.Load() {
		return
	}
	m.run.mu.Lock()
	defer m.run.mu.Unlock()
	if m.stepping.Load() && m.stepped() {
		m.stepping.Store(false)
		m.run.pause()
	}
}

// stepped tells whether nothing is on its way any more in any lane. One that is
// dead or stopped lets nothing in.
func (m *sampler) stepped() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.lanes {
		dead, v := s.lane.crew.Load().dead != "", &s.lane.valve
		if v.permits.Load() > 0 && !dead && v.gate.Load()&gateStopped == 0 {
			return false
		}
		now := m.run.clock.Now()
		s.lane.read(&s.now, now) // after the look at the permit
		s.arrived(now)
		if !dead && !s.now.ended() {
			return false
		}
	}
	return true
}

// finish closes Done when a headless run is over.
func (m *sampler) finish(now time.Duration) {
	r := m.run
	if r.end == never || now < r.end {
		return
	}
	over := now >= r.end+r.scenario.Load().Drain
	if !over {
		m.mu.Lock()
		over = true
		for _, s := range m.lanes {
			over = over && s.settled()
		}
		m.mu.Unlock()
	}
	if over {
		m.freeze() // the figures are those of the run, not of the time after it
		r.finished.Do(func() { close(r.done) })
	}
}

// unlink gives a lane a stream of its own.
func (m *sampler) unlink(l *lane) {
	m.mu.Lock()
	defer m.mu.Unlock()
	own := l.stream().Fork()
	l.streams.Store(own)
	for _, s := range l.sources {
		s.follow(own)
	}
	m.lanes[l.index].schedule.Rebind(own)
	if b := m.lanes[l.index].byClass; b != nil {
		b.schedule.Rebind(own)
	}
	if c := l.clients.Load(); c != nil {
		c.mu.Lock()
		c.cursor.Rebind(own)
		c.mu.Unlock()
	}
}

// forget lets go of a hand-over that has ended, and keeps its counts.
func (m *sampler) forget(l *lane, g *generation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l.edit(func(c *crew) {
		for i, x := range c.generations {
			if x == g {
				c.generations = append(c.generations[:i], c.generations[i+1:]...)
				break
			}
		}
	})
	for _, s := range g.all() {
		s.order.Retire()
		for i, h := range s.handlers {
			h.loose.each[0].take(&s.each[i])
			h.loose.each[0].doneAll(s.smooth.Load())
		}
		s.handlers[0].loose.items.take(&s.items)
		s.handlers[0].loose.takeClasses(s)
	}
}
