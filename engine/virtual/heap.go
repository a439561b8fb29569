package virtual

import "math"

// never is a time that does not come.
const never = int64(math.MaxInt64)

// event is something that is to happen: 16 bytes, so that four lie in a cache
// line.
type event struct {
	at int64
	// n orders events of the same time by when they were scheduled, and tells an
	// event that still holds from one that was called off: whom it is for
	// remembers the number of the one it waits for.
	n   uint32
	who who
}

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

func (a *event) before(b *event) bool {
	// The numbers wrap around; two that are compared are never far apart.
	return a.at < b.at || a.at == b.at && int32(a.n-b.n) < 0
}

// heap holds the events to come, the next one first. Taking the next one
// leaves its place open, for the event that most often follows from it.
type heap struct {
	events []event
	n      uint32 // of the latest event
	vacant bool   // the place at the top
}

// next is when the next event is due.
func (h *heap) next() int64 {
	if h.vacant {
		h.fill()
	}
	if len(h.events) == 0 {
		return never
	}
	return h.events[0].at
}

// take takes the next event out; there must be one.
func (h *heap) take() event {
	h.vacant = true
	return h.events[0]
}

// add schedules an event and returns its number, which is never 0.
func (h *heap) add(at int64, who who) uint32 {
	if h.n++; h.n == 0 {
		h.n = 1
	}
	e := event{at, h.n, who}
	if h.vacant {
		h.vacant = false
		h.sink(e)
		return e.n
	}
	h.events = append(h.events, e)
	i := len(h.events) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if h.events[parent].before(&e) {
			break
		}
		h.events[i] = h.events[parent]
		i = parent
	}
	h.events[i] = e
	return e.n
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
}

// sink puts an event in the place at the top, and from there where it belongs.
func (h *heap) sink(e event) {
	events, i := h.events, 0
	for {
		child := 2*i + 1
		if child >= len(events) {
			break
		}
		if right := child + 1; right < len(events) && events[right].before(&events[child]) {
			child = right
		}
		if e.before(&events[child]) {
			break
		}
		events[i] = events[child]
		i = child
	}
	events[i] = e
}
