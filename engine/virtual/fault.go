package virtual

import (
	"time"

	"duet/engine"
	"duet/engine/script"
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

// describe says what is broken, for the screen; empty: nothing.
func (f *faults) describe(now int64) string {
	return script.Broken{
		Held: duration(f.heldUntil - now), Stalls: f.stalls > 0,
		Panicking: f.panicking.left(now), Failing: f.failing.left(now), Slowed: f.slowed.left(now),
	}.String()
}

// left is what there still is of it.
func (s spell) left(now int64) script.Spell {
	if s.until == never {
		return script.Spell{Size: s.size, Left: script.ForGood}
	}
	return script.Spell{Size: s.size, Left: duration(s.until - now)}
}

func duration(ns int64) time.Duration { return time.Duration(ns) }
