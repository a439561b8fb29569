package virtual

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestHeapGivesTheNext holds a heap against a sorted list: the
// next one is the earliest, and of those of one time the one that was added first,
// also where numbers wrap around.
func TestHeapGivesTheNext(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := heap{n: rapid.SampledFrom([]uint32{0, math.MaxUint32 - 20}).Draw(rt, "numbers so far")}
		var want []event
		for range rapid.IntRange(1, 20).Draw(rt, "rounds") {
			for range rapid.IntRange(0, 40).Draw(rt, "added") {
				e := event{at: int64(rapid.IntRange(0, 50).Draw(rt, "at"))}
				who := retryDue | who(len(want))
				n := h.add(e.at, who)
				if e.key = uint64(n)<<32 | uint64(who); n == 0 || e.n() != n || e.who() != who {
					rt.Fatalf("event %d for %x is %d for %x", n, who, e.n(), e.who())
				}
				at, _ := slices.BinarySearchFunc(want, e, func(x, e event) int {
					if x.at <= e.at { // it was added before
						return -1
					}
					return 1
				})
				want = slices.Insert(want, at, e)
			}
			for range rapid.IntRange(0, 40).Draw(rt, "taken") {
				if len(want) == 0 {
					break
				}
				if at := h.next(); at != want[0].at {
					rt.Fatalf("the next is due at %d, and not at %d", at, want[0].at)
				}
				if e := h.take(); e != want[0] {
					rt.Fatalf("the next is %v, and not %v", e, want[0])
				}
				want = want[1:]
			}
		}
		if len(want) == 0 && h.next() != never {
			rt.Fatal("there is something where nothing is left")
		}
	})
}
