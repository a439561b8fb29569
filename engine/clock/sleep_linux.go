package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// nap sleeps for about d in a system call. It may return early, after a
// signal: the caller looks at the clock again anyway.
//
// By default the kernel lets a sleeper oversleep by 50 us to save itself
// interrupts. That slack belongs to the thread, and which thread runs us is
// new each time, so it is asked away before every sleep; where that is not
// allowed the sleep is that much later.
func nap(d time.Duration) {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	t := unix.NsecToTimespec(int64(d))
	_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &t, nil)
}
