package tui

import (
	"context"
	"errors"
	"sync"

	"duet/engine"
)

// runs knows every run that was started and not yet closed, so that none is
// left behind when the program ends while one is still starting. It may be used
// from any goroutine.
type runs struct {
	mu    sync.Mutex
	open  map[engine.Run]bool
	ended bool
	busy  sync.WaitGroup // starts, closes and forecasts under way

	ctx  context.Context // of forecasts: they give up when the program ends
	stop context.CancelFunc
}

func newRuns() *runs {
	r := &runs{open: map[engine.Run]bool{}}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

// begin says that some work is under way, until it calls done. When the program
// has ended meanwhile it must not begin.
func (r *runs) begin() (done func(), ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return nil, false
	}
	r.busy.Add(1)
	return r.busy.Done, true
}

// start makes a run. When the program has ended meanwhile the run is closed
// again, and there is none.
func (r *runs) start(newRun func() (engine.Run, error)) (engine.Run, error) {
	done, ok := r.begin()
	if !ok {
		return nil, engine.ErrClosed
	}
	defer done()
	run, err := newRun()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return nil, errors.Join(engine.ErrClosed, run.Close())
	}
	r.open[run] = true
	return run, nil
}

// close ends a run in a goroutine of its own. How a run that nobody looks at
// any more ends is of no interest.
func (r *runs) close(run engine.Run) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.open[run] {
		return
	}
	delete(r.open, run)
	r.busy.Go(func() { _ = run.Close() })
}

// end closes all runs and waits for that, which takes some 200 ms at most.
func (r *runs) end() {
	r.mu.Lock()
	r.ended = true
	open := r.open
	r.open = nil
	r.stop()
	for run := range open {
		r.busy.Go(func() { _ = run.Close() })
	}
	r.mu.Unlock()
	r.busy.Wait()
}
