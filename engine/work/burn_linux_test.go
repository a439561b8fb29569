package work

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"duet/engine/clock"
)

// processCPU returns the CPU time of the process as the kernel accounts for it,
// which is not the clock that Burn goes by.
func processCPU(t *testing.T) time.Duration {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// What is burnt is compared with what was demanded in CPU time, which other
// programs do not disturb. The tests of this package run one after another.
func TestBurnUsesWhatIsDemanded(t *testing.T) {
	Calibrate()
	lane := clock.NewLane()
	lane.SetSpeed(0.1) // makes no difference to the demand
	for _, demand := range []time.Duration{50 * time.Microsecond, 250 * time.Microsecond, 5 * time.Millisecond} {
		n := int(50 * time.Millisecond / demand)
		start := processCPU(t)
		for range n {
			if err := Burn(t.Context(), lane, demand); err != nil {
				t.Fatal(err)
			}
		}
		ratio := float64(processCPU(t)-start) / float64(time.Duration(n)*demand)
		if ratio < 0.8 || ratio > 1.5 {
			t.Errorf("%d times %v took %.2f of the CPU time demanded", n, demand, ratio)
		}
	}
}
