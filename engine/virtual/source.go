package virtual

import (
	"time"

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
	asks       [batch]time.Duration // what these demand of a handler, drawn all at once
	asked      int32                // its index, and one; 0: none
	head, tail int
	before     workload.Place // where the cursor was before it gave what is due
	tape       *tape          // what lanes take from a stream together; nil: this one reads alone
	page       int            // of the tape, that comes next

	lines   []line // one, or with keys pinned to publishers one for each of them
	pinned  bool
	backlog level // in lines, or in the hands of producers that are blocked, and not begun

	stopped, stepping bool
	permits           int    // items that may still pass while stepping
	back              uint32 // the event at which stopped producers start again
}

// arrival is an item that has arrived, or a further try of its client.
type arrival struct {
	engine.Item
	ask    time.Duration // what it demands of a handler
	asked  int32         // the handler's index, and one; 0: none
	at     int64
	client int32 // none: it waits for ever
	try    int32
}

// line is what has arrived and was not taken: a part of it, what comes after that
// stays in the stream and is counted only. So a backlog takes no room, however
// long it gets; but what clients try again, and what comes in between, is kept.
type line struct {
	returned ring[arrival] // given back, to be taken first
	waiting  ring[arrival]
	beyond   int64 // how many came after those
	from     int64 // the number of the first of them

	rear       *workload.Cursor // follows them
	stock      [64]engine.Item  // what it gave
	head, tail int
}

// mostWaiting is how many items of a line are kept at most.
const mostWaiting = 1024

func (x *line) len() int { return x.returned.len() + x.kept() }

// kept is how many were never taken.
func (x *line) kept() int { return x.waiting.len() + int(x.beyond) }

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
		if s.tape == nil {
			s.read()
		} else {
			s.tape.turn(s)
		}
		if s.tail == 0 {
			s.dry = true
			return nil
		}
	}
	return &s.due[s.head]
}

// read takes what is due within the limit from the stream.
func (s *source) read() {
	s.before = s.cursor.Place()
	s.head, s.tail = 0, s.cursor.Next(duration(s.limit), s.due[:])
	if s.asked != 0 {
		s.stream.Demands(s.due[:s.tail], int(s.asked-1), s.asks[:])
	}
}

// arrive lets the item that is due now come.
func (l *lane) arrive() {
	it, ask := &l.due[l.head], l.asks[l.head]
	l.head++
	l.offered++
	l.came(it)
	client := int32(none)
	if l.terms != nil {
		client = l.welcome(it)
	}
	l.admitArrival(&arrival{Item: *it, ask: ask, asked: l.asked, at: l.now, client: client, try: 1})
}

// admitArrival gives what arrives to a producer that waits, or has it wait.
func (l *lane) admitArrival(a *arrival) {
	i := l.lineFor(a.Key)
	if !l.shut() && l.lines[i].len() == 0 {
		p := int32(none)
		switch {
		case l.perItem || l.pinned:
			p = l.whoWaits(i)
		case l.resting.len() > 0:
			p = l.resting.pop()
		}
		if p != none {
			l.pass()
			l.lateness.record(0)
			if l.hand(p, a) {
				l.produce(p)
			}
			return
		}
	}
	x := &l.lines[i]
	if a.client == none && l.ticks() && x.kept() > 0 {
		l.dropTick(a)
		return
	}
	l.leaveBacklog(-1, a.client != none)
	switch {
	case a.client != none && x.beyond > 0:
		l.fetch(i, never)
		fallthrough
	case a.client != none || x.beyond == 0 && x.waiting.len() < mostWaiting:
		w := x.waiting.room() // written part by part, as it was: a whole is slow to be copied then
		w.Item, w.ask, w.asked, w.at, w.client, w.try = a.Item, a.ask, a.asked, a.at, a.client, a.try
		return
	case x.beyond == 0:
		l.leaveBehind(x, a.Seq)
	}
	x.beyond++
}

// leaveBacklog counts what is no longer in the backlog, or for -1 what comes into
// it: items, or tries of clients for them.
func (l *lane) leaveBacklog(n int64, try bool) {
	l.backlog.add(-n, l.now)
	if try {
		l.tries -= n
	}
}

// leaveBehind begins to leave what comes to a line in the stream, from an item on
// that is among those now due.
func (s *source) leaveBehind(x *line, seq int64) {
	x.from, x.head, x.tail = seq, 0, 0
	if x.rear == nil {
		x.rear = s.stream.CursorAt(s.before)
	} else {
		x.rear.Seek(s.before)
	}
}

// fetch takes what a line has left behind from the stream, until so many wait.
func (l *lane) fetch(i int32, most int64) {
	x := &l.lines[i]
	for x.beyond > 0 && int64(x.waiting.len()) < most {
		if x.head == x.tail {
			x.head, x.tail = 0, x.rear.Next(duration(l.now), x.stock[:])
		}
		it := &x.stock[x.head]
		x.head++
		if it.Seq >= x.from && l.lineFor(it.Key) == i {
			x.waiting.push(arrival{Item: *it, at: int64(it.At), client: none, try: 1})
			x.beyond--
		}
	}
}

// whoWaits takes a producer that waits for an item of a line; none if there is
// none.
func (l *lane) whoWaits(i int32) int32 {
	switch {
	case l.perItem:
		return l.newcomer()
	case !l.pinned && l.resting.len() > 0:
		return l.resting.pop()
	case l.pinned && int(i) < len(l.producers) && l.producers[i].state == idle:
		drop(&l.resting, i)
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
		for !l.shut() && l.lines[i].len() > 0 {
			p := l.whoWaits(i)
			if p == none {
				break
			}
			l.produce(p)
		}
		l.dropTicks(i)
	}
}

// lineOf is the line from which a producer takes.
func (s *source) lineOf(p int32) int32 {
	if s.pinned {
		return p
	}
	return 0
}

// lineFor is the line for the items of a key.
func (s *source) lineFor(key int32) int32 {
	if s.pinned {
		return key % int32(len(s.lines))
	}
	return 0
}

// next takes the next item that waits in a line, which must not be empty.
func (l *lane) next(i int32, a *arrival) {
	if x := &l.lines[i]; x.returned.len() > 0 {
		*a = x.returned.pop()
	} else {
		l.takeWaiting(i, a)
	}
	l.leaveBacklog(1, a.client != none)
	l.pass()
}

// takeWaiting takes the first that was never taken; there must be one.
func (l *lane) takeWaiting(i int32, a *arrival) {
	x := &l.lines[i]
	*a = *x.waiting.at(0)
	if x.waiting.skip(); x.waiting.len() == 0 {
		l.fetch(i, mostWaiting)
	}
}

// giveBack returns an item that a producer has in hand and nobody has taken. It
// is the next one to be taken, also by a single step.
func (l *lane) giveBack(p int32) {
	x := &l.producers[p]
	it := &l.items[x.slot]
	a := arrival{Item: it.Item, at: it.arrived, client: it.client, try: x.try}
	if a.client != none && !it.forsaken {
		l.table[a.client].slot = none
	}
	l.lines[l.lineOf(p)].returned.push(a)
	l.leaveBacklog(-1, a.client != none)
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

// follow goes on with another stream, a fork of the present one.
func (s *source) follow(st *workload.Stream) {
	s.stream = st
	s.cursor.Rebind(st)
	for i := range s.lines {
		if rear := s.lines[i].rear; rear != nil {
			rear.Rebind(st)
		}
	}
}
