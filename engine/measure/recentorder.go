package measure

import (
	"time"

	"duet/engine"
)

// RecentOrder is the disorder of the recent window, made from an [Order]. It is
// owned by one goroutine and allocates only when it is made.
type RecentOrder struct {
	past   *Past[engine.Disorder] // what each step added
	before engine.Disorder        // totals at the last Push
	step   engine.Disorder        // since the past kept one
}

// NewRecentOrder makes a RecentOrder for windows of span.
func NewRecentOrder(span time.Duration) *RecentOrder {
	return &RecentOrder{past: NewPast[engine.Disorder](span)}
}

// Push tells the totals of an Order, and its peak since the last Push, at a
// time, which must not go back.
func (r *RecentOrder) Push(at time.Duration, totals engine.Disorder, peak int64) {
	r.step = Combine(r.step, engine.Disorder{
		Late:            totals.Late - r.before.Late,
		KeyLate:         totals.KeyLate - r.before.KeyLate,
		MaxDisplacement: peak,
		NestedLate:      totals.NestedLate - r.before.NestedLate,
	})
	r.before = totals
	if r.past.Push(at, r.step) {
		r.step = engine.Disorder{}
	}
}

// Disorder is that of the window.
func (r *RecentOrder) Disorder() engine.Disorder {
	total := r.step
	for step := range r.past.Since() {
		total = Combine(total, step)
	}
	return total
}
