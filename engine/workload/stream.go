// Package workload makes the items of a run: when each is to arrive, its key,
// and what it demands of every handler. All of it is drawn from the scenario's
// seed, so that every lane is given exactly the same work.
//
// # What an item depends on
//
// Item n is a pure function of the seed and the log of load changes. Random
// numbers are not drawn one after another from a shared source: number n of a
// sub-stream is computed from n, and every purpose (gap, key, demand of a
// handler, failing, ...) has a sub-stream of its own. So each lane pulls the
// items through a [Cursor] of its own, at its own pace, and nothing is stored.
//
// # When items arrive
//
// Items are spaced in operational time, in which the mean gap is 1. An item is
// due when the integral of the rate has reached its operational time; the rate
// is load.rate times the pattern's factor at that lane time. So a change of
// the rate takes effect at once, also in the middle of a gap, and a cursor that
// lags by minutes still sees it at its intended time. (Cinlar: "Introduction to
// Stochastic Processes", 1975, pages 96 to 99, has the theorem for Poisson
// processes; the same stretching serves the others.)
//
// # Memory
//
// A stream keeps one entry of some 64 bytes for each change that made a
// difference, for as long as it lives; changes at the same lane time, as
// while paused, take one entry. An hour of a key held down, at 60 changes a
// second, comes to 14 MB. A cursor's size is constant.
package workload

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
)

// Stream is the item stream of a run. All cursors of it yield identical items.
// All methods may be called from any goroutine and none of them blocks for
// longer than cursors need to hand out what they were asked for.
type Stream struct {
	seed      uint64
	recording *recording // nil: none
	draws     substream  // of the keys
	sorts     substream  // of the classes
	before    int64      // the number of the item before the first
	first     float64    // the gap before the first, in operational time: whatever is changed before that comes

	log atomic.Pointer[log]

	mu      sync.Mutex // held to change the log or the cursors; taken before any cursor's
	cursors []*Cursor
}

// New returns the stream of a scenario as engine.Decode makes it, and reads the
// files that it names: a recording by Load.Trace.Open, measured times. An error
// is an [engine.InputError] that says in one sentence what is wrong with a file,
// with its name and line.
func New(s *engine.Scenario) (*Stream, error) {
	r, err := readTrace(s.Load)
	if err != nil {
		return nil, &engine.InputError{Msg: err.Error()}
	}
	st := &Stream{seed: s.Seed, recording: r, draws: newSubstream(s.Seed, keying, 0, 0), sorts: newSubstream(s.Seed, classing, 0, 0)}
	first, err := st.firstEpoch(s)
	if err != nil {
		return nil, &engine.InputError{Msg: err.Error()}
	}
	st.first = first.load.arrivals.gap(1)
	st.log.Store(&log{epochs: []*epoch{first}, changed: make(chan struct{})})
	return st, nil
}

// Change logs the load and the service settings of s, and returns the lane time
// from which they hold: now, or the time of the latest item that a cursor has
// handed out, whichever is later. Items handed out never change; all items
// after that time follow the new settings. A change that makes no difference
// leaves the log as it is.
//
// The seed, the trace's file, and whether arrivals come from a trace cannot
// change while running; such settings stay as they are. The rate of a trace is
// the recorded mean times load.trace.speed as long as load.rate stays 0, as in
// the file; once it was set, it is load.rate, and 0 means that nothing arrives.
//
// Neither the number nor the order of the handlers may change, because demands
// go by their index.
func (st *Stream) Change(now time.Duration, s *engine.Scenario) time.Duration {
	st.mu.Lock()
	defer st.mu.Unlock()
	before := st.log.Load()
	e := st.nextEpoch(s, before.latest())
	for _, c := range st.cursors {
		c.mu.Lock()
		defer c.mu.Unlock()
		now = max(now, c.handed)
	}
	now = max(now, before.latest().from)
	if *e != *before.latest() {
		e.from = now
		st.log.Store(before.with(e))
		close(before.changed)
	}
	return now
}

// Changed returns a channel that is closed at the next Change that makes a
// difference. It wakes whoever sleeps until the time that [Cursor.Peek] gave.
func (st *Stream) Changed() <-chan struct{} { return st.log.Load().changed }

// Cursor returns a new cursor at the first item. Cursors are made when a run
// begins: a later one would begin at the first item as well.
func (st *Stream) Cursor() *Cursor {
	st.mu.Lock()
	defer st.mu.Unlock()
	c := st.cursor()
	st.cursors = append(st.cursors, c)
	return c
}

// cursor makes a cursor at the first item.
func (st *Stream) cursor() *Cursor {
	c := &Cursor{stream: st, log: st.log.Load()}
	c.enter(0)
	c.seq = st.before
	c.due = c.due.plus(st.first)
	c.place()
	return c
}

// Fork returns an independent copy of the stream with its log so far, for a
// lane whose load was unlinked from the others'. It has no cursors until one is
// rebound to it ([Cursor.Rebind]) or made. Items drawn from either stream before
// the fork are the same in both.
func (st *Stream) Fork() *Stream {
	l := st.log.Load()
	fork := &Stream{seed: st.seed, recording: st.recording, draws: st.draws, sorts: st.sorts, before: st.before, first: st.first}
	fork.log.Store(&log{epochs: slices.Clone(l.epochs), changed: make(chan struct{})})
	return fork
}

// Rate returns the mean arrivals a second in force at now, with the pattern's
// factor. A burst counts as spread over its period, and a trace as its mean,
// also when it is over.
func (st *Stream) Rate(now time.Duration) float64 {
	e := st.log.Load().at(now)
	return e.rate * e.load.pattern.factor(now)
}

// Demand returns how long the item keeps the handler with this index in
// Scenario.Handlers busy, at lane speed 1. It is a pure function of the seed,
// the item's Seq and Epoch, and the handler; it takes no lock and does not
// allocate.
func (st *Stream) Demand(it engine.Item, handler int) time.Duration {
	return st.log.Load().epochs[it.Epoch].services.demand(handler, it.Seq)
}

// Draw returns a random number in the open interval (0, 1), a pure function of
// the seed, the item's Seq and the other arguments. Numbers of different
// items, purposes, handlers or attempts are independent. It takes no lock and
// does not allocate.
func (st *Stream) Draw(it engine.Item, p Purpose, handler, attempt int) float64 {
	return newSubstream(st.seed, p, handler, attempt).uniform(it.Seq)
}

// label gives items, which follow each other, their keys and classes.
func (st *Stream) label(items []engine.Item, l *load) {
	if r := st.recording; l.classes != nil || r != nil && r.keys != nil {
		for i := range items {
			items[i].Key, items[i].Class = st.key(items[i].Seq, l), st.class(items[i].Seq, l)
		}
		return
	}
	for i := range items {
		items[i].Key, items[i].Class = l.keys.pick(st.draws.uniform(items[i].Seq)), 0
	}
}

// class returns the class of item n.
func (st *Stream) class(n int64, l *load) int32 {
	if l.classes == nil {
		return 0
	}
	return l.classes.pick(st.sorts.uniform(n))
}

// key returns the key of item n: the recorded one, or one drawn.
func (st *Stream) key(n int64, l *load) int32 {
	if r := st.recording; r != nil && r.keys != nil {
		return r.keys[r.index(n)] % int32(l.keys.settings.Count)
	}
	return l.keys.pick(st.draws.uniform(n))
}
