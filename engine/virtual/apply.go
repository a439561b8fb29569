package virtual

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"duet/engine"
	"duet/engine/script"
)

// make makes a change now: a setting, a fault or a single step. Others are of the
// clock, which is not the machine's. It completes the change.
func (m *machine) make(c *engine.Change) error {
	c.At = duration(m.now)
	switch {
	case c.Path != "":
		return m.set(c)
	case c.Fault != nil:
		return m.fault(c)
	case c.Control == engine.Step:
		m.step()
	case c.Control == engine.Resume:
		m.goOn()
	}
	return nil
}

// set changes a setting.
func (m *machine) set(c *engine.Change) error {
	old := m.scenario
	next, err := script.With(old, c)
	if err != nil {
		return err
	}
	if c.Lane != "" {
		return m.unlink(c, next)
	}
	for i, l := range m.lanes {
		if err := script.Fits(&l.spec, &next.Lanes[i]); err != nil {
			return err
		}
	}
	if script.Reloads(c.Path) {
		c.At = duration(m.reload(next, c.Path == "load.rate"))
	}
	for i, l := range m.lanes {
		l.instruct(next)
		l.engage(&next.Load)
		l.refit(&next.Lanes[i])
	}
	m.scenario = next
	return nil
}

// reload changes what arrives, and what items demand, for every lane, and
// returns from when on that holds. An unlinked lane keeps its rate, unless that
// is what changes.
func (m *machine) reload(s *engine.Scenario, rate bool) int64 {
	at := m.stream.Change(duration(m.now), s)
	for i, l := range m.lanes {
		if m.rates[i] == linked {
			continue
		}
		if rate {
			m.rates[i] = s.Load.Rate
		}
		own := *s
		own.Load.Rate = m.rates[i]
		l.stream.Change(duration(m.now), &own)
	}
	return int64(at)
}

// unlink changes the rate of one lane only. From then on the lane has a stream
// of its own.
func (m *machine) unlink(c *engine.Change, next *engine.Scenario) error {
	i, err := m.lane(c.Lane)
	if err != nil {
		return err
	}
	l := m.lanes[i]
	if m.rates[i] == linked {
		l.follow(l.stream.Fork())
	}
	m.rates[i], m.unlinked = next.Load.Rate, true
	c.At = l.stream.Change(duration(m.now), next)
	return nil
}

// lane finds a lane by its name.
func (m *machine) lane(name string) (int, error) {
	var names []string
	for i, l := range m.lanes {
		if l.spec.Name == name {
			return i, nil
		}
		names = append(names, l.spec.Name)
	}
	return 0, fmt.Errorf("there is no lane %q: the lanes are %s", name, strings.Join(names, ", "))
}

// step lets one item into each lane, and watches for the end of all that are in.
func (m *machine) step() {
	for _, l := range m.lanes {
		l.stepping, l.permits = true, 1
		l.supply()
	}
	m.stepping = true
}

// goOn ends stepping.
func (m *machine) goOn() {
	m.stepping = false
	for _, l := range m.lanes {
		l.stepping = false
		l.supply()
	}
}

// fault breaks or mends something, in one lane or in all for which it makes
// sense.
func (m *machine) fault(c *engine.Change) error {
	f, err := m.scenario.Complete(*c.Fault)
	if err != nil {
		return err
	}
	c.Fault = &f
	lanes := m.lanes
	if f.Lane != "" {
		i, err := m.lane(f.Lane)
		if err != nil {
			return err
		}
		lanes = lanes[i : i+1]
	}
	var errs []error
	for _, l := range lanes {
		errs = append(errs, l.fault(&f))
	}
	if slices.Contains(errs, nil) {
		return nil // it made sense for some
	}
	return errors.Join(errs...)
}

// fault applies a fault to the lane.
func (l *lane) fault(f *engine.Fault) error {
	switch f.Kind {
	case engine.FaultRevive:
		return l.revive()
	case engine.FaultStop, engine.FaultStart:
		l.stop(f.Kind == engine.FaultStop, int64(f.For))
		return nil
	case engine.FaultCrash:
		return l.crashWorkers(f)
	default:
		for i := range l.handlers {
			if l.handlers[i].Name == f.Target {
				l.handlers[i].faults.add(f, l.now)
				l.handlers[i].review()
				return nil
			}
		}
		return fmt.Errorf("lane %s has no handler %q", l.spec.Name, f.Target)
	}
}
