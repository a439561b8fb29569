package clock_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine/clock"
)

var (
	_ clock.Clock = (*clock.Lane)(nil)

	errStopped = errors.New("stopped")
)

// bubble runs a test in fake time, on a new lane.
func bubble(t *testing.T, test func(t *testing.T, lane *clock.Lane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, clock.NewLane(clock.TimersOnly())) })
}

// wantNow checks the lane's time exactly.
func wantNow(t *testing.T, lane *clock.Lane, want time.Duration) {
	t.Helper()
	if got := lane.Now(); got != want {
		t.Errorf("lane time is %v, want %v", got, want)
	}
}

func TestPauseStopsTime(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		time.Sleep(time.Second)
		wantNow(t, lane, time.Second)
		lane.Pause()
		time.Sleep(time.Hour)
		wantNow(t, lane, time.Second)
		if !lane.Paused() {
			t.Error("a paused lane says that it runs")
		}
		lane.Resume()
		time.Sleep(time.Second)
		wantNow(t, lane, 2*time.Second)
		if lane.Paused() {
			t.Error("a resumed lane says that it is paused")
		}
		if want := time.Hour + 2*time.Second; lane.Wall() != want {
			t.Errorf("wall time is %v, want %v", lane.Wall(), want)
		}
	})
}

func TestSpeed(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		lane.SetSpeed(0.25)
		time.Sleep(4 * time.Second)
		wantNow(t, lane, time.Second)
		lane.Pause()
		lane.SetSpeed(0.5)
		time.Sleep(time.Second)
		wantNow(t, lane, time.Second)
		if lane.Speed() != 0.5 {
			t.Errorf("speed while paused is %v, want 0.5", lane.Speed())
		}
		lane.Resume()
		time.Sleep(2 * time.Second)
		wantNow(t, lane, 2*time.Second)
	})
}

func TestSpeedIsHeldWithinItsBounds(t *testing.T) {
	lane := clock.NewLane()
	for asked, want := range map[float64]float64{
		0.01: 0.01, 1: 1, 2: 2, 100: 100,
		0: clock.MinSpeed, -1: clock.MinSpeed, math.Inf(-1): clock.MinSpeed,
		1e9: clock.MaxSpeed, math.Inf(1): clock.MaxSpeed,
	} {
		lane.SetSpeed(asked)
		if got := lane.Speed(); got != want {
			t.Errorf("SetSpeed(%v) made it %v, want %v", asked, got, want)
		}
	}
	lane.SetSpeed(math.NaN())
	if got := lane.Speed(); got != clock.MinSpeed {
		t.Errorf("SetSpeed(NaN) made it %v, want %v", got, clock.MinSpeed)
	}
}

func TestAwaitRunning(t *testing.T) {
	bubble(t, func(t *testing.T, lane *clock.Lane) {
		if err := lane.AwaitRunning(t.Context()); err != nil {
			t.Errorf("a running lane: %v", err)
		}
		lane.Pause()
		go func() {
			time.Sleep(time.Second)
			lane.SetSpeed(0.5) // replaces the state, but the lane stays paused
			time.Sleep(time.Second)
			lane.Resume()
		}()
		if err := lane.AwaitRunning(t.Context()); err != nil {
			t.Errorf("a resumed lane: %v", err)
		}
		if lane.Wall() != 2*time.Second {
			t.Errorf("returned at %v, want 2s", lane.Wall())
		}
		lane.Pause()
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel(errStopped)
		}()
		if err := lane.AwaitRunning(ctx); !errors.Is(err, errStopped) {
			t.Errorf("error is %v, want the context's cause", err)
		}
		if lane.Wall() != 3*time.Second {
			t.Errorf("cancelled at %v, want 3s", lane.Wall())
		}
	})
}

// Whatever is done to a lane, its time is the integral of its speed over the
// wall time in which it ran, and who sleeps until a lane time wakes exactly
// when it is reached: a lane no faster than the wall cannot skip it.
func TestLaneTimeIsTheIntegralOfSpeed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 0, 20).Draw(rt, "steps")
		targets := rapid.SliceOfN(rapid.Custom(drawTarget), 0, 8).Draw(rt, "targets")
		var err error
		bubble(t, func(_ *testing.T, lane *clock.Lane) { err = checkIntegral(lane, steps, targets) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// step is something done to a lane, and the wall time that passes after it.
type step struct {
	Do      string
	Percent int // of full speed
	Then    time.Duration
}

func drawStep(t *rapid.T) step {
	return step{
		Do:      rapid.SampledFrom([]string{"pause", "resume", "speed"}).Draw(t, "do"),
		Percent: rapid.IntRange(1, 100).Draw(t, "percent"),
		Then:    time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "then")),
	}
}

func drawTarget(t *rapid.T) time.Duration {
	return time.Duration(rapid.Int64Range(0, int64(10*time.Second)).Draw(t, "target"))
}

func checkIntegral(lane *clock.Lane, steps []step, targets []time.Duration) error {
	woke := make([]time.Duration, len(targets))
	var sleepers sync.WaitGroup
	for i, target := range targets {
		sleepers.Go(func() {
			_ = lane.SleepUntil(context.Background(), target) // an error would show in when it woke
			woke[i] = lane.Now()
		})
	}
	err := walk(lane, steps)
	lane.Resume()
	sleepers.Wait()
	for i, target := range targets {
		if woke[i] != target {
			err = errors.Join(err, fmt.Errorf("a sleeper until %v woke at %v", target, woke[i]))
		}
	}
	return err
}

// walk takes the steps and compares lane time with the integral of speed.
func walk(lane *clock.Lane, steps []step) error {
	integral, speed, running := 0.0, 1.0, true
	for i, s := range steps {
		switch s.Do {
		case "pause":
			lane.Pause()
			running = false
		case "resume":
			lane.Resume()
			running = true
		case "speed":
			speed = float64(s.Percent) / 100
			lane.SetSpeed(speed)
		}
		time.Sleep(s.Then)
		if running {
			integral += float64(s.Then) * speed
		}
		// Each change may cut off a part of a nanosecond.
		if now := float64(lane.Now()); math.Abs(now-integral) > float64(i)+2 {
			return fmt.Errorf("after step %d lane time is %.0f ns, the integral of speed %.0f ns", i, now, integral)
		}
	}
	return nil
}

// No reader sees lane time run backwards, whatever others do to the lane.
func TestTimeNeverRunsBackwards(t *testing.T) {
	lane := clock.NewLane()
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for last := time.Duration(0); ; {
				select {
				case <-done:
					return
				default:
				}
				now := lane.Now()
				if now < last {
					t.Errorf("lane time went from %v back to %v", last, now)
					return
				}
				last = now
			}
		})
	}
	for i := range 20_000 {
		switch i % 4 {
		case 0:
			lane.Pause()
		case 1:
			lane.SetSpeed(0.1)
		case 2:
			lane.Resume()
		case 3:
			lane.SetSpeed(1)
		}
	}
	close(done)
	readers.Wait()
}
