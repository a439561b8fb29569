package account

import (
	"slices"

	"duet/engine/measure"
)

// Mark is what a Lane had found out by some time.
type Mark struct {
	lane  *Lane
	track measure.TrackMark
}

// Mark remembers what the lane has found out. It takes some 10 KB, and 10 bytes
// for each bucket that the durations of the recent window span.
func (l *Lane) Mark() Mark { return Mark{l.clone(), l.track.Mark()} }

// GoBack forgets what was found out since a mark of this lane.
func (l *Lane) GoBack(m *Mark) {
	track, source := l.track, l.source
	*l = *m.lane.clone()
	l.track, l.source = track, source
	l.track.GoBack(&m.track)
}

// clone is an independent copy, but for source and track.
func (l *Lane) clone() *Lane {
	c := *l
	c.Now = l.Now.clone()
	for i, x := range l.items {
		c.items[i] = x.clone()
	}
	c.handlers = make([]*handler, len(l.handlers))
	for i, h := range l.handlers {
		c.handlers[i] = &handler{wait: h.wait.clone(), service: h.service.clone(), depth: h.depth.Clone(), busy: h.busy.Clone()}
	}
	c.resources = make([]*resource, len(l.resources))
	for i, x := range l.resources {
		c.resources[i] = x.clone()
	}
	c.classes = make([]*class, len(l.classes))
	for i, x := range l.classes {
		c.classes[i] = &class{name: x.name, distribution: x.distribution.clone(), base: x.base.Clone(), whole: x.whole}
	}
	c.levels = l.levels.clone()
	c.past, c.disorder = l.past.Clone(), l.disorder.Clone()
	c.last.latency = l.last.latency.Clone()
	c.whole = l.whole.clone()
	c.parts = make([]*stretch, len(l.parts))
	for i, p := range l.parts {
		c.parts[i] = p.clone()
	}
	return &c
}

func (r *Reading) clone() Reading {
	c := *r
	c.Deliveries, c.Servers, c.Spared = slices.Clone(r.Deliveries), slices.Clone(r.Servers), slices.Clone(r.Spared)
	c.Depth, c.Await = slices.Clone(r.Depth), slices.Clone(r.Await)
	c.Classes = slices.Clone(r.Classes)
	c.Busy, c.Unsettled = slices.Clone(r.Busy), slices.Clone(r.Unsettled)
	c.Doubled = slices.Clone(r.Doubled)
	c.Resources = slices.Clone(r.Resources)
	return c
}

func (d *distribution) clone() *distribution {
	return &distribution{total: d.total.Clone(), recent: d.recent.Clone(), summary: d.summary}
}

func (l *levels) clone() levels {
	c := *l
	c.depth, c.backlog, c.inSystem = l.depth.Clone(), l.backlog.Clone(), l.inSystem.Clone()
	c.goroutines, c.publishing = l.goroutines.Clone(), l.publishing.Clone()
	return c
}

func (s *stretch) clone() *stretch {
	c := *s
	for i := range s.base {
		c.base[i] = s.base[i].Clone()
	}
	c.handlers = slices.Clone(s.handlers)
	for i := range s.handlers {
		c.handlers[i].wait, c.handlers[i].service = s.handlers[i].wait.Clone(), s.handlers[i].service.Clone()
	}
	c.resources = cloneBases(s.resources)
	return &c
}
