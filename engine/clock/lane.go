package clock

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of a lane's speed: what is asked for beyond them is brought to
// the nearer one.
const (
	MinSpeed = 0.01
	MaxSpeed = 100
)

// Lane is a clock that can be paused and slowed. It starts running, at 0, with
// speed 1. All methods may be called from any goroutine; reading it takes no
// lock and costs one reading of the machine's clock.
type Lane struct {
	base       time.Time
	timersOnly bool

	changing sync.Mutex // held by who replaces the state; readers never take it
	state    atomic.Pointer[state]
}

// state is how lane time passes from some moment on. It is never changed, only
// replaced: a nil state says that this is happening just now.
type state struct {
	wall, lane time.Duration // the moment, in both times
	speed      float64
	paused     bool
	replaced   chan struct{} // closed when the next state is in force
}

// Option is a choice at the making of a [Lane].
type Option func(*Lane)

// TimersOnly makes every wait of the lane use the runtime's timers, never
// system calls or spinning, whatever [Precision] a sleeper asks for. It is for
// tests in fake time (testing/synctest), which sees timers only.
func TimersOnly() Option { return func(l *Lane) { l.timersOnly = true } }

// Paused makes a lane that stands at 0 until [Lane.Resume].
func Paused() Option { return func(l *Lane) { l.state.Load().paused = true } }

// NewLane returns a clock that shows 0, running unless made with [Paused]. In a synctest bubble it must
// be made inside the bubble.
func NewLane(options ...Option) *Lane {
	l := &Lane{base: time.Now()}
	l.state.Store(&state{speed: 1, replaced: make(chan struct{})})
	for _, o := range options {
		o(l)
	}
	return l
}

// TimersOnly reports whether the lane was made with [TimersOnly].
func (l *Lane) TimersOnly() bool { return l.timersOnly }

// Wall returns the monotonic wall time since the clock was made, which pause
// and speed do not touch.
func (l *Lane) Wall() time.Duration { return time.Since(l.base) }

// Now returns the lane time. It implements [Clock].
func (l *Lane) Now() time.Duration {
	s, wall := l.read()
	return s.at(wall)
}

// Pause stops lane time at once. Sleepers stay asleep until after [Lane.Resume].
func (l *Lane) Pause() { l.change(func(s *state) { s.paused = true }) }

// Resume lets lane time go on from where it was paused.
func (l *Lane) Resume() { l.change(func(s *state) { s.paused = false }) }

// Paused reports whether lane time stands still.
func (l *Lane) Paused() bool {
	s, _ := l.read()
	return s.paused
}

// SetSpeed makes lane time pass x times as fast as the wall from now on, also
// for those asleep; x is held within [MinSpeed] and [MaxSpeed]. A paused lane
// stays paused and goes on at the new speed.
func (l *Lane) SetSpeed(x float64) {
	if !(x > MinSpeed) { // also for NaN
		x = MinSpeed
	}
	l.change(func(s *state) { s.speed = min(x, MaxSpeed) })
}

// Speed returns the speed that is set, also while the lane is paused.
func (l *Lane) Speed() float64 {
	s, _ := l.read()
	return s.speed
}

// SleepUntil implements [Clock]. It overshoots by up to about 1 ms; a
// [Sleeper] can do better, and allocates nothing.
func (l *Lane) SleepUntil(ctx context.Context, t time.Duration) error {
	return l.NewSleeper(Coarse).Until(ctx, t)
}

// AwaitRunning blocks while the lane is paused; it returns nil as soon as it
// runs, or the cause of ctx when that is done. For a running lane it costs a
// few nanoseconds.
func (l *Lane) AwaitRunning(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s := l.state.Load()
		if s == nil {
			runtime.Gosched()
			continue
		}
		if !s.paused {
			return nil
		}
		select {
		case <-s.replaced:
		case <-ctx.Done():
		}
	}
}

// read returns the state in force and the wall time at a moment at which it
// was. Looking at the state again after the wall makes sure that no reader
// carries an old state past the moment at which a new one begins, which would
// let lane time run backwards.
func (l *Lane) read() (s *state, wall time.Duration) {
	for {
		s = l.state.Load()
		wall = l.Wall()
		if s != nil && s == l.state.Load() {
			return s, wall
		}
		runtime.Gosched() // for the nanoseconds that a change takes
	}
}

// change replaces the state by a copy that begins now, as edited.
func (l *Lane) change(edit func(*state)) {
	l.changing.Lock()
	defer l.changing.Unlock()
	old := l.state.Load()
	next := &state{speed: old.speed, paused: old.paused}
	edit(next)
	if next.speed == old.speed && next.paused == old.paused {
		return
	}
	next.replaced = make(chan struct{})
	l.state.Store(nil) // from here on nobody reads a wall time by the old state
	next.wall = l.Wall()
	next.lane = old.at(next.wall)
	l.state.Store(next)
	close(old.replaced)
}

// at returns the lane time at a wall time not before the state's own.
func (s *state) at(wall time.Duration) time.Duration {
	switch {
	case s.paused:
		return s.lane
	case s.speed == 1: // exact, however long the run
		return s.lane + wall - s.wall
	}
	return s.lane + time.Duration(float64(wall-s.wall)*s.speed)
}

// left returns how much wall time it takes from wall until lane time t, at
// least 1 ns, while the lane runs on as it does.
func (s *state) left(wall, t time.Duration) time.Duration {
	if s.speed == 1 {
		return max(1, t-s.lane-(wall-s.wall))
	}
	elapsed := math.Ceil(float64(t-s.lane) / s.speed)
	if elapsed >= math.MaxInt64 { // as good as never
		return math.MaxInt64
	}
	return max(1, time.Duration(elapsed)-(wall-s.wall))
}
