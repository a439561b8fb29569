package live

import (
	"cmp"
	"context"
	"errors"
	"runtime/pprof"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/clock"
	"duet/engine/journal"
	"duet/engine/script"
	"duet/engine/work"
	"duet/engine/workload"
)

// Options are what a scenario does not say.
type Options struct {
	// Endless makes a run that goes on until Close, as on the screen. Otherwise
	// items arrive for the scenario's duration, and Done is closed when they
	// have ended or the drain time is over.
	Endless bool

	// Paused has the run begin paused: at 0, unless Clock runs already.
	Paused bool

	// Handlers are a person's own, by name, in place of the synthetic work of
	// the scenario's handler of that name, in every lane that runs it: see [Func].
	Handlers map[string]Func

	// Dial connects to the broker in which a lane's queues are, or starts it, by the
	// settings of the queue. Nil: no lane may have its queues in one.
	Dial func(ctx context.Context, q *engine.Queue) (broker.Server, error)

	// Name is what the run's queues in a broker are called by: small letters, digits
	// and _. Empty: it is drawn.
	Name string

	// Clock is the run's clock. Defaults to one of real time. It must be new.
	Clock *clock.Lane
}

// Run is a scenario running in real time.
type Run struct {
	clock    *clock.Lane
	stream   *workload.Stream
	journal  *journal.Ring
	sampling journal.Sampler
	lanes    []*lane
	own      map[string]Func
	dial     func(ctx context.Context, q *engine.Queue) (broker.Server, error)
	name     string        // in brokers
	end      time.Duration // of the arrivals
	pacing   clock.Precision
	traced   bool      // items are tasks of an execution trace
	waiters  sync.Pool // of handlers without a place
	scenario atomic.Pointer[engine.Scenario]
	began    *engine.Scenario // with which settings

	mu       sync.Mutex // of changes: one at a time
	marks    script.Marks
	unlinked atomic.Bool // some lane has a load of its own
	slowed   atomic.Bool // the speed was not 1 at some time

	sampler    *sampler
	background sync.WaitGroup
	starting   sync.Mutex      // held to add to background: nothing is added once closing
	ctx        context.Context // of what is in the background
	stop       context.CancelFunc
	needed     int // processors; guarded by mu, but for New and Close
	closing    atomic.Bool
	closed     chan struct{}
	begun      bool // all lanes have started
	closeErr   error
	finished   sync.Once
	done       chan struct{}
}

// New starts a run of a decoded scenario. Close must be called in the end.
func New(s *engine.Scenario, o Options) (*Run, error) {
	s, err := owned(s, o.Handlers)
	if err != nil {
		return nil, err
	}
	stream, err := workload.New(s)
	if err != nil {
		return nil, err
	}
	r := &Run{
		clock: o.Clock, stream: stream, journal: journal.NewRing(journalSize), own: o.Handlers, dial: o.Dial, name: cmp.Or(o.Name, broker.NewRun()), began: s,
		end: s.Duration, pacing: clock.Paced, traced: trace.IsEnabled(), closed: make(chan struct{}), done: make(chan struct{}),
	}
	switch {
	case r.clock == nil && o.Paused:
		r.clock = clock.NewLane(clock.Paused())
	case r.clock == nil:
		r.clock = clock.NewLane()
	}
	if o.Endless || s.Duration == 0 {
		r.end = never
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	r.waiters.New = func() any { return work.NewWaiter(r.clock, clock.Coarse) }
	r.scenario.Store(s)
	for i := range s.Lanes {
		r.lanes = append(r.lanes, newLane(r, i, s))
	}
	r.sampler = newSampler(r, s)
	r.reclaim(r.needs(s))
	if o.Paused {
		r.pause()
	}
	for _, l := range r.lanes {
		if err := l.start(); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	r.begun = true
	r.background.Go(func() { r.sampler.loop(labelled(r.ctx, pprof.Labels("role", roleSampler))) })
	return r, nil
}

// journalSize is how many lines of the journal are kept.
const journalSize = 1 << 14

// Done implements [engine.Run].
func (r *Run) Done() <-chan struct{} { return r.done }

// Err implements [engine.Run]. A lane that died is no error: it is what the
// scenario shows.
func (r *Run) Err() error { return nil }

// Journal implements [engine.Run]. Producers and handlers write it at the same
// time: entries of an item are in order by At, not always by number.
func (r *Run) Journal(dst []engine.Entry, after uint64) []engine.Entry {
	return r.journal.Read(dst, after)
}

// Marks implements [engine.Run].
func (r *Run) Marks(dst []engine.Change, after int) []engine.Change { return r.marks.From(dst, after) }

// Close implements [engine.Run]. What was measured can still be read.
func (r *Run) Close() error {
	if !r.beginClosing() {
		<-r.closed
		return r.closeErr
	}
	defer close(r.closed)
	if r.begun {
		r.sampler.freeze()
	}
	errs := make([]error, len(r.lanes))
	var ending sync.WaitGroup
	for i, l := range r.lanes {
		ending.Go(func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			errs[i] = l.end()
			l.retick(engine.Schedule)
		})
	}
	ending.Wait()
	r.stop()
	r.background.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reclaim(0)
	r.closeErr = errors.Join(errs...)
	return r.closeErr
}

// beginClosing lets nothing start any more. It returns false when that was
// done before.
func (r *Run) beginClosing() bool {
	r.mu.Lock() // a change under way may start goroutines
	defer r.mu.Unlock()
	r.starting.Lock()
	defer r.starting.Unlock()
	return r.closing.CompareAndSwap(false, true)
}
