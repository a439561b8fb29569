package work

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"duet/engine/clock"
)

const (
	// longestSlice is how long Burn keeps its processor: longer, and timers,
	// frames and other workers come late.
	longestSlice = 200 * time.Microsecond

	// unmetered is the CPU time that is too short to look at a clock for, which
	// itself takes up to 1 us.
	unmetered = 2 * time.Microsecond
)

// Burn uses demand of CPU time, whatever the lane's speed, and returns nil. It
// burns in slices of at most 200 us and lets others run after each: goroutines, on
// Linux threads; after a shorter one only with a chance of its part of 200 us, because
// giving a processor away may cost microseconds. Before each slice it waits while the
// lane is paused, and returns the cause of ctx when that is done. A demand of
// 0 or less is done at once.
//
// The time is that of the thread which burns, on systems that have a clock for
// it (Linux, macOS, FreeBSD), so that waiting for a core does not count
// as work; elsewhere it is the number of rounds of a loop that [Calibrate] has
// timed. A goroutine keeps its thread for the length of a slice only.
//
// On a lane with [clock.TimersOnly], which is for tests in fake time, nothing is
// burnt: Burn sleeps for demand of lane time.
func Burn(ctx context.Context, l *clock.Lane, demand time.Duration) error {
	if l.TimersOnly() && demand > 0 {
		return l.SleepUntil(ctx, l.Now()+demand)
	}
	for left := demand; left > 0; {
		if err := l.AwaitRunning(ctx); err != nil {
			return err
		}
		took := burnSlice(min(left, longestSlice))
		if rand.N(longestSlice) < took {
			yield()
		}
		left -= took
	}
	return nil
}

// burnSlice burns d of CPU time on one thread and returns what it took. It
// aims at half of what is left each time, so that a calibration that is wrong
// for the moment (a core that changed its pace, or is shared) hardly matters.
func burnSlice(d time.Duration) time.Duration {
	if d <= unmetered {
		spin(rounds(d))
		return d
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	m := newMeter()
	left := d
	for left > unmetered {
		run := left / 2
		spin(rounds(run))
		left = d - m.took(run)
	}
	spin(rounds(left))
	return d - min(left, 0) // below 0 when a run took longer than planned
}

// Calibrate finds out how fast this machine runs the loop that [Burn] burns
// with. It takes a few milliseconds the first time (more where the clock is
// coarse), and nothing later; Burn does it when nobody has. It needs real time:
// do not call it in a synctest bubble.
func Calibrate() { calibration() }

// calibration is the number of rounds of spin in a millisecond: the most of
// several tries, because disturbance can only make them fewer.
var calibration = sync.OnceValue(func() float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	best := 0.0
	for range 8 {
		best = max(best, pace())
	}
	return best
})

// pace counts the rounds of spin in a millisecond, between two ticks of the
// clock, which on some systems are far apart.
func pace() float64 {
	const (
		enough = 300 * time.Microsecond
		chunk  = 20_000 // rounds, which take some 20 us
	)
	before := threadTime()
	start := threadTime()
	for start == before {
		start = threadTime()
	}
	for n := chunk; ; n += chunk {
		spin(chunk)
		if took := threadTime() - start; took >= enough {
			return float64(n) * float64(time.Millisecond) / float64(took)
		}
	}
}

// rounds returns how many rounds of spin take d.
func rounds(d time.Duration) int {
	return int(calibration() * float64(d) / float64(time.Millisecond))
}

// spin does n rounds of something that the compiler cannot leave out and the
// processor cannot do side by side.
func spin(n int) {
	x := uint64(n) | 1
	for range n {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	runtime.KeepAlive(x)
}
