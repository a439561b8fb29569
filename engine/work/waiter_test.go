package work

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine/clock"
)

// do works and checks when that ended.
func do(t *testing.T, lane *clock.Lane, w *Waiter, demand, end time.Duration) {
	t.Helper()
	if err := w.Do(t.Context(), demand); err != nil {
		t.Errorf("work for %v: %v", demand, err)
	}
	if now := lane.Now(); now != end {
		t.Errorf("work for %v ended at %v, want %v", demand, now, end)
	}
}

// Whatever a worker loses between the items of a queue that is never empty, as
// long as it is less than the next demand, the items end at the sums of their
// demands.
func TestWorkInARowEndsAtTheSums(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		demands := rapid.SliceOfN(rapid.Int64Range(1e3, 1e9), 1, 50).Draw(rt, "demands")
		losses := rapid.SliceOfN(rapid.Int64Range(0, 1e3), len(demands), len(demands)).Draw(rt, "losses")
		var sum time.Duration
		bubble(t, func(t *testing.T, lane *clock.Lane) {
			w := NewWaiter(lane, clock.Precise)
			for i, d := range demands {
				sum += time.Duration(d)
				if err := w.Do(t.Context(), time.Duration(d)); err != nil || lane.Now() != sum {
					rt.Errorf("item %d ended at %v (error %v), want %v", i, lane.Now(), err, sum)
				}
				time.Sleep(time.Duration(losses[i]))
			}
		})
	})
}

func TestDebtLargerThanAnItemIsCarriedOn(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		w := NewWaiter(lane, clock.Precise)
		do(t, lane, w, time.Second, time.Second)
		time.Sleep(2500 * time.Millisecond)
		do(t, lane, w, time.Second, 3500*time.Millisecond)
		do(t, lane, w, time.Second, 3500*time.Millisecond)
		do(t, lane, w, time.Second, 4*time.Second)
	})
}

func TestFreshDropsTheDebt(t *testing.T) {
	for name, drop := range map[string]func(*Waiter){
		"fresh":       (*Waiter).Fresh,
		"zero demand": func(w *Waiter) { _ = w.Do(context.Background(), 0) },
		"crash": func(w *Waiter) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			_ = w.Do(ctx, time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, lane *clock.Lane) {
				w := NewWaiter(lane, clock.Precise)
				do(t, lane, w, time.Second, time.Second)
				time.Sleep(time.Minute)
				drop(w)
				do(t, lane, w, time.Second, time.Minute+2*time.Second)
				do(t, lane, w, time.Second, time.Minute+3*time.Second)
			})
		})
	}
}

func TestFirstWorkStartsNow(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		w := NewWaiter(lane, clock.Precise)
		time.Sleep(time.Minute)
		do(t, lane, w, time.Second, time.Minute+time.Second)
	})
}

func TestNoDemandTakesNoTime(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		w := NewWaiter(lane, clock.Precise)
		do(t, lane, w, 0, 0)
		do(t, lane, w, -time.Second, 0)
		do(t, lane, w, time.Second, time.Second)
	})
}

func TestWaitIsInLaneTime(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		w := NewWaiter(lane, clock.Precise)
		lane.SetSpeed(0.5)
		do(t, lane, w, time.Second, time.Second)
		go func() {
			time.Sleep(time.Second)
			lane.Pause()
			time.Sleep(time.Minute)
			lane.Resume()
		}()
		do(t, lane, w, time.Second, 2*time.Second)
		if want := time.Minute + 4*time.Second; lane.Wall() != want {
			t.Errorf("ended at wall time %v, want %v", lane.Wall(), want)
		}
	})
}

func TestCrashInterruptsTheWait(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		w := NewWaiter(lane, clock.Precise)
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel(errCrashed)
		}()
		if err := w.Do(ctx, time.Hour); !errors.Is(err, errCrashed) {
			t.Errorf("error is %v, want the context's cause", err)
		}
		if lane.Now() != time.Second {
			t.Errorf("interrupted at %v, want 1s", lane.Now())
		}
	})
}

func TestPrecisionFor(t *testing.T) {
	for workers, want := range map[int]clock.Precision{
		0: clock.Precise, 1: clock.Precise, 48: clock.Precise, 49: clock.Coarse, 100_000: clock.Coarse,
	} {
		if got := PrecisionFor(workers); got != want {
			t.Errorf("%d workers wait with precision %v, want %v", workers, got, want)
		}
	}
}
