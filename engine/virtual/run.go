package virtual

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/measure"
)

// Options are what a scenario does not say.
type Options struct {
	// Endless makes a run that goes on until Close, as on the screen. Otherwise
	// items arrive for the scenario's duration, and Done is closed when they
	// have ended or the drain time is over.
	Endless bool

	// Speed is how many seconds of lane time pass in a second: from 0.01, or
	// math.Inf(1) for as fast as it goes. Defaults to 1.
	Speed float64

	// Paused has the run begin paused.
	Paused bool

	// Look is called every so much lane time: by the run's own goroutine, which
	// waits for it, so that what it sees does not depend on how fast the machine
	// is. It must not call the run, nor keep the snapshot. Nil: nobody looks.
	Look  func(*engine.Snapshot)
	Every time.Duration // above 0 where somebody looks
}

// slowest is the lowest speed.
const slowest = 0.01

// Run is a scenario running in simulated time.
type Run struct {
	clock *clock.Lane // of the wall

	mu      sync.Mutex // of all that follows; held by the driver for some milliseconds at most
	machine *machine
	speed   float64
	slowed  bool // the speed was not 1 at some time
	paused  bool
	closed  bool
	pace    pace
	tracks  []*measure.Track // scratch

	look     func(*engine.Snapshot) // nil: nobody looks
	every    int64
	nextLook int64
	seen     engine.Snapshot // what it is shown

	wake  chan struct{} // told when the driver is to look again
	quit  chan struct{}
	ended chan struct{} // closed when the driver has ended
	done  chan struct{}
}

// New starts a run of a decoded scenario. Close must be called in the end.
func New(s *engine.Scenario, o Options) (*Run, error) {
	if o.Speed == 0 {
		o.Speed = 1
	}
	if err := checkSpeed(o.Speed); err != nil {
		return nil, err
	}
	m, err := newMachine(s, o.Endless)
	if err != nil {
		return nil, err
	}
	return start(m, o), nil
}

// start lets a machine run.
func start(m *machine, o Options) *Run {
	r := &Run{
		clock: clock.NewLane(), machine: m, speed: o.Speed, paused: o.Paused, look: o.Look, every: int64(o.Every), nextLook: never,
		wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{}), done: make(chan struct{}),
	}
	if o.Look != nil {
		r.nextLook = add(m.now, r.every)
	}
	r.repace()
	go r.drive()
	return r
}

func checkSpeed(x float64) error {
	if !(x >= slowest) {
		return fmt.Errorf("speed %g: simulated time passes from %g times as fast as real time on", x, slowest)
	}
	return nil
}

// Snapshot implements [engine.Run]. Everything in it is as of one moment.
func (r *Run) Snapshot(dst *engine.Snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fill(dst)
}

// fill is Snapshot for who holds mu.
func (r *Run) fill(dst *engine.Snapshot) {
	r.machine.fill(dst)
	dst.Speed, dst.Slowed = r.speed, r.slowed
	dst.Paused = r.paused && !r.machine.finished
}

// Series implements [engine.Run].
func (r *Run) Series(dst *engine.Series, from, to time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tracks = r.tracks[:0]
	for _, l := range r.machine.lanes {
		r.tracks = append(r.tracks, l.account.Track())
	}
	measure.FillSeries(dst, r.tracks, from, to)
}

var _ engine.Distributor = (*Run)(nil)

// Distribution implements [engine.Distributor].
func (r *Run) Distribution(dst *engine.Distribution, lane int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if lane < 0 || lane >= len(r.machine.lanes) {
		*dst = engine.Distribution{Buckets: dst.Buckets[:0]}
		return
	}
	l := r.machine.lanes[lane]
	l.account.Refresh()
	l.account.FillDistribution(dst)
}

// Journal implements [engine.Run].
func (r *Run) Journal(dst []engine.Entry, after uint64) []engine.Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.machine.story.read(dst, after)
}

// Marks implements [engine.Run].
func (r *Run) Marks(dst []engine.Change, after int) []engine.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.machine.log.marks(dst, after)
}

// Apply implements [engine.Run].
func (r *Run) Apply(c engine.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return engine.ErrClosed
	}
	switch {
	case c.Path == "" && c.Fault == nil && c.Control == "" && c.Speed == 0:
		return errors.New("the change is empty")
	case c.Control != "" && c.Control != engine.Pause && c.Control != engine.Resume && c.Control != engine.Step:
		return fmt.Errorf("control %q: pause, resume and step are known", c.Control)
	case c.Path == "" && c.Fault == nil && c.Control == "":
		if err := checkSpeed(c.Speed); err != nil {
			return err
		}
		r.speed, r.slowed = c.Speed, r.slowed || c.Speed != 1
	case c.Path == "" && c.Fault == nil:
		r.paused = c.Control == engine.Pause
	}
	err := r.machine.apply(c)
	r.repace()
	return err
}

var _ engine.Rewinder = (*Run)(nil)

// Rewind implements [engine.Rewinder]. Moments that are long past take longer:
// what was remembered of them lies further apart.
func (r *Run) Rewind(at time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return engine.ErrClosed
	case r.machine.kept == nil:
		return fmt.Errorf("a run with an end does not go back: %w", engine.ErrUnsupported)
	}
	r.machine.goTo(min(max(0, int64(at)), r.machine.furthest))
	r.machine.halted, r.paused = false, true
	r.repace()
	return nil
}

// Furthest implements [engine.Rewinder].
func (r *Run) Furthest() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return duration(r.machine.furthest)
}

// Done implements [engine.Run].
func (r *Run) Done() <-chan struct{} { return r.done }

// Err implements [engine.Run]. A lane that died is no error: it is what the
// scenario shows.
func (r *Run) Err() error { return nil }

// Close implements [engine.Run]. What was simulated can still be read.
func (r *Run) Close() error {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		close(r.quit)
	}
	r.mu.Unlock()
	<-r.ended
	return nil
}
