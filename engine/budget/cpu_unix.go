//go:build unix

package budget

import (
	"time"

	"golang.org/x/sys/unix"
)

// ProcessCPU is the CPU time that the process has used.
func ProcessCPU() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
