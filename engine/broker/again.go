package broker

import (
	"context"
	"math/rand/v2"
	"time"
)

// The pauses before something is tried again.
const (
	leastPause = 10 * time.Millisecond
	mostPause  = time.Second
)

// Backoff is how long to pause before something is tried again that has failed so
// often before, from 0: twice as long each time, up to a second. Up to half of it is
// left out by chance, so that not all come back at once.
func Backoff(fails int) time.Duration {
	pause := mostPause
	if fails < 7 { // of which there are fewer until it is as long
		pause = min(leastPause<<fails, mostPause)
	}
	return pause/2 + rand.N(pause/2) //nolint:gosec // not a secret
}

// Wait lets a pause pass. False: ctx is done before.
func Wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
