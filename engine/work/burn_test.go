package work

import (
	"context"
	"errors"
	"testing"
	"time"

	"duet/engine/clock"
)

func TestBurnSleepsInFakeTime(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		for _, demand := range []time.Duration{time.Second, 0, -time.Second} {
			if err := Burn(t.Context(), lane, demand); err != nil {
				t.Error(err)
			}
		}
		if lane.Now() != time.Second {
			t.Errorf("ended at %v, want 1s", lane.Now())
		}
	})
}

func TestBurnEndsWithItsContext(t *testing.T) {
	lane := clock.NewLane()
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(time.Millisecond, func() { cancel(errCrashed) })
	if err := Burn(ctx, lane, time.Hour); !errors.Is(err, errCrashed) {
		t.Errorf("error is %v, want the context's cause", err)
	}
	if err := Burn(ctx, lane, 0); err != nil {
		t.Errorf("no demand: %v", err)
	}
}

func TestBurnWaitsWhilePaused(t *testing.T) {
	lane := clock.NewLane()
	lane.Pause()
	resumed := make(chan struct{})
	time.AfterFunc(5*time.Millisecond, func() {
		close(resumed)
		lane.Resume()
	})
	if err := Burn(t.Context(), lane, time.Microsecond); err != nil {
		t.Fatal(err)
	}
	select {
	case <-resumed:
	default:
		t.Error("burnt while the lane was paused")
	}

	lane.Pause()
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(time.Millisecond, func() { cancel(errCrashed) })
	if err := Burn(ctx, lane, time.Hour); !errors.Is(err, errCrashed) {
		t.Errorf("error while paused is %v, want the context's cause", err)
	}
}

func TestBurnDoesNotAllocate(t *testing.T) {
	Calibrate()
	lane := clock.NewLane()
	w := NewWaiter(lane, clock.Precise)
	if n := testing.AllocsPerRun(100, func() {
		_ = Burn(t.Context(), lane, 10*time.Microsecond)
		_ = w.Do(t.Context(), 10*time.Microsecond)
	}); n > 0 {
		t.Errorf("%v allocations an item", n)
	}
}
