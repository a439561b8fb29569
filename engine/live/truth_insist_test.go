package live_test

import (
	"fmt"
	"testing"
	"time"
)

const (
	mostTries   = 6
	mostStrikes = 3
	hiccup      = 15 * time.Millisecond
)

// insist tries a test in real time until it succeeds. What else the machine has to
// do makes everything later, and a run that was disturbed proves nothing; but no
// disturbance makes a wrong run right. So the test fails when it failed three times
// undisturbed, and is skipped where the machine does not let it run in peace.
func insist(t *testing.T, try func(t testing.TB)) {
	t.Helper()
	strikes := 0
	var worst time.Duration
	for range mostTries {
		a := attempt{TB: t}
		stop := watchMachine()
		try(&a)
		worst = stop()
		if len(a.errors) == 0 {
			return
		}
		t.Logf("once more, for: %q (the machine stood still for up to %v)", a.errors, worst)
		if worst > hiccup {
			continue
		}
		if strikes++; strikes == mostStrikes {
			for _, e := range a.errors {
				t.Error(e)
			}
			return
		}
	}
	t.Skipf("this machine is too busy: somebody who sleeps for a millisecond woke up to %v late", worst)
}

// watchMachine measures how late somebody wakes who sleeps a millisecond at a time
// and does nothing else, until it is stopped. It returns the worst.
func watchMachine() (stop func() time.Duration) {
	quit, result := make(chan struct{}), make(chan time.Duration)
	go func() {
		var worst time.Duration
		for {
			start := time.Now()
			select {
			case <-quit:
				result <- worst
				return
			case <-time.After(time.Millisecond):
				worst = max(worst, time.Since(start)-time.Millisecond)
			}
		}
	}()
	return func() time.Duration {
		close(quit)
		return <-result
	}
}

// attempt collects errors.
type attempt struct {
	testing.TB
	errors []string
}

func (a *attempt) Errorf(format string, args ...any) {
	a.errors = append(a.errors, fmt.Sprintf(format, args...))
}

func (a *attempt) Error(args ...any) { a.errors = append(a.errors, fmt.Sprint(args...)) }
