//go:build !linux

package clock

import "time"

// nap sleeps for about d, as well as the runtime can.
func nap(d time.Duration) { time.Sleep(d) }
