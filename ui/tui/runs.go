package tui

import (
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
	busy  sync.WaitGroup // starts and closes under way
}

// start makes a run. When the program has ended meanwhile the run is closed
// again, and there is none.
func (r *runs) start(newRun func(*engine.Scenario) (engine.Run, error), s *engine.Scenario) (engine.Run, error) {
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return nil, engine.ErrClosed
	}
	r.busy.Add(1)
	r.mu.Unlock()
	defer r.busy.Done()

	run, err := newRun(s)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return nil, errors.Join(engine.ErrClosed, run.Close())
	}
	if r.open == nil {
		r.open = map[engine.Run]bool{}
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
	for run := range open {
		r.busy.Go(func() { _ = run.Close() })
	}
	r.mu.Unlock()
	r.busy.Wait()
}
