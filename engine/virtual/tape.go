package virtual

import (
	"time"

	"duet/engine"
	"duet/engine/workload"
)

// tape is what lanes have taken from one stream since it was wound back, all of
// them with the same limits: what the first has read the others copy.
type tape struct {
	pages []page
	n     int
}

// page is what is due at once, as in a source.
type page struct {
	due    [batch]engine.Item
	asks   [batch]time.Duration
	asked  int32
	tail   int
	before workload.Place
}

// turn has a source take the next page.
func (t *tape) turn(s *source) {
	if s.page == t.n {
		s.read()
		t.keep(s)
	} else {
		p := &t.pages[s.page]
		s.before, s.head, s.tail = p.before, 0, p.tail
		copy(s.due[:p.tail], p.due[:])
		if s.asked == p.asked {
			copy(s.asks[:p.tail], p.asks[:])
		} else if s.asked != 0 {
			s.stream.Demands(s.due[:s.tail], int(s.asked-1), s.asks[:])
		}
	}
	s.page++
}

// keep keeps what a source has read.
func (t *tape) keep(s *source) {
	if t.n == len(t.pages) {
		t.pages = append(t.pages, page{})
	}
	p := &t.pages[t.n]
	t.n++
	p.before, p.tail, p.asked = s.before, s.tail, s.asked
	copy(p.due[:s.tail], s.due[:])
	copy(p.asks[:s.tail], s.asks[:])
}

// wind winds the tape back: everybody has read it.
func (t *tape) wind(lanes []*lane) {
	t.n = 0
	for _, l := range lanes {
		l.page = 0
	}
}
