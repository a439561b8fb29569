package virtual

import (
	"duet/engine"
	"duet/engine/script"
	"duet/engine/workload"
)

// batch is how many items a source takes from the stream at once.
const batch = 256

// source is what arrives, by schedule, and what may pass.
type source struct {
	stream *workload.Stream
	cursor *workload.Cursor
	limit  int64 // how far may be looked ahead
	dry    bool  // nothing more is due until then

	due        [batch]engine.Item
	head, tail int

	lines   []line // one, or with keys pinned to publishers one for each of them
	pinned  bool
	backlog level // in lines, or in the hands of producers that are blocked, and not begun

	stopped, stepping bool
	permits           int    // items that may still pass while stepping
	back              uint32 // the event at which stopped producers start again
}

// line is what has arrived and was not taken.
type line struct {
	returned ring[engine.Item] // given back, to be taken first
	waiting  ring[engine.Item]
}

func (s *source) open(stream *workload.Stream, spec *engine.Lane) {
	s.stream, s.cursor = stream, stream.Cursor()
	s.pinned = script.Pinned(spec)
	s.lines = make([]line, 1)
	if s.pinned {
		s.lines = make([]line, spec.Publishers)
	}
}

// shut tells whether nothing may pass.
func (s *source) shut() bool { return s.stopped || s.stepping && s.permits == 0 }

// peek is the next item of the stream within the limit; nil if there is none.
func (s *source) peek() *engine.Item {
	if s.head == s.tail {
		if s.dry {
			return nil
		}
		s.head, s.tail = 0, s.cursor.Next(duration(s.limit), s.due[:])
		if s.tail == 0 {
			s.dry = true
			return nil
		}
	}
	return &s.due[s.head]
}

// arrival is when the next item comes.
func (s *source) arrival() int64 {
	if it := s.peek(); it != nil {
		return int64(it.At)
	}
	return never
}

// arrive lets the item that is due now come.
func (l *lane) arrive() {
	it := &l.due[l.head]
	l.head++
	l.offered++
	l.inSystem.add(1, l.now)
	i := int32(0)
	if l.pinned {
		i = it.Key % int32(len(l.lines))
	}
	if !l.shut() && l.lines[i].waiting.len() == 0 && l.lines[i].returned.len() == 0 {
		if p := l.whoWaits(i); p != none {
			l.pass()
			l.lateness.record(0)
			if l.hand(p, *it) {
				l.produce(p)
			}
			return
		}
	}
	l.lines[i].waiting.push(*it)
	l.backlog.add(1, l.now)
}

// whoWaits takes a producer that waits for an item of a line; none if there is
// none.
func (l *lane) whoWaits(i int32) int32 {
	switch {
	case !l.pinned && l.resting.len() > 0:
		return l.resting.pop()
	case l.pinned && int(i) < len(l.producers) && l.producers[i].state == idle:
		return i
	}
	return none
}

// pass counts an item that passes while stepping.
func (s *source) pass() {
	if s.stepping {
		s.permits--
	}
}

// supply gives what waits to the producers that wait.
func (l *lane) supply() {
	for i := range int32(len(l.lines)) {
		for !l.shut() && l.lines[i].returned.len()+l.lines[i].waiting.len() > 0 {
			p := l.whoWaits(i)
			if p == none {
				break
			}
			l.produce(p)
		}
	}
}

// next takes the next item that waits for a producer, if one may pass.
func (l *lane) next(p int32) (it engine.Item, ok bool) {
	x := &l.lines[int(p)%len(l.lines)]
	switch {
	case l.shut():
		return it, false
	case x.returned.len() > 0:
		it = x.returned.pop()
	case x.waiting.len() > 0:
		it = x.waiting.pop()
	default:
		return it, false
	}
	l.backlog.add(-1, l.now)
	l.pass()
	return it, true
}

// giveBack returns an item that a producer has in hand and nobody has taken. It
// is the next one to be taken, also by a single step.
func (l *lane) giveBack(p int32) {
	x := &l.producers[p]
	l.lines[int(p)%len(l.lines)].returned.push(l.items[x.slot].Item)
	l.backlog.add(1, l.now)
	if l.stepping {
		l.permits = 1
	}
	l.free(x.slot)
	l.generations[x.way].inside--
}

// stop lets producers take no more items, for a time or, with 0, until told
// otherwise; or lets them go on.
func (l *lane) stop(stopped bool, lasts int64) {
	l.stopped, l.back = stopped, 0
	if stopped && lasts > 0 {
		l.back = l.events.add(l.now+lasts, producersBack)
	}
	l.supply()
}
