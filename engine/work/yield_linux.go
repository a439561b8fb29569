package work

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// yield lets others run: goroutines on this processor, and threads on this core. Without
// the second a thread that has just woken up, such as the screen's, may stand behind
// several that burn, each for as long as the kernel lets it.
func yield() {
	runtime.Gosched()
	_, _, _ = unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
}
