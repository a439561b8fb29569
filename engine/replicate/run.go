package replicate

import (
	"context"
	"errors"
	"sync"

	"duet/engine"
)

// Start begins a run of a scenario.
type Start func(*engine.Scenario) (engine.Run, error)

// Seeded makes the scenario of a replication, counted from 0: the first is the
// scenario itself, each further one has the next seed. Two scenarios that differ
// in one setting get the same items in the same replication, so that their
// difference is that of the setting (common random numbers: Law, Simulation
// Modeling and Analysis, 5th edition, section 11.2).
func Seeded(s *engine.Scenario, replication int) *engine.Scenario {
	if replication == 0 {
		return s
	}
	s = s.Clone()
	s.Seed += uint64(replication)
	return s
}

// Each carries jobs 0 to n-1 out, at most so many at once, and hands the last
// snapshot of each to done, one at a time, in the order in which they end. It
// starts no more after the first error, or once ctx is done; what is under way
// then is ended and not handed over. The error is the first one, or ctx's.
func Each(ctx context.Context, start Start, n, atOnce int, job func(i int) *engine.Scenario, done func(i int, snap *engine.Snapshot)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var (
		workers sync.WaitGroup
		handing sync.Mutex
		next    = make(chan int)
		ended   int
	)
	for range min(atOnce, n) {
		workers.Go(func() {
			for i := range next {
				snap, err := one(ctx, start, job(i))
				if err != nil {
					stop(err)
					return
				}
				handing.Lock()
				done(i, snap)
				ended++
				handing.Unlock()
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	if ended == n {
		return nil
	}
	return context.Cause(ctx)
}

// one carries a scenario out and returns its last snapshot.
func one(ctx context.Context, start Start, s *engine.Scenario) (*engine.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	run, err := start(s)
	if err != nil {
		return nil, err
	}
	select {
	case <-run.Done():
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), run.Close())
	}
	if err := errors.Join(run.Err(), run.Close()); err != nil {
		return nil, err
	}
	snap := &engine.Snapshot{}
	run.Snapshot(snap)
	return snap, nil
}
