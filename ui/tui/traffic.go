package tui

import (
	"slices"
	"time"

	"duet/engine"
)

// never stands for a moment that there was not.
const never time.Duration = -1

// traffic is what the journal has told of the items of a lane: where those are
// that have not ended, and which went by a moment ago. It knows nothing else, so
// that what is drawn of it is what happened.
type traffic struct {
	in     track   // items, at their hand-over
	out    []track // deliveries at their end, by the handler's number in the scenario
	recent [8]engine.Entry
	told   int // entries there were; the latest are in recent

	items []sight       // in the order in which producers took them
	legs  []leg         // of all items, len(out) each
	place map[int64]int // of an item in items, by sequence number
	limit int           // how many items there may be before those that have ended are forgotten
}

// sight is one item.
type sight struct {
	seq      int64
	key      int32
	what     engine.Happening // the latest of it as a whole; Accepted is told apart
	accepted time.Duration    // lane time; never: in the hands of its producer
}

// leg is a delivery: an item on its way to one handler.
type leg struct {
	what    engine.Happening // the latest; Arrived: no handler has begun
	attempt int16
	since   time.Duration // lane time of it
}

// The fewest and the most items that are remembered, and how many of those that
// have ended: real producers tell of a hand-over when its handling may be over.
const (
	fewestItems = 1024
	mostItems   = 8192
	endedItems  = 128
)

func newTraffic(handlers int) *traffic {
	return &traffic{out: make([]track, handlers), place: map[int64]int{}, limit: fewestItems}
}

// reset forgets everything, to be told again from an earlier moment.
func (t *traffic) reset() {
	t.in.n, t.told = 0, 0
	for i := range t.out {
		t.out[i].n = 0
	}
	t.forgetItems()
}

func (t *traffic) forgetItems() {
	t.items, t.legs = t.items[:0], t.legs[:0]
	clear(t.place)
	t.limit = fewestItems
}

// add takes the next entry; of the item itself only when each is followed.
func (t *traffic) add(e *engine.Entry, each bool) {
	switch {
	case e.Handler < 0 && (e.What == engine.Accepted || e.What == engine.Dropped):
		t.in.add(e)
	case e.Handler >= 0 && int(e.Handler) < len(t.out) && (e.What == engine.Retried || hasEnded(e.What)):
		t.out[e.Handler].add(e)
	}
	t.recent[t.told%len(t.recent)] = *e
	t.told++
	if each {
		t.follow(e)
	}
}

// hasEnded says whether something that happened is the last.
func hasEnded(what engine.Happening) bool { return what >= engine.Done && what != engine.Retried }

// follow takes what happened to an item. The end of one that is not known tells
// nothing new.
func (t *traffic) follow(e *engine.Entry) {
	i, known := t.place[e.Seq]
	if !known {
		if hasEnded(e.What) {
			return
		}
		i = t.take(e)
	}
	it, legs := &t.items[i], t.legsOf(i)
	switch {
	case e.Handler >= 0 && int(e.Handler) < len(legs):
		legs[e.Handler] = leg{what: e.What, attempt: e.Attempt, since: e.At}
	case e.Handler >= 0:
	case e.What == engine.Accepted:
		it.accepted = e.At
	case e.What == engine.Arrived && known: // its client tries again
		it.what, it.accepted = e.What, never
		clear(legs)
	default:
		it.what = e.What
	}
}

// take begins the story of an item. One whose beginning is not told any more is
// behind its hand-over.
func (t *traffic) take(e *engine.Entry) int {
	if len(t.items) >= t.limit {
		t.compact()
	}
	it := sight{seq: e.Seq, key: e.Key, accepted: never}
	if e.What != engine.Arrived {
		it.accepted = e.At
	}
	i := len(t.items)
	t.items = append(t.items, it)
	for range t.out {
		t.legs = append(t.legs, leg{})
	}
	t.place[e.Seq] = i
	return i
}

// compact forgets items that have ended, and the oldest when too many have not.
func (t *traffic) compact() {
	n, width, late := 0, len(t.out), len(t.items)-endedItems
	open := 0
	for i := range t.items {
		if !hasEnded(t.items[i].what) {
			open++
		}
	}
	surplus := open - mostItems/2
	for i := range t.items {
		ended := hasEnded(t.items[i].what)
		if !ended {
			surplus--
		}
		if ended && i < late || !ended && surplus >= 0 {
			continue
		}
		t.items[n] = t.items[i]
		copy(t.legs[n*width:], t.legs[i*width:(i+1)*width])
		n++
	}
	t.items, t.legs = t.items[:n], t.legs[:n*width]
	clear(t.place)
	for i := range t.items {
		t.place[t.items[i].seq] = i
	}
	t.limit = min(max(2*n, fewestItems), mostItems)
}

// legsOf are the deliveries of the item at a place.
func (t *traffic) legsOf(i int) []leg { return t.legs[i*len(t.out) : (i+1)*len(t.out)] }

// untouched says whether the item at a place waits and none of its handlers has
// begun.
func (t *traffic) untouched(i int) bool {
	return !hasEnded(t.items[i].what) && !slices.ContainsFunc(t.legsOf(i), func(l leg) bool { return l.what != engine.Arrived })
}

// anyWaits says whether any delivery is known to wait for a handler.
func (t *traffic) anyWaits(handler int) bool {
	for i := range t.items {
		if _, waits := t.waiting(i, handler); waits {
			return true
		}
	}
	return false
}

// waiting is since when a delivery waits for its handler after the hand-over, and
// whether it does.
func (t *traffic) waiting(i, handler int) (since time.Duration, waits bool) {
	it := &t.items[i]
	if handler >= len(t.out) || it.accepted == never || hasEnded(it.what) {
		return 0, false
	}
	switch l := &t.legs[i*len(t.out)+handler]; l.what {
	case engine.Arrived:
		return it.accepted, true
	case engine.Retried:
		return l.since, true
	default:
		return 0, false
	}
}
