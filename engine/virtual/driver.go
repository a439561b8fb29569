package virtual

import (
	"context"
	"math"
	"runtime/pprof"
	"time"
)

// The driver's rhythm, in wall time: how often it looks how far lane time should
// be by now, how long it may keep others from reading, and how far lane time may
// lag behind before that is given up.
const (
	driveEvery = 5 * time.Millisecond
	sliceTime  = time.Millisecond
	mostLag    = 100 * time.Millisecond
)

// pace is how lane time follows the wall: from a moment on, by the speed.
type pace struct {
	wall time.Duration
	lane int64
	span int64 // of lane time that takes about a part of a slice to simulate
}

// repace begins to follow the wall anew, after something changed. The caller
// holds mu.
func (r *Run) repace() {
	r.pace.wall, r.pace.lane = r.clock.Wall(), r.machine.now
	r.pace.span = max(r.pace.span, 1)
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// drive is the driver's goroutine.
func (r *Run) drive() {
	defer close(r.ended)
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("role", "simulation")))
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-r.quit:
			return
		case <-r.wake:
		case <-timer.C:
		}
		for r.slice() {
			select {
			case <-r.quit:
				return
			default:
			}
		}
		timer.Reset(driveEvery)
	}
}

// slice simulates for a moment, and tells whether there is more to do at once.
func (r *Run) slice() (more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.machine
	if r.paused || m.finished {
		return false
	}
	begun := r.clock.Wall()
	to := r.target(begun)
	for m.now < to {
		before := r.clock.Wall()
		m.advance(min(to, add(m.now, r.pace.span), r.nextLook))
		now := r.clock.Wall()
		r.adapt(now - before)
		if m.now >= r.nextLook && !m.finished {
			r.fill(&r.seen)
			r.look(&r.seen)
			r.nextLook = add(r.nextLook, r.every)
		}
		if m.finished {
			close(r.done)
			return false
		}
		if m.halted {
			m.halted, r.paused = false, true
			return false
		}
		if now-begun >= sliceTime {
			break
		}
	}
	if behind := time.Duration(float64(to-m.now) / r.speed); to != never && behind > mostLag {
		r.pace.wall, r.pace.lane = r.clock.Wall(), m.now
	}
	return m.now < to
}

// target is the lane time that there should be at a wall time.
func (r *Run) target(wall time.Duration) int64 {
	ahead := float64(wall-r.pace.wall) * r.speed
	if !(ahead < math.MaxInt64/2) || math.IsInf(r.speed, 1) {
		return never
	}
	return add(r.pace.lane, int64(ahead))
}

// adapt chooses how much lane time to simulate at once by how long it took.
func (r *Run) adapt(took time.Duration) {
	switch {
	case took > sliceTime/2 && r.pace.span > 1:
		r.pace.span /= 2
	case took < sliceTime/8 && r.pace.span < figureStep:
		r.pace.span *= 2
	}
}

// add is a sum that does not go beyond the end of time.
func add(a, b int64) int64 {
	if a > never-b {
		return never
	}
	return a + b
}
