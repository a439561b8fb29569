package live

import (
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/script"
)

// faults is what is broken in a handler now.
type faults struct {
	mu      sync.Mutex
	current atomic.Pointer[trouble]
	clock   func() time.Duration
}

// trouble is a set of faults in force. It is never changed: a new fault makes
// a new set.
type trouble struct {
	stalls *atomic.Int32 // handlings still to be held
	stall  time.Duration
	factor float64
	fail   float64
	panics float64
	until  [lasting]time.Duration // of factor, fail, panics; 0: not in force
}

const (
	slowed = iota
	failing
	panicking
	lasting // so many kinds of faults last for a time
)

// holds tells whether one more handling is to be held, and counts it.
func (t *trouble) holds() bool { return t.stalls.Load() > 0 && t.stalls.Add(-1) >= 0 }

// now is what is in force now; nil when nothing is broken.
func (f *faults) now() *trouble {
	t := f.current.Load()
	if t == nil {
		return nil
	}
	return f.expire(t)
}

// expire leaves out what has run its time.
func (f *faults) expire(t *trouble) *trouble {
	now := f.clock()
	over := false
	for _, u := range t.until {
		over = over || u != 0 && now >= u
	}
	if !over && (t.until != [lasting]time.Duration{} || t.stalls.Load() > 0) {
		return t
	}
	next := *t
	for i, u := range t.until {
		if u != 0 && now >= u {
			next.until[i] = 0
		}
	}
	if next.until[slowed] == 0 {
		next.factor = 1
	}
	if next.until[failing] == 0 {
		next.fail = 0
	}
	if next.until[panicking] == 0 {
		next.panics = 0
	}
	if next.until == [lasting]time.Duration{} && next.stalls.Load() <= 0 {
		f.current.CompareAndSwap(t, nil)
		return nil
	}
	f.current.CompareAndSwap(t, &next)
	return &next
}

// add puts one more fault in force.
func (f *faults) add(e *engine.Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.Kind == engine.FaultMend {
		f.current.Store(nil)
		return
	}
	next := trouble{factor: 1, stalls: new(atomic.Int32)}
	if t := f.now(); t != nil {
		next = *t
	}
	until := script.ForGood
	if e.For > 0 {
		until = f.clock() + e.For
	}
	switch e.Kind {
	case engine.FaultStall:
		n := new(atomic.Int32)
		n.Store(max(0, next.stalls.Load()) + int32(max(1, e.Count)))
		next.stalls, next.stall = n, e.For
	case engine.FaultSlow:
		next.factor, next.until[slowed] = e.Factor, until
	case engine.FaultFail:
		next.fail, next.until[failing] = float64(e.Share), until
	case engine.FaultPanic:
		next.panics, next.until[panicking] = float64(e.Share), until
	default:
	}
	f.current.Store(&next)
}

// broken says what is broken in the handler, for the screen; empty: nothing.
func (h *handler) broken() string {
	f := &h.faults
	now := f.clock()
	b := script.Broken{Held: time.Duration(h.heldUntil.Load()) - now}
	if t := f.now(); t != nil {
		b.Stalls = t.stalls.Load() > 0
		b.Panicking, b.Failing, b.Slowed = t.left(panicking, t.panics, now), t.left(failing, t.fail, now), t.left(slowed, t.factor, now)
	}
	return b.String()
}

// left is what there still is of one of the faults.
func (t *trouble) left(i int, size float64, now time.Duration) script.Spell {
	if t.until[i] == script.ForGood {
		return script.Spell{Size: size, Left: script.ForGood}
	}
	return script.Spell{Size: size, Left: t.until[i] - now}
}
