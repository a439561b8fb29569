package virtual

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/clock"
	"duet/engine/workload"
)

// Forecaster makes forecasts of runs, one after another. It keeps the memory that
// one takes for the next. Any goroutine may use it; the zero value is ready.
type Forecaster struct {
	mu      sync.Mutex  // held for as long as a forecast takes
	clock   *clock.Lane // of the wall
	began   *engine.Scenario
	arrived chronicle // of the run that began with it
	workers []*replica
	samples [][][]sample // by lane, replication, step
	scratch []float64
}

// Forecast foretells what becomes of a run after a snapshot, of a real run or a
// simulated one, if nobody changes anything; its timeline is known. changes are
// those that had been made by then. It simulates the time until horizon several
// times, on as many goroutines as may run at once, each time from the state that
// the snapshot tells, but with arrivals and demands of its own: a forecast does not
// know those that will come. Each replication depends on the scenario's seed, the
// time, and its number.
//
// The state is that of a [Fork], but that items which wait demand something else
// than they will, as nobody knows what. What is in hand demands what it does. Where
// not all changes are known any more, items that wait are taken to have come
// evenly, the oldest of them when it did. Conditions that raise events are looked at only where the timeline waits for
// one.
//
// When ctx ends, it gives up within some milliseconds with the cause.
func (f *Forecaster) Forecast(
	ctx context.Context, dst *engine.Forecast, from *engine.Snapshot, changes []engine.Change,
	horizon, step time.Duration, replications int,
) error {
	switch {
	case step <= 0 || horizon < step || replications < 1:
		return fmt.Errorf("a forecast of %v by steps of %v in %d replications", horizon, step, replications)
	case len(from.Lanes) != len(from.Scenario.Lanes):
		return errors.New("the snapshot is not one of a run of its scenario")
	}
	if err := here(from.Scenario); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.clock == nil {
		f.clock = clock.NewLane()
	}
	begun := f.clock.Wall()
	p, err := f.plan(from, changes, step, int(horizon/step))
	if err != nil {
		return err
	}
	f.makeRoom(len(from.Lanes), replications, p.steps)
	if err := f.replicate(ctx, p, replications); err != nil {
		return err
	}
	dst.From, dst.Step, dst.Replications = from.At, step, replications
	dst.Changes, dst.Offered = from.Changes, from.Offered
	dst.Lanes = account.Resize(dst.Lanes, len(from.Lanes))
	for i := range dst.Lanes {
		f.scratch = bands(&dst.Lanes[i], f.samples[i], f.scratch)
	}
	dst.Took = f.clock.Wall() - begun
	return nil
}

// plan is what all replications of a forecast have in common.
type plan struct {
	from     *engine.Snapshot
	changes  []engine.Change   // those that a lane has to know: faults
	sources  *sources          // with the settings of the run
	times    [][]time.Duration // when the latest items arrived in each lane
	steps    int
	step     int64
	eventful bool // the timeline waits for events
}

func (f *Forecaster) plan(from *engine.Snapshot, changes []engine.Change, step time.Duration, steps int) (*plan, error) {
	began := from.Began
	if began == nil {
		began = from.Scenario
	}
	if f.began != began {
		items, err := workload.New(began)
		if err != nil {
			return nil, err
		}
		f.began, f.arrived, f.workers = began, chronicle{items: items}, nil
	}
	p := &plan{from: from, changes: faultsAmong(changes), steps: steps, step: int64(step)}
	p.sources = likeThose(f.arrived.items, from, changes)
	times, known := f.arrived.read(from, changes, p.sources)
	if p.times = times; !known {
		p.times = p.sources.evenly(from)
	}
	for _, m := range from.Scenario.Timeline {
		p.eventful = p.eventful || m.On != ""
	}
	return p, nil
}

// makeRoom makes room for samples.
func (f *Forecaster) makeRoom(lanes, replications, steps int) {
	f.samples = account.Resize(f.samples, lanes)
	for i := range f.samples {
		f.samples[i] = account.Resize(f.samples[i], replications)
		for k := range f.samples[i] {
			f.samples[i][k] = account.Resize(f.samples[i][k], steps)
		}
	}
	for len(f.workers) < runtime.GOMAXPROCS(0) {
		f.workers = append(f.workers, &replica{})
	}
}

// replicate makes the replications.
func (f *Forecaster) replicate(ctx context.Context, p *plan, replications int) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	for _, w := range f.workers[:min(len(f.workers), replications, runtime.GOMAXPROCS(0))] {
		wg.Go(func() {
			pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("role", "forecast")))
			for n := int(next.Add(1)) - 1; n < replications && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				w.simulate(ctx, p, n, func(lane, step int) *sample { return &f.samples[lane][n][step] })
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
