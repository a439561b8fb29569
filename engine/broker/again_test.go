package broker

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func TestBackoffDoublesAndIsByChance(t *testing.T) {
	for fails, longest := range map[int]time.Duration{
		0: 10 * time.Millisecond, 1: 20 * time.Millisecond, 5: 320 * time.Millisecond, 6: 640 * time.Millisecond,
		7: time.Second, 8: time.Second, 100: time.Second, math.MaxInt: time.Second,
	} {
		seen := make(map[time.Duration]bool)
		for range 100 {
			pause := Backoff(fails)
			if pause < longest/2 || pause >= longest {
				t.Errorf("after %d failures it is %v, and not between half of %v and that", fails, pause, longest)
			}
			seen[pause] = true
		}
		if len(seen) < 50 {
			t.Errorf("after %d failures there are %d different pauses in 100", fails, len(seen))
		}
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if !Wait(t.Context(), time.Minute) || time.Since(start) != time.Minute {
			t.Errorf("it took %v", time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if Wait(ctx, time.Minute) || time.Since(start) != time.Minute+time.Second {
			t.Errorf("it took %v", time.Since(start))
		}
	})
}
