package virtual

import (
	"math"
	"slices"
)

// never is a time that does not come.
const never = int64(math.MaxInt64)

// event is something that is to happen: 16 bytes, so that four lie in a cache
// line, in two words, for what is written in parts is slow to be read as a whole.
type event struct {
	at  int64
	key uint64 // its number, above whom it is for
}

// n orders events of the same time by when they were scheduled, and tells an event
// that still holds from one that was called off: whom it is for remembers the number
// of the one it waits for.
func (e event) n() uint32 { return uint32(e.key >> 32) }

func (e event) who() who { return who(e.key) }

// who is what an event is for: a kind, and a place in the table of that kind.
type who uint32

// The kinds of events.
const (
	serverDone     who = iota << kindShift
	serverBack         // a crashed worker
	publisherDone      // with an observer
	retryDue           // a delivery is to be tried again
	producersBack      // stopped ones
	visibilityOver     // of what a worker has in hand
	kindMask       = 15 << kindShift
	indexMask      = 1<<kindShift - 1
)

const kindShift = 28

func (e event) before(f event) bool {
	// The numbers wrap around; two that are compared are never far apart.
	return e.at < f.at || e.at == f.at && int32(e.n()-f.n()) < 0
}

// heap holds the events to come. As long as they are few they stand in any order, and
// which is next is found by looking at all of them: that has no branches of which
// nobody can tell where they go, and a tree has two on each level. When there are more
// it is a binary heap, with the next one first; taking that leaves its place open, for
// the event that most often follows from it.
type heap struct {
	events []event
	first  int    // of few: which is next
	n      uint32 // of the latest event
	tree   bool   // it is a binary heap
	vacant bool   // the place at the top
}

// fewEvents is how many are looked at at most. When a tree has no more than half as
// many, it is none any more.
const fewEvents = 24

// next is when the next event is due.
func (h *heap) next() int64 {
	if h.vacant {
		h.fill()
	}
	if len(h.events) == 0 {
		return never
	}
	return h.events[h.first].at
}

// take takes the next event out; there must be one, and next has looked at it.
func (h *heap) take() event {
	e := h.events[h.first]
	if h.tree {
		h.vacant = true
		return e
	}
	last := len(h.events) - 1
	h.events[h.first] = h.events[last]
	h.events = h.events[:last]
	h.seek()
	return e
}

// seek finds which of few events is next. They are compared by calculating, for the
// result of a comparison is as good as random, and by twos, for then there is less to
// wait for.
func (h *heap) seek() {
	first, at, alike := 0, never, int64(0)
	events := h.events
	if len(events)%2 == 1 {
		at, events = events[0].at, events[1:]
	}
	odd := len(h.events) - len(events)
	for i := 1; i < len(events); i += 2 {
		a, b := events[i-1].at, events[i].at // neither is below 0
		later := b - a
		sooner := later >> 63 // all ones, if b is
		of := i - 1 - int(sooner)
		alike |= (later - 1) &^ later // below 0 where later is 0
		later = a + later&sooner - at
		sooner = later >> 63
		at += later & sooner
		first += (of + odd - first) & int(sooner)
		alike |= (later - 1) &^ later
	}
	if alike < 0 {
		for i, e := range h.events {
			if e.before(h.events[first]) {
				first = i
			}
		}
	}
	h.first = first
}

// add schedules an event and returns its number, which is never 0.
func (h *heap) add(at int64, who who) uint32 {
	if h.n++; h.n == 0 {
		h.n = 1
	}
	e := event{at, uint64(h.n)<<32 | uint64(who)}
	if h.tree {
		h.grow(e)
		return h.n
	}
	h.events = append(h.events, e)
	if at < h.events[h.first].at {
		h.first = len(h.events) - 1
	}
	if len(h.events) > fewEvents {
		h.plant()
	}
	return h.n
}

// plant makes a binary heap of what is no longer few: what is sorted is one.
func (h *heap) plant() {
	slices.SortFunc(h.events, func(a, b event) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	h.tree, h.first = true, 0
}

// grow adds an event to a binary heap.
func (h *heap) grow(e event) {
	if h.vacant {
		h.vacant = false
		h.sink(e)
		return
	}
	h.events = append(h.events, e)
	i := len(h.events) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if h.events[parent].before(e) {
			break
		}
		h.events[i] = h.events[parent]
		i = parent
	}
	h.events[i] = e
}

// fill closes the open place at the top.
func (h *heap) fill() {
	h.vacant = false
	last := len(h.events) - 1
	e := h.events[last]
	h.events = h.events[:last]
	if last > 0 {
		h.sink(e)
	}
	h.tree = last > fewEvents/2 // and what is first is the next one all the same
}

// sink puts an event in the place at the top, and from there where it belongs.
func (h *heap) sink(e event) {
	events, i := h.events, 0
	for {
		child := 2*i + 1
		if child >= len(events) {
			break
		}
		if right := child + 1; right < len(events) && events[right].before(events[child]) {
			child = right
		}
		if e.before(events[child]) {
			break
		}
		events[i] = events[child]
		i = child
	}
	events[i] = e
}
