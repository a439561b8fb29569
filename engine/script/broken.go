package script

import (
	"fmt"
	"math"
	"time"
)

// AboutToStall is what [Broken] says of a handler whose next handling stalls.
const AboutToStall = "about to stall"

// ForGood is how long a fault is in force that only mending ends.
const ForGood = time.Duration(math.MaxInt64)

// Broken is what is broken in a handler at one time.
type Broken struct {
	Held                       time.Duration // for how long the latest that stalls still does; 0 or less: none
	Stalls                     bool          // the next handling will
	Panicking, Failing, Slowed Spell
}

// Spell is a fault that is in force for a time.
type Spell struct {
	Size float64       // the part of the handlings that it hits, or how many times slower they are
	Left time.Duration // 0 or less: it is not in force
}

// String says the worst of it, for the screen; empty: nothing is broken.
func (b Broken) String() string {
	switch {
	case b.Held > 0:
		return fmt.Sprintf("stalled %.1fs", b.Held.Seconds())
	case b.Stalls:
		return AboutToStall
	case b.Panicking.Left > 0:
		return fmt.Sprintf("panics %.0f%%%s", b.Panicking.Size*100, b.Panicking.left())
	case b.Failing.Left > 0:
		return fmt.Sprintf("fails %.0f%%%s", b.Failing.Size*100, b.Failing.left())
	case b.Slowed.Left > 0:
		return fmt.Sprintf("x%.3g slower%s", b.Slowed.Size, b.Slowed.left())
	}
	return ""
}

// left says for how long, unless for good.
func (s Spell) left() string {
	if s.Left == ForGood {
		return ""
	}
	return fmt.Sprintf(" %.1fs", s.Left.Seconds())
}
