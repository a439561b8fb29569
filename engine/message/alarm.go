package message

import (
	"context"
	"time"
)

// alarm is a goroutine that sees to what is due at times. It runs while there is
// anything to come, or was when it last looked.
type alarm struct {
	on    bool               // the goroutine runs
	until time.Duration      // when it looks again
	rearm context.CancelFunc // has it look now; nil: it is about to
}

// alarmAt has due called at a time, with the lock, and then whenever it says that
// something is due next. The lock is held.
func (s *Subscription[T]) alarmAt(a *alarm, at time.Duration, due func() (next time.Duration, more bool)) {
	switch {
	case s.stage.Load() >= stopping: // what was to come is left
	case !a.on:
		a.on = true
		s.timers.Go(func() { s.ring(a, due) })
	case a.rearm != nil && at < a.until:
		a.rearm()
	}
}

// ring is the alarm's goroutine.
func (s *Subscription[T]) ring(a *alarm, due func() (next time.Duration, more bool)) {
	for {
		ctx, cancel := context.WithCancel(s.ctx)
		s.mu.Lock()
		next, more := due()
		a.on = more && s.stage.Load() < stopping
		a.until, a.rearm = next, cancel
		on := a.on
		s.mu.Unlock()
		if on {
			_ = s.o.Clock.SleepUntil(ctx, next) // however it ends: look again
		}
		cancel()
		if !on {
			return
		}
	}
}
