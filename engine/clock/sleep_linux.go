package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// nap sleeps for about d in a system call. It may return early, after a
// signal: the caller looks at the clock again anyway.
func nap(d time.Duration) {
	t := unix.NsecToTimespec(int64(d))
	_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &t, nil)
}
