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
// It takes 63 KB, and 80 to 100 bytes for each bucket that the values of a step
// span: with values over three powers of ten some 120 KB in all. It is owned by
// one goroutine, and allocates only when values come to span more buckets.
type Recent struct {
	span, step time.Duration
	from       time.Duration // where the window begins
	edgeAt     time.Duration // where the last whole step ended
	base       Counts        // cumulative, at from
	edge       Counts        // cumulative, at edgeAt
	window     Counts
	ring       [windowSteps + 2]stepCounts
	head, n    int // ring[head] is the oldest of n whole steps, from from to edgeAt
}

// stepCounts is what one step added, in compact form.
type stepCounts struct {
	end   time.Duration
	lo    int
	n     []uint32 // from bucket lo on
	count uint64
	sum   uint64
	max   int64 // of all until end
}

// NewRecent makes a Recent for windows of span, which begins at time 0 with
// nothing recorded.
func NewRecent(span time.Duration) *Recent {
	return &Recent{span: span, step: span / windowSteps}
}

// Push tells what was recorded until the time at, which must not go back.
func (r *Recent) Push(at time.Duration, cumulative *Counts) {
	if at-r.edgeAt >= r.step {
		r.endStep(at, cumulative)
	}
	for r.n > 0 && r.ring[r.head].end <= at-r.span {
		r.dropStep()
	}
	r.window.Reset()
	r.window.Add(cumulative)
	r.window.Sub(&r.base)
}

// Counts is the distribution of the window at the last Push, valid until the
// next.
func (r *Recent) Counts() *Counts { return &r.window }

// Summary describes the window at the last Push.
func (r *Recent) Summary() engine.Summary { return r.window.Summary() }

// From is where the window begins.
func (r *Recent) From() time.Duration { return r.from }

// endStep keeps what was added since the last step ended.
func (r *Recent) endStep(at time.Duration, cumulative *Counts) {
	s := &r.ring[(r.head+r.n)%len(r.ring)]
	r.n++
	s.end = at
	s.lo, s.n = cumulative.lo, s.n[:0]
	if used := cumulative.used(); used != nil {
		r.edge.widen(cumulative.lo, cumulative.hi)
		before := r.edge.n[cumulative.lo-r.edge.first:]
		for i, n := range used {
			s.n = append(s.n, uint32(n-before[i]))
		}
	}
	s.count = cumulative.count - r.edge.count
	s.sum = cumulative.sum - r.edge.sum
	s.max = cumulative.max
	r.edgeAt = at
	r.edge.Reset()
	r.edge.Add(cumulative)
}

// dropStep moves the beginning of the window to the end of its oldest step.
func (r *Recent) dropStep() {
	s := &r.ring[r.head]
	r.head = (r.head + 1) % len(r.ring)
	r.n--
	r.from = s.end
	if len(s.n) > 0 {
		r.base.widen(s.lo, s.lo+len(s.n))
		base := r.base.n[s.lo-r.base.first:]
		for i, n := range s.n {
			base[i] += uint64(n)
		}
	}
	r.base.count += s.count
	r.base.sum += s.sum
	r.base.max = s.max
}
