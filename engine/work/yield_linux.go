package work

import "golang.org/x/sys/unix"

// yield lets others run: threads on this core, such as the screen's that has just woken
// up, and by that goroutines, as the runtime gives this one's processor to others when the
// call takes its time. With runtime.Gosched besides, the goroutine goes on on another
// thread over and over: two that burn two cores get a quarter less done.
func yield() { _, _, _ = unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }
