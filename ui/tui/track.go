package tui

import (
	"math"
	"time"

	"duet/engine"
)

// track remembers the latest hand-overs of a lane, as the journal tells them.
type track struct {
	at      [512]time.Duration // lane time
	dropped [512]bool
	n       int // how many there were
}

// add takes what the journal says of an item as a whole: it was handed over, or
// there was no room for it.
func (k *track) add(e *engine.Entry) {
	if e.Handler >= 0 || e.What != engine.Accepted && e.What != engine.Dropped {
		return
	}
	i := k.n % len(k.at)
	k.at[i], k.dropped[i] = e.At, e.What == engine.Dropped
	k.n++
}

const (
	trackWidth  = 24                    // at most
	trackCell   = 25 * time.Millisecond // for how long an item is in a cell, in lane time
	singleItems = 30                    // arrivals a second up to which each is seen
)

// drawTrack draws the items handed over a moment ago on their way, w cells long:
// each of them while they are few, and how dense they are otherwise. There is
// none where nothing is to move, or time passes too fast to see it.
func (s *scene) drawTrack(p *pen, lane, w int) {
	if w < 4 || lane >= len(s.tracks) {
		return
	}
	at := *p
	p.skip(w + 1)
	cell := float64(trackCell) * max(s.snap.Speed, 1)
	if s.motionless || math.IsInf(cell, 0) {
		return
	}
	var load [trackWidth]struct{ items, dropped int }
	most := s.tracks[lane].each(s.snap.At, func(age time.Duration, dropped bool) bool {
		x := int(float64(age) / cell)
		if s.snap.Rate <= singleItems { // two in one cell would look like one
			for x < w && load[x].items > 0 {
				x++
			}
		}
		if x >= w {
			return false
		}
		load[x].items++
		if dropped {
			load[x].dropped++
		}
		return true
	})
	mean := float64(most) / float64(w)
	for x := range w {
		c := &load[x]
		sign, st := at.g.Glyphs.Bullet, s.theme.lane(s.snap.Lanes[lane].Model)
		switch {
		case c.items == 0:
			continue
		case s.snap.Rate <= singleItems && c.dropped > 0:
			sign, st = at.g.Glyphs.Cross, s.theme.bad
		case s.snap.Rate > singleItems:
			sign = at.g.Glyphs.Rise[min(max(int(4*float64(c.items)/mean+0.5), 1), 8)]
			if 2*c.dropped > c.items {
				st = s.theme.bad
			}
		}
		at.g.Set(at.x+x, at.y, sign, st)
	}
}

// each calls see with the hand-overs before now, the latest first, until it has
// seen enough, and returns how many it took.
func (k *track) each(now time.Duration, see func(age time.Duration, dropped bool) bool) (taken int) {
	for i := k.n - 1; i >= max(k.n-len(k.at), 0); i-- {
		age := now - k.at[i%len(k.at)]
		if age < 0 { // of a future that was gone back from
			continue
		}
		if !see(age, k.dropped[i%len(k.at)]) {
			break
		}
		taken++
	}
	return taken
}
