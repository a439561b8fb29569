// Package work is what synthetic handlers do while they work: wait as on input
// or output ([Waiter]), or burn a core ([Burn]).
//
// Both aim at capacity: that workers with a mean demand of d handle 1/d items
// a second each, which plain sleeping misses by a factor for short demands.
// What a single item took is measured by who asks for the work.
package work

import "duet/engine/clock"

// preciseWorkers is how many workers may hold a thread each for the last
// stretch of their waits before that costs more than it is worth.
const preciseWorkers = 48

// PrecisionFor returns the precision that the [Waiter] of each of so many
// workers should have. A few get smooth service times; many get the capacity
// all the same, but some items take a millisecond longer and those after them
// as much less.
//
// Smooth service times of less than about 500 us need GOMAXPROCS to exceed
// the number of precise workers, see [clock.Precise]; the capacity does not.
func PrecisionFor(workers int) clock.Precision {
	if workers <= preciseWorkers {
		return clock.Precise
	}
	return clock.Coarse
}
