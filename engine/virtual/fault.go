package virtual

import (
	"fmt"
	"time"

	"duet/engine"
)

// faults is what is broken in a handler.
type faults struct {
	stalls    int   // handlings still to be held
	hold      int64 // for how long
	heldUntil int64 // when the latest stall ends
	slowed    spell
	failing   spell
	panicking spell
}

// spell is a fault of some size until a time; 0: not in force.
type spell struct {
	size  float64
	until int64
}

func (s spell) at(now int64, otherwise float64) float64 {
	if now < s.until {
		return s.size
	}
	return otherwise
}

// any tells whether anything was ever broken.
func (f *faults) any() bool {
	return f.stalls > 0 || f.slowed.until|f.failing.until|f.panicking.until != 0
}

// trouble is what is broken at one time.
type trouble struct{ factor, fail, panics float64 }

func (f *faults) at(now int64) trouble {
	return trouble{f.slowed.at(now, 1), f.failing.at(now, 0), f.panicking.at(now, 0)}
}

// stall is how long the handling that begins now is held.
func (f *faults) stall(now int64) int64 {
	if f.stalls == 0 {
		return 0
	}
	f.stalls--
	f.heldUntil = now + f.hold
	return f.hold
}

// add puts one more fault in force.
func (f *faults) add(e *engine.Fault, now int64) {
	until := never
	if e.For > 0 {
		until = now + int64(e.For)
	}
	switch e.Kind {
	case engine.FaultStall:
		f.stalls += max(1, e.Count)
		f.hold = int64(e.For)
	case engine.FaultSlow:
		f.slowed = spell{e.Factor, until}
	case engine.FaultFail:
		f.failing = spell{float64(e.Share), until}
	case engine.FaultPanic:
		f.panicking = spell{float64(e.Share), until}
	case engine.FaultMend:
		*f = faults{heldUntil: f.heldUntil}
	default:
	}
}

// aboutToStall says that the next handling stalls.
const aboutToStall = "about to stall"

// describe says what is broken, for the screen; empty: nothing.
func (f *faults) describe(now int64) string {
	left := func(s spell) string {
		if s.until == never {
			return ""
		}
		return fmt.Sprintf(" %.1fs", duration(s.until-now).Seconds())
	}
	switch {
	case now < f.heldUntil:
		return fmt.Sprintf("stalled %.1fs", duration(f.heldUntil-now).Seconds())
	case f.stalls > 0:
		return aboutToStall
	case now < f.panicking.until:
		return fmt.Sprintf("panics %.0f%%%s", f.panicking.size*100, left(f.panicking))
	case now < f.failing.until:
		return fmt.Sprintf("fails %.0f%%%s", f.failing.size*100, left(f.failing))
	case now < f.slowed.until:
		return fmt.Sprintf("x%.3g slower%s", f.slowed.size, left(f.slowed))
	}
	return ""
}

func duration(ns int64) time.Duration { return time.Duration(ns) }
