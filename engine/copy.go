package engine

import (
	"maps"
	"slices"
	"time"
)

// Clone makes a copy that shares nothing with the scenario but the function
// that opens a trace, and measured times, which never change.
func (s *Scenario) Clone() *Scenario {
	c := s.copySettings()
	if s.Ask != nil {
		ask := *s.Ask
		ask.Choices = slices.Clone(ask.Choices)
		c.Ask = &ask
	}
	c.Events = slices.Clone(s.Events)
	c.Timeline = slices.Clone(s.Timeline)
	for i := range c.Timeline {
		m := &c.Timeline[i]
		m.Set, m.Fault = maps.Clone(m.Set), fresh(m.Fault)
	}
	c.Cases = slices.Clone(s.Cases)
	for i := range c.Cases {
		c.Cases[i].Set = maps.Clone(c.Cases[i].Set)
		c.Cases[i].Expect = cloneClaims(c.Cases[i].Expect)
	}
	c.Expect = cloneClaims(s.Expect)
	return c
}

// copySettings makes a copy whose settings can be changed. All else is shared.
func (s *Scenario) copySettings() *Scenario {
	c := *s
	l := &c.Load
	l.Bursts, l.Ramp, l.Sine, l.Trace = fresh(l.Bursts), fresh(l.Ramp), fresh(l.Sine), fresh(l.Trace)
	l.Steps, l.Classes = slices.Clone(l.Steps), slices.Clone(l.Classes)
	c.Handlers = slices.Clone(s.Handlers)
	c.Resources = slices.Clone(s.Resources)
	c.Lanes = slices.Clone(s.Lanes)
	for i := range c.Lanes {
		lane := &c.Lanes[i]
		lane.Handlers.Names = slices.Clone(lane.Handlers.Names)
		lane.Subscriptions, lane.Pools = maps.Clone(lane.Subscriptions), maps.Clone(lane.Pools)
		for name, sub := range lane.Subscriptions {
			lane.Subscriptions[name] = Subscription{Workers: fresh(sub.Workers), Capacity: fresh(sub.Capacity)}
		}
	}
	return &c
}

func cloneClaims(claims []Claim) []Claim {
	claims = slices.Clone(claims)
	for i := range claims {
		claims[i].During = fresh(claims[i].During)
	}
	return claims
}

// fresh copies what a pointer points to.
func fresh[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// Clone makes a copy that shares nothing with the snapshot but its Scenario.
func (s *Snapshot) Clone() *Snapshot {
	c := &Snapshot{}
	c.CopyFrom(s)
	return c
}

// CopyFrom makes s a copy of other that shares nothing with it but the
// Scenario. It reuses the slices of s, so that a Snapshot that is copied to
// again and again stops allocating.
func (s *Snapshot) CopyFrom(other *Snapshot) {
	raised, lanes := s.Raised, s.Lanes
	*s = *other
	s.Raised = append(raised[:0], other.Raised...)
	s.Lanes = resized(lanes, len(other.Lanes))
	for i := range s.Lanes {
		s.Lanes[i].copyFrom(&other.Lanes[i])
	}
}

func (l *LaneSnapshot) copyFrom(other *LaneSnapshot) {
	old := *l
	*l = *other
	l.Recent.own(&old.Recent)
	l.Whole.own(&old.Whole)
	l.Parts = resized(old.Parts, len(other.Parts))
	for i := range l.Parts {
		was := l.Parts[i]
		l.Parts[i] = other.Parts[i]
		l.Parts[i].own(&was)
	}
	l.Handlers = resized(old.Handlers, len(other.Handlers))
	for i := range l.Handlers {
		h := &l.Handlers[i]
		was := *h
		*h = other.Handlers[i]
		h.Partitions, h.Queues = append(was.Partitions[:0], h.Partitions...), append(was.Queues[:0], h.Queues...)
		for _, pair := range [][2]*Summary{{&h.Wait, &was.Wait}, {&h.Service, &was.Service}, {&h.WholeWait, &was.WholeWait}, {&h.WholeService, &was.WholeService}} {
			pair[0].own(pair[1])
		}
	}
	l.Resources = resized(old.Resources, len(other.Resources))
	for i := range l.Resources {
		was := l.Resources[i]
		l.Resources[i] = other.Resources[i]
		l.Resources[i].Wait.own(&was.Wait)
		l.Resources[i].WholeWait.own(&was.WholeWait)
	}
	l.Classes = resized(old.Classes, len(other.Classes))
	for i := range l.Classes {
		c := &l.Classes[i]
		was := *c
		*c = other.Classes[i]
		c.Latency.own(&was.Latency)
		c.WholeLatency.own(&was.WholeLatency)
	}
	l.Workers = append(old.Workers[:0], other.Workers...)
	l.Broker.Publish.own(&old.Broker.Publish)
	l.Broker.WholePublish.own(&old.Broker.WholePublish)
	l.Broker.Partitions = append(old.Broker.Partitions[:0], other.Broker.Partitions...)
	l.Broker.Can.Cannot = append(old.Broker.Can.Cannot[:0], other.Broker.Can.Cannot...)
	l.Publishers = resized(old.Publishers, len(other.Publishers))
	for i := range l.Publishers {
		calls := l.Publishers[i].Calls
		l.Publishers[i] = other.Publishers[i]
		l.Publishers[i].Calls = append(calls[:0], other.Publishers[i].Calls...)
	}
}

// own gives a window that was just copied its own confidence intervals, in the
// room of those that it had before.
func (w *Window) own(was *Window) {
	w.Publish.own(&was.Publish)
	w.Wait.own(&was.Wait)
	w.Service.own(&was.Service)
	w.Latency.own(&was.Latency)
	w.Naive.own(&was.Naive)
	w.Lateness.own(&was.Lateness)
}

func (s *Summary) own(was *Summary) {
	if s.CI95 == nil {
		return
	}
	room := was.CI95
	if room == nil {
		room = new([2]time.Duration)
	}
	*room = *s.CI95
	s.CI95 = room
}

// resized gives a slice a length and keeps its elements, also those beyond it,
// for the room in them.
func resized[T any](s []T, n int) []T {
	s = s[:cap(s)]
	if n > len(s) {
		s = append(s, make([]T, n-len(s))...)
	}
	return s[:n]
}
