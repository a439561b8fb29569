package live

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"duet/engine"
	"duet/engine/script"
)

// Apply implements [engine.Run].
func (r *Run) Apply(c engine.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing.Load() {
		return engine.ErrClosed
	}
	c.At = r.clock.Now()
	var err error
	switch {
	case c.Path != "":
		err = r.set(&c)
	case c.Fault != nil:
		err = r.fault(&c)
	case c.Control != "":
		err = r.control(c.Control)
	case c.Speed != 0:
		err = r.setSpeed(c.Speed)
	default:
		err = errors.New("the change is empty")
	}
	if err != nil {
		return err
	}
	r.marks.Add(c)
	return nil
}

// set changes a setting.
func (r *Run) set(c *engine.Change) error {
	old := r.scenario.Load()
	next, err := script.With(old, c)
	if err != nil {
		return err
	}
	if c.Lane != "" {
		return r.unlink(c, next)
	}
	for i, l := range r.lanes {
		if err := l.refit(&next.Lanes[i]); err != nil {
			for j := range i { // what the others had is known to fit
				_ = r.lanes[j].refit(&old.Lanes[j])
			}
			return err
		}
	}
	for _, l := range r.lanes {
		l.instruct(next)
	}
	if script.Reloads(c.Path) {
		c.At = r.reload(next, c.Path == "load.rate")
	}
	r.scenario.Store(next)
	r.reclaim(r.needs(next))
	return nil
}

// instruct gives a lane's handlers their settings.
func (l *lane) instruct(s *engine.Scenario) {
	for i, h := range l.handlers {
		h.specify(newSpec(s.Handlers[i], s.Lanes[l.index].Speed, l.run.own[h.name], l.resource(s, &s.Handlers[i])))
	}
	l.furnish(s)
	l.order.Grow(s.Load.Keys.Count)
}

// reload changes what arrives, and what items demand, for every lane, and
// returns from when on that holds. An unlinked lane keeps its rate, unless that
// is what changes.
func (r *Run) reload(s *engine.Scenario, rate bool) time.Duration {
	now := r.clock.Now()
	at := r.stream.Change(now, s)
	for _, l := range r.lanes {
		from := at
		if stream := l.stream(); stream != r.stream {
			if rate {
				l.rate = s.Load.Rate
			}
			own := *s
			own.Load.Rate = l.rate
			from = stream.Change(now, &own)
		}
		l.engage(from, &s.Load)
		l.poke()
	}
	return at
}

// unlink changes the rate of one lane only. From then on the lane has a stream
// of its own.
func (r *Run) unlink(c *engine.Change, next *engine.Scenario) error {
	l, err := r.lane(c.Lane)
	if err != nil {
		return err
	}
	if l.stream() == r.stream {
		r.sampler.unlink(l)
	}
	l.rate = next.Load.Rate
	c.At = l.stream().Change(r.clock.Now(), next)
	l.poke()
	r.unlinked.Store(true)
	return nil
}

// lane finds a lane by its name.
func (r *Run) lane(name string) (*lane, error) {
	var names []string
	for _, l := range r.lanes {
		if l.name == name {
			return l, nil
		}
		names = append(names, l.name)
	}
	return nil, fmt.Errorf("there is no lane %q: the lanes are %s", name, strings.Join(names, ", "))
}

// control stops and starts the clock.
func (r *Run) control(c engine.Control) error {
	switch c {
	case engine.Pause:
		r.pause()
	case engine.Resume:
		r.sampler.step(false)
		r.open(gatePaused | gateStepping)
		r.clock.Resume()
	case engine.Step:
		for _, l := range r.lanes {
			l.valve.set(gateStepping, true)
			l.valve.permits.Store(1)
		}
		r.sampler.step(true)
		r.open(gatePaused)
		r.clock.Resume()
	default:
		return fmt.Errorf("control %q: pause, resume and step are known", c)
	}
	return nil
}

// pause stops the clock: arrivals, waiting work and timeouts stand still.
func (r *Run) pause() {
	for _, l := range r.lanes {
		l.valve.set(gatePaused, true)
	}
	r.clock.Pause()
}

// open takes reasons to let nothing pass away.
func (r *Run) open(reasons int32) {
	for _, l := range r.lanes {
		l.valve.set(reasons, false)
		l.poke()
	}
}

// The bounds of the clock's speed.
const (
	slowest = 0.01
	fastest = 10
)

func (r *Run) setSpeed(x float64) error {
	if !(x >= slowest && x <= fastest) {
		return fmt.Errorf("speed %g: real goroutines run at %g to %d times real time", x, slowest, fastest)
	}
	r.clock.SetSpeed(x)
	if x != 1 {
		r.slowed.Store(true)
	}
	return nil
}

// fault breaks or mends something, in one lane or in all for which it makes
// sense.
func (r *Run) fault(c *engine.Change) error {
	f, err := r.scenario.Load().Complete(*c.Fault)
	if err != nil {
		return err
	}
	c.Fault = &f
	lanes := r.lanes
	if f.Lane != "" {
		l, err := r.lane(f.Lane)
		if err != nil {
			return err
		}
		lanes = []*lane{l}
	}
	var errs []error
	for _, l := range lanes {
		errs = append(errs, l.fault(&f))
	}
	err = errors.Join(errs...)
	if err != nil && slices.Contains(errs, nil) {
		return nil // it made sense for some
	}
	return err
}

// fault applies a fault to a lane.
func (l *lane) fault(f *engine.Fault) error {
	switch f.Kind {
	case engine.FaultRevive:
		return l.revive()
	case engine.FaultStop, engine.FaultStart:
		l.valve.set(gateStopped, f.Kind == engine.FaultStop)
		l.restartAt.Store(0)
		if f.Kind == engine.FaultStop && f.For > 0 {
			l.restartAt.Store(int64(l.run.clock.Now() + f.For))
		}
		l.poke()
		return nil
	case engine.FaultCrash:
		return l.current.Load().way.crash(f)
	default:
		for _, h := range l.handlers {
			if h.name == f.Target {
				h.faults.add(f)
				h.review()
				return nil
			}
		}
		return fmt.Errorf("lane %s has no handler %q", l.name, f.Target)
	}
}
