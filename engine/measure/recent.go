package measure

import (
	"time"

	"duet/engine"
)

// Recent is the distribution of what was recorded in the recent window, made
// from cumulative [Counts]. The window is moved on in steps of a twentieth of
// its span: it is never shorter than the span, except at the beginning, and
// at most one step longer.
//
// It takes 6 bytes for each bucket that the values of a step fall into, and 24
// for each that all values span: some 100 KB with many values over three powers of
// ten. It is owned by one goroutine, and allocates only when values come to span
// more buckets.
type Recent struct {
	span, step time.Duration
	from       time.Duration // where the window begins
	edgeAt     time.Duration // where the last whole step ended
	edge       Interval      // since then
	base       Counts        // cumulative, at from
	latest     *Counts       // cumulative, at the last Push
	window     Counts
	ring       [windowSteps + 2]recentStep
	head, n    int // ring[head] is the oldest of n whole steps, from from to edgeAt
}

// recentStep is what one step added.
type recentStep struct {
	end   time.Duration
	added added
	max   int64 // of all until end
}

// NewRecent makes a Recent for windows of span, which begins at time 0 with
// nothing recorded.
func NewRecent(span time.Duration) *Recent {
	return &Recent{span: span, step: span / windowSteps}
}

// Push tells what was recorded until the time at, which must not go back. What it
// is told stays as it is until the window was looked at.
func (r *Recent) Push(at time.Duration, cumulative *Counts) {
	if at-r.edgeAt >= r.step {
		r.endStep(at, cumulative)
	}
	for r.n > 0 && r.ring[r.head].end <= at-r.span {
		r.dropStep()
	}
	r.latest = cumulative
}

// Counts is the distribution of the window at the last Push, valid until the
// next.
func (r *Recent) Counts() *Counts {
	if r.latest != nil {
		r.window.Reset()
		r.window.Add(r.latest)
		r.window.Sub(&r.base)
		r.latest = nil
	}
	return &r.window
}

// Summary describes the window at the last Push.
func (r *Recent) Summary() engine.Summary {
	if r.latest == nil {
		return r.window.Summary()
	}
	return r.latest.SummarySince(&r.base)
}

// From is where the window begins.
func (r *Recent) From() time.Duration { return r.from }

// endStep keeps what was added since the last step ended.
func (r *Recent) endStep(at time.Duration, cumulative *Counts) {
	s := &r.ring[(r.head+r.n)%len(r.ring)]
	r.n++
	s.end, s.max, r.edgeAt = at, cumulative.max, at
	r.edge.push(cumulative, &s.added)
}

// dropStep moves the beginning of the window to the end of its oldest step.
func (r *Recent) dropStep() {
	s := &r.ring[r.head]
	r.head = (r.head + 1) % len(r.ring)
	r.n--
	r.from = s.end
	s.added.addTo(&r.base)
	r.base.max = s.max
}
