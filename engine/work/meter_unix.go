//go:build linux || darwin || freebsd

package work

import (
	"time"

	"golang.org/x/sys/unix"
)

// meter measures the CPU time of the thread it was made on.
type meter struct{ start time.Duration }

func newMeter() meter { return meter{threadTime()} }

// took returns the CPU time since the meter was made.
func (m *meter) took(time.Duration) time.Duration { return threadTime() - m.start }

// threadTime returns the CPU time that this thread has used.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic("work: this system has no clock of a thread's CPU time: " + err.Error())
	}
	return time.Duration(t.Nano())
}
