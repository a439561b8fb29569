// Package work is what synthetic handlers do while they work: wait as on input
// or output ([Waiter]), or burn a core ([Burn]).
//
// Both aim at capacity: that workers with a mean demand of d handle 1/d items
// a second each, which plain sleeping misses by a factor for short demands.
// What a single item took is measured by who asks for the work.
package work

import "duet/engine/clock"

// MostPrecise is how many workers may hold a thread each for the last stretch of
// their waits before that costs more than it is worth.
const MostPrecise = 48

// PrecisionFor returns the precision that the [Waiter] of the n-th worker should
// have, from 1. The first ones get smooth service times; the others get the capacity
// all the same, but some items take a millisecond longer and those after them
// as much less. Who wants all workers alike asks for the last one.
//
// Smooth service times of less than about 500 us need GOMAXPROCS to exceed
// the number of precise workers, see [clock.Precise]; the capacity does not.
func PrecisionFor(n int) clock.Precision {
	if n <= MostPrecise {
		return clock.Precise
	}
	return clock.Coarse
}
