package tui

import (
	"time"

	"duet/engine"
	"duet/ui/internal/grid"
)

// roadWidth is how long a road is at most.
const roadWidth = 24

// stretch is a row of cells that items are drawn on.
type stretch struct {
	g       *grid.Grid
	x, y, w int
}

// next is a stretch at a pen, which goes on behind it.
func (p *pen) next(w int) stretch {
	r := stretch{g: p.g, x: p.x, y: p.y, w: w}
	p.skip(w)
	return r
}

func (r *stretch) set(x int, sign rune, st grid.Style) { r.g.Set(r.x+x, r.y, sign, st) }

// mark is how something that happened to an item looks: by a sign of its own.
func (s *scene) mark(g *grid.Glyphs, what engine.Happening, model engine.Model) (rune, grid.Style) {
	t := s.theme
	switch what {
	case engine.Done:
		return g.Tick, t.good
	case engine.Failed:
		return g.Cross, t.bad
	case engine.Retried:
		return g.Again, t.warning
	case engine.DeadLettered:
		return g.Grave, t.bad
	case engine.Dropped:
		return g.Down, t.bad
	case engine.Expired:
		return g.Ghost, t.warning
	case engine.Lost:
		return g.Void, t.bad
	case engine.Skipped:
		return '-', t.warning
	default:
		return g.Bullet, t.lane(model)
	}
}

// item is how an item looks that is there: a bullet in its model's colour, or
// its key as a letter in the key's colour.
func (s *scene) item(g *grid.Glyphs, model engine.Model, key int32) (rune, grid.Style) {
	if !s.byKey {
		return g.Bullet, s.theme.lane(model)
	}
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	return rune(letters[uint32(key)%uint32(len(letters))]), s.theme.keys[uint32(key)%uint32(len(s.theme.keys))]
}

// drawRoad draws the items that were handed over a moment ago: each of them
// while they are few, as a bullet while it still waits and as a small dot once a
// handler has begun, and how dense they are otherwise.
func (s *scene) drawRoad(r stretch, lane int) {
	t, model := s.traffic[lane], s.snap.Lanes[lane].Model
	if !s.single() {
		s.drawDense(r, &t.in, s.theme.lane(model))
		return
	}
	cell, behind := s.cellTime(), -1
	t.in.each(s.snap.At, func(p *passing, age time.Duration) bool {
		x := max(int(age/cell), behind+1) // two in one cell would look like one
		if x >= r.w {
			return false
		}
		behind = x
		sign, st := s.item(r.g.Glyphs, model, p.key)
		if i, known := t.place[p.seq]; p.what == engine.Dropped {
			sign, st = s.mark(r.g.Glyphs, p.what, model)
		} else if !known || !t.untouched(i) {
			sign = r.g.Glyphs.Pass
			if !s.byKey {
				st = s.theme.dim
			}
		}
		r.set(x, sign, st)
		return true
	})
}

// drawOut draws what became of the deliveries of a handler a moment ago. What
// was put back goes the other way.
func (s *scene) drawOut(r stretch, lane, handler int) {
	if handler < 0 || handler >= len(s.traffic[lane].out) {
		return
	}
	out, model := &s.traffic[lane].out[handler], s.snap.Lanes[lane].Model
	if !s.single() {
		s.drawDense(r, out, s.theme.good)
		return
	}
	cell, behind := s.cellTime(), -1
	out.each(s.snap.At, func(p *passing, age time.Duration) bool {
		x := max(int(age/cell), behind+1)
		if p.what == engine.Retried || x >= r.w {
			return age < cell*time.Duration(r.w)
		}
		behind = x
		sign, st := s.mark(r.g.Glyphs, p.what, model)
		if s.byKey && p.what == engine.Done {
			sign, st = s.item(r.g.Glyphs, model, p.key)
		}
		r.set(x, sign, st)
		return true
	})
	out.each(s.snap.At, func(p *passing, age time.Duration) bool {
		x := r.w - 1 - int(age/cell)
		if x < 0 {
			return false
		}
		if p.what == engine.Retried {
			s.drawBack(r, x, model)
		}
		return true
	})
}

// drawBack draws one that was put back, at x or before where another comes its
// way.
func (s *scene) drawBack(r stretch, x int, model engine.Model) {
	for ; x >= 0; x-- {
		if r.g.At(r.x+x, r.y).Rune == ' ' {
			sign, st := s.mark(r.g.Glyphs, engine.Retried, model)
			r.set(x, sign, st)
			return
		}
	}
}

// drawDense draws how many went by, cell by cell, compared with their mean; in
// red where most of them ended badly.
func (s *scene) drawDense(r stretch, k *track, st grid.Style) {
	var load [roadWidth]struct{ items, bad int }
	w, cell := min(r.w, roadWidth), s.cellTime()
	most := k.each(s.snap.At, func(p *passing, age time.Duration) bool {
		x := int(age / cell)
		if x >= w {
			return false
		}
		load[x].items++
		if p.what != engine.Done && p.what != engine.Accepted {
			load[x].bad++
		}
		return true
	})
	mean := float64(most) / float64(w)
	for x := range w {
		c, own := &load[x], st
		switch {
		case c.items == 0:
			continue
		case 2*c.bad > c.items:
			own = s.theme.bad
		}
		r.set(x, r.g.Glyphs.Rise[min(max(int(4*float64(c.items)/mean+0.5), 1), 8)], own)
	}
}

// drawWaiting draws the items that wait for a handler, the one that came first
// at the right end. Those that were handed over a moment ago and that nobody
// has begun are still on a road of so many cells.
func (s *scene) drawWaiting(r stretch, lane, handler, road int) {
	t, model := s.traffic[lane], s.snap.Lanes[lane].Model
	cell, front := s.cellTime(), r.w
	if s.motionless {
		road, cell = 0, 1
	}
	for i := range t.items {
		since, waits := t.waiting(i, handler)
		if !waits {
			continue
		}
		x := int((s.snap.At - since) / cell)
		sign, st := s.item(r.g.Glyphs, model, t.items[i].key)
		if t.legsOf(i)[handler].what == engine.Retried {
			sign, st = s.mark(r.g.Glyphs, engine.Retried, model)
		} else if t.untouched(i) {
			x -= road
		}
		if x = min(x, front-1); x < 0 {
			continue
		}
		front = x
		r.set(x, sign, st)
	}
}

// drawRunning draws the items that a handler has in hand at the moment, those
// begun first at the left end.
func (s *scene) drawRunning(r stretch, lane, handler int) {
	t, model := s.traffic[lane], s.snap.Lanes[lane].Model
	x := 0
	for i := range t.items {
		if x >= r.w {
			return
		}
		if handler < len(t.out) && t.legsOf(i)[handler].what == engine.Started {
			sign, st := s.item(r.g.Glyphs, model, t.items[i].key)
			r.set(x, sign, st)
			x++
		}
	}
}

// toggleKeys shows items by their key, or by their lane again.
func (m *model) toggleKeys() {
	m.scene.byKey = !m.scene.byKey
	if m.scene.byKey {
		m.say("items by key: each key has a letter, and six colours in turn")
	} else {
		m.say("items in the colour of their lane")
	}
}
