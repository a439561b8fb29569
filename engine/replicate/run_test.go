package replicate_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"duet/engine"
	"duet/engine/replicate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// timed is a run that takes its scenario's duration, and offers as many items as
// its seed says.
type timed struct {
	engine.Run
	scenario *engine.Scenario
	done     chan struct{}
	timer    *time.Timer
	closing  sync.Once
	closed   *atomic.Int32
	err      error
}

func (r *timed) Done() <-chan struct{} { return r.done }
func (r *timed) Err() error            { return r.err }

func (r *timed) Close() error {
	r.closing.Do(func() {
		r.timer.Stop()
		r.closed.Add(1)
	})
	return nil
}

func (r *timed) Snapshot(dst *engine.Snapshot) {
	*dst = engine.Snapshot{Scenario: r.scenario, Offered: int64(r.scenario.Seed)}
}

// hall is where timed runs are started.
type hall struct {
	started, closed atomic.Int32
	err             error // of every run
}

func (h *hall) start(s *engine.Scenario) (engine.Run, error) {
	h.started.Add(1)
	done := make(chan struct{})
	return &timed{
		scenario: s, done: done, timer: time.AfterFunc(s.Duration, func() { close(done) }), closed: &h.closed, err: h.err,
	}, nil
}

func lasting(d time.Duration) func(i int) *engine.Scenario {
	return func(i int) *engine.Scenario { return &engine.Scenario{Duration: d, Seed: uint64(i)} }
}

func TestSoManyAtOnce(t *testing.T) {
	for _, c := range []struct {
		jobs, atOnce int
		takes        time.Duration
	}{{10, 1, 10 * time.Second}, {10, 4, 3 * time.Second}, {3, 8, time.Second}, {0, 2, 0}} {
		synctest.Test(t, func(t *testing.T) {
			var h hall
			var ended []int
			began := time.Now()
			err := replicate.Each(t.Context(), h.start, c.jobs, c.atOnce, lasting(time.Second), func(i int, snap *engine.Snapshot) {
				if snap.Offered != int64(i) {
					t.Errorf("job %d got the snapshot of %d", i, snap.Offered)
				}
				ended = append(ended, i)
			})
			slices.Sort(ended)
			if err != nil || len(slices.Compact(ended)) != c.jobs || time.Since(began) != c.takes {
				t.Errorf("%d jobs, %d at once: %v ended after %v, %v", c.jobs, c.atOnce, ended, time.Since(began), err)
			}
			if int(h.closed.Load()) != c.jobs {
				t.Errorf("%d runs closed, want %d", h.closed.Load(), c.jobs)
			}
		})
	}
}

func TestInterruptedInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hall
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		ended := 0
		err := replicate.Each(ctx, h.start, 10, 2, lasting(time.Second), func(int, *engine.Snapshot) { ended++ })
		if !errors.Is(err, context.DeadlineExceeded) || ended != 4 {
			t.Errorf("%d ended, %v; want the 4 that were over", ended, err)
		}
		if h.started.Load() != 6 || h.closed.Load() != 6 {
			t.Errorf("%d started and %d closed, want 6 of both", h.started.Load(), h.closed.Load())
		}
	})
}

func TestInterruptedAfterTheLast(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var h hall
	err := replicate.Each(ctx, h.start, 2, 1, lasting(0), func(i int, _ *engine.Snapshot) {
		if i == 1 {
			cancel()
		}
	})
	if err != nil {
		t.Errorf("%v, though all was done", err)
	}
}

var errBroken = errors.New("it broke")

func TestTheFirstErrorEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hall{err: errBroken}
		err := replicate.Each(t.Context(), h.start, 100, 2, lasting(time.Second), func(int, *engine.Snapshot) {
			t.Error("a broken run was handed over")
		})
		if !errors.Is(err, errBroken) || h.started.Load() > 4 || h.started.Load() != h.closed.Load() {
			t.Errorf("%d started, %d closed, %v", h.started.Load(), h.closed.Load(), err)
		}
		none := func(*engine.Scenario) (engine.Run, error) { return nil, errBroken }
		if err := replicate.Each(t.Context(), none, 3, 2, lasting(0), nil); !errors.Is(err, errBroken) {
			t.Errorf("%v, want that it could not be started", err)
		}
	})
}

func TestReplicationsHaveSeedsOfTheirOwn(t *testing.T) {
	s := &engine.Scenario{Seed: 7}
	if replicate.Seeded(s, 0) != s || replicate.Seeded(s, 3).Seed != 10 || s.Seed != 7 {
		t.Errorf("seeds %d and %d of %d", replicate.Seeded(s, 0).Seed, replicate.Seeded(s, 3).Seed, s.Seed)
	}
}
