package script

import (
	"time"

	"duet/engine"
)

// Pause is how long to wait before the next try, after so many that failed (1 or
// more). u, from 0 to 1, is what jitter makes of the pause.
func Pause(b engine.Backoff, failed int, u float64) time.Duration {
	pause := b.Base
	for i := 1; i < failed && pause < b.Max; i++ {
		pause *= 2
	}
	pause = min(pause, b.Max)
	if b.Jitter == engine.JitterFull {
		return time.Duration(u * float64(pause))
	}
	return pause
}

// Allows tells whether the clients of a lane may make one more retry, when so many
// items have arrived and so many retries were decided on.
func Allows(r engine.Retry, arrived, retries int64) bool {
	return r.Budget == 0 || float64(retries+1) <= float64(r.Budget)*float64(arrived)+engine.BudgetStart
}
