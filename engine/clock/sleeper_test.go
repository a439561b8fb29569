package clock_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine/clock"
)

func TestSleeperFollowsThePause(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		go func() {
			time.Sleep(time.Second)
			lane.Pause()
			time.Sleep(time.Minute)
			lane.Resume()
		}()
		if err := lane.SleepUntil(t.Context(), 3*time.Second); err != nil {
			t.Fatal(err)
		}
		wantNow(t, lane, 3*time.Second)
		if want := time.Minute + 3*time.Second; lane.Wall() != want {
			t.Errorf("woke at wall time %v, want %v", lane.Wall(), want)
		}
	})
}

func TestSleeperFollowsTheSpeed(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		go func() {
			time.Sleep(time.Second)
			lane.SetSpeed(0.1) // 2 s are left: 1 s in 10 s of wall time, ...
			time.Sleep(10 * time.Second)
			lane.SetSpeed(2) // ... and 1 s in half a second
		}()
		if err := lane.SleepUntil(t.Context(), 3*time.Second); err != nil {
			t.Fatal(err)
		}
		wantNow(t, lane, 3*time.Second)
		if want := 11*time.Second + time.Second/2; lane.Wall() != want {
			t.Errorf("woke at wall time %v, want %v", lane.Wall(), want)
		}
	})
}

func TestSleepUntilThePastReturnsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		time.Sleep(time.Second)
		lane.Pause() // a time reached is reached also while paused
		for _, past := range []time.Duration{math.MinInt64, 0, time.Second} {
			if err := lane.SleepUntil(t.Context(), past); err != nil {
				t.Error(err)
			}
		}
		if lane.Wall() != time.Second {
			t.Errorf("slept until wall time %v", lane.Wall())
		}
	})
}

func TestDoneContextEndsTheSleep(t *testing.T) {
	for name, prepare := range map[string]func(*clock.Lane){
		"running": func(*clock.Lane) {},
		"slow":    func(l *clock.Lane) { l.SetSpeed(clock.MinSpeed) },
		"paused":  (*clock.Lane).Pause,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, lane *clock.Lane) {
				prepare(lane)
				ctx, cancel := context.WithCancelCause(t.Context())
				go func() {
					time.Sleep(time.Second)
					cancel(errStopped)
				}()
				if err := lane.SleepUntil(ctx, math.MaxInt64); !errors.Is(err, errStopped) {
					t.Errorf("error is %v, want the context's cause", err)
				}
				if lane.Wall() != time.Second {
					t.Errorf("returned at wall time %v, want 1s", lane.Wall())
				}
				if err := lane.SleepUntil(ctx, 0); !errors.Is(err, errStopped) {
					t.Errorf("a done context and a time reached: error is %v, want the cause", err)
				}
			})
		})
	}
}

func TestManySleepers(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		const n = 1000
		var sleepers sync.WaitGroup
		for i := range n {
			sleepers.Go(func() {
				s := lane.NewSleeper(clock.Paced)
				for k := range 5 {
					target := time.Duration(k*n+i) * time.Millisecond
					if err := s.Until(t.Context(), target); err != nil || lane.Now() != target {
						t.Errorf("sleep until %v ended at %v: %v", target, lane.Now(), err)
					}
				}
			})
		}
		for range 10 {
			time.Sleep(300 * time.Millisecond)
			lane.Pause()
			synctest.Wait()
			time.Sleep(time.Second)
			lane.Resume()
		}
		sleepers.Wait()
	})
}

func TestUntilOrWake(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		s := lane.NewSleeper(clock.Coarse)
		wake := make(chan struct{}, 1)
		sleep := func(until time.Duration, want bool, at time.Duration) {
			t.Helper()
			woken, err := s.UntilOr(t.Context(), until, wake)
			if woken != want || err != nil || lane.Wall() != at {
				t.Errorf("woken %v at wall time %v (error %v), want %v at %v", woken, lane.Wall(), err, want, at)
			}
		}
		wakeIn := func(d time.Duration) {
			go func() {
				time.Sleep(d)
				wake <- struct{}{}
			}()
		}
		wakeIn(time.Second)
		sleep(time.Hour, true, time.Second)
		sleep(2*time.Second, false, 2*time.Second)

		wake <- struct{}{}
		sleep(lane.Now(), false, 2*time.Second)
		if len(wake) != 1 {
			t.Error("a time already reached took the wake-up")
		}
		sleep(time.Hour, true, 2*time.Second)

		lane.Pause()
		wakeIn(time.Second)
		sleep(time.Hour, true, 3*time.Second)
		close(wake)
		sleep(time.Hour, true, 3*time.Second)
	})
}

// In real time nothing can be said about when a sleeper wakes, but that it is
// not early; and that pause, wake-up and cancellation reach it whatever its
// precision.
func TestPreciseSleepersInRealTime(t *testing.T) {
	for _, p := range []clock.Precision{clock.Coarse, clock.Precise, clock.Paced} {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			lane := clock.NewLane()
			s := lane.NewSleeper(p)
			for _, gap := range []time.Duration{0, 10, 1e4, 1e5, 1e6, 3e6} {
				for _, speed := range []float64{1, 0.5} {
					lane.SetSpeed(speed)
					until := lane.Now() + gap
					if err := s.Until(t.Context(), until); err != nil {
						t.Fatal(err)
					}
					if now := lane.Now(); now < until {
						t.Errorf("woke at %v, before %v", now, until)
					}
				}
			}

			soon := lane.Now() + time.Millisecond
			lane.Pause()
			resumed := make(chan struct{})
			time.AfterFunc(5*time.Millisecond, func() {
				close(resumed)
				lane.Resume()
			})
			if err := s.Until(t.Context(), soon); err != nil {
				t.Fatal(err)
			}
			select {
			case <-resumed:
			default:
				t.Error("woke while the lane was paused")
			}

			lane.SetSpeed(clock.MinSpeed) // 1 ms is now 100 ms of naps
			wake := make(chan struct{})
			time.AfterFunc(time.Millisecond, func() { close(wake) })
			if woken, err := s.UntilOr(t.Context(), lane.Now()+time.Hour, wake); !woken || err != nil {
				t.Errorf("woken %v, error %v; want a wake-up", woken, err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			if err := s.Until(ctx, lane.Now()+time.Hour); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error is %v, want %v", err, context.DeadlineExceeded)
			}
		})
	}
}

func TestSleepsDoNotAllocate(t *testing.T) {
	lane := clock.NewLane()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, p := range []clock.Precision{clock.Coarse, clock.Precise, clock.Paced} {
		s := lane.NewSleeper(p)
		if n := testing.AllocsPerRun(20, func() { _ = s.Until(ctx, lane.Now()+1600*time.Microsecond) }); n > 0 {
			t.Errorf("%v: %v allocations a sleep", p, n)
		}
	}
}

func TestReal(t *testing.T) {
	real := clock.Real()
	before := real.Now()
	until := before + time.Millisecond
	if err := real.SleepUntil(t.Context(), until); err != nil {
		t.Fatal(err)
	}
	if now := real.Now(); now < until {
		t.Errorf("woke at %v, before %v", now, until)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(time.Millisecond, func() { cancel(errStopped) })
	for _, until := range []time.Duration{math.MaxInt64, 0} { // cancelled asleep, and before
		if err := real.SleepUntil(ctx, until); !errors.Is(err, errStopped) {
			t.Errorf("error is %v, want the context's cause", err)
		}
	}
}
