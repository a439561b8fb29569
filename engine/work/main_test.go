package work

import (
	"errors"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"duet/engine/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errCrashed = errors.New("crashed")

// bubble runs a test in fake time, on a new lane.
func bubble(t *testing.T, test func(t *testing.T, lane *clock.Lane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, clock.NewLane(clock.TimersOnly())) })
}
