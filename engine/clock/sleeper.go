package clock

import (
	"context"
	"time"
)

// Precision says how a [Sleeper] waits: the more exact, the dearer.
type Precision uint8

// The precisions. What they cost and how late they wake is measured by
// BenchmarkLateness; see there for a machine's own figures.
const (
	// Coarse waits on a timer of the runtime, which wakes up to about 1 ms
	// late and costs nothing while it waits.
	Coarse Precision = iota

	// Precise ends the wait with system calls that sleep: some tens of
	// microseconds late. For the last 1.5 ms it holds a thread, and one of
	// GOMAXPROCS until the runtime notices: give the process some more of these
	// than it has precise sleepers, or they and others wait for each other,
	// by milliseconds when sleeps are as short as 100 us. Where there is no such
	// call it is as good as the runtime's timers.
	Precise

	// Paced is Precise for who deals with all that is due when it wakes, such as a
	// pacer: once awake it sleeps for 60 us at least, however soon the time comes.
	// What is due in quick succession thus costs some ten thousand system
	// calls a second at most, and is late by up to 60 us more.
	Paced
)

// String returns the precision's name in lower case.
func (p Precision) String() string {
	return [...]string{"coarse", "precise", "paced"}[p]
}

// The last stretch of a wait, in wall time, for which a timer is too late, and
// how long a system call sleeps at least.
var (
	fineStretch = [...]time.Duration{Coarse: 0, Precise: 1500 * time.Microsecond, Paced: 1500 * time.Microsecond}
	leastNap    = [...]time.Duration{Coarse: 0, Precise: 0, Paced: 60 * time.Microsecond}
)

// longestNap bounds how late a pause or a done context is noticed by who
// sleeps in a system call.
const longestNap = time.Millisecond

// Sleeper waits for times of a [Lane]. It belongs to one goroutine, reuses its
// timer, and allocates nothing from its second sleep on.
type Sleeper struct {
	lane  *Lane
	fine  time.Duration
	least time.Duration
	timer *time.Timer // nil before the first use, stopped between uses
}

// NewSleeper returns a sleeper for one goroutine. It holds nothing that needs
// to be closed.
func (l *Lane) NewSleeper(p Precision) *Sleeper {
	if l.timersOnly {
		p = Coarse
	}
	return &Sleeper{lane: l, fine: fineStretch[p], least: leastNap[p]}
}

// Until blocks until lane time t and returns nil, or until ctx is done and
// returns its cause, as [Clock] says. Pause, resume and a new speed reach it
// while it sleeps: at once, or within 1 ms in the precise part of its wait.
func (s *Sleeper) Until(ctx context.Context, t time.Duration) error {
	_, err := s.UntilOr(ctx, t, nil)
	return err
}

// UntilOr is [Sleeper.Until] that also ends, with woken true, when it can
// receive from wake. It receives at most one value, and none when lane time t
// is already reached. A nil wake never wakes.
func (s *Sleeper) UntilOr(ctx context.Context, t time.Duration, wake <-chan struct{}) (woken bool, err error) {
	for !woken {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		state, wall := s.lane.read()
		if state.at(wall) >= t {
			return false, nil
		}
		if state.paused {
			woken = s.block(ctx, state, wake, nil)
			continue
		}
		switch left := state.left(wall, t); {
		case left > s.fine:
			woken = s.block(ctx, state, wake, s.alarm(left-s.fine))
			s.timer.Stop()
		default:
			nap(min(max(left, s.least), longestNap))
			woken = ready(wake)
		}
	}
	return true, nil
}

// block waits for the first of: a new state of the lane, a done context, the
// alarm, a wake-up.
func (s *Sleeper) block(ctx context.Context, now *state, wake <-chan struct{}, alarm <-chan time.Time) (woken bool) {
	select {
	case <-alarm:
	case <-now.replaced:
	case <-ctx.Done():
	case <-wake:
		return true
	}
	return false
}

// alarm sets the timer and returns its channel.
func (s *Sleeper) alarm(d time.Duration) <-chan time.Time {
	if s.timer == nil {
		s.timer = time.NewTimer(d)
	} else {
		s.timer.Reset(d)
	}
	return s.timer.C
}

// ready receives from wake when that is possible at once.
func ready(wake <-chan struct{}) bool {
	select {
	case <-wake:
		return true
	default:
		return false
	}
}
