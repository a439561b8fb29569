package measure

import "slices"

// Clone is an independent copy.
func (p *Past[T]) Clone() *Past[T] {
	c := *p
	c.ring = slices.Clone(p.ring)
	return &c
}

// Clone is an independent copy.
func (i *Integral) Clone() *Integral {
	c := *i
	if i.past != nil {
		c.past = i.past.Clone()
	}
	return &c
}

// Clone is an independent copy.
func (r *RecentOrder) Clone() *RecentOrder {
	c := *r
	c.past = r.past.Clone()
	return &c
}

// Clone is an independent copy.
func (r *Recent) Clone() *Recent {
	r.Counts() // does not need the latest any more
	c := *r
	c.edge, c.base, c.window = r.edge.Clone(), r.base.Clone(), r.window.Clone()
	for i := range c.ring {
		c.ring[i].added = r.ring[i].added.clone()
	}
	return &c
}

// TrackMark is how far a [Track] had come at some time.
type TrackMark struct {
	n       [len(levels)]int64
	pending [len(levels)]digest // of the levels but the finest, and of the track
}

// Mark is how far the track has come.
func (t *Track) Mark() TrackMark {
	var m TrackMark
	for i := range t.levels {
		m.n[i] = t.levels[i].n
		m.pending[i] = t.levels[i].pending
	}
	m.pending[0] = t.pending
	return m
}

// GoBack forgets what was pushed since a mark of this track. Steps before the
// mark whose room was taken by later ones are no longer kept.
func (t *Track) GoBack(m *TrackMark) {
	for i := range t.levels {
		l := &t.levels[i]
		l.oldest = min(l.first(), m.n[i])
		l.n, l.pending = m.n[i], m.pending[i]
	}
	t.levels[0].pending, t.pending = digest{}, m.pending[0]
}
