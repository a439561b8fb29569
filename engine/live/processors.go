package live

import (
	"runtime"
	"slices"
	"sync"

	"duet/engine"
	"duet/engine/script"
	"duet/engine/work"
)

// spare is how many processors there must be beside those that working goroutines
// hold, so that timers, the screen and the pacers are not kept waiting.
const spare = 4

// processors raises GOMAXPROCS while runs need it: a goroutine in a system call
// that sleeps holds its processor until the runtime notices, and one that burns
// holds it for its slice. The machine has no more cores for that: its scheduler
// shares them out.
var processors struct {
	sync.Mutex
	before int   // GOMAXPROCS when no run needed more
	needed []int // of the runs that are open
}

// needs is how many processors a scenario may hold at once. Where no handler has
// anything to do these are the pacers', and one: with more of them, each goroutine that
// is woken has more threads look for it, which costs more than the rest of its way.
func (r *Run) needs(s *engine.Scenario) int {
	n, beside := 0, 1
	for i := range s.Lanes {
		l := &s.Lanes[i]
		n += script.Producers(l)
		staff, holds := r.holding(s, l)
		if n += staff; holds {
			beside = spare
		}
	}
	return min(n+beside, mostProcessors)
}

// holding is how many processors a lane's workers may hold at once, or the goroutines
// of its buffered observers: all who compute, and those who sleep exactly. Inline
// publishers are counted as producers; how many goroutines there will be where each
// call or each item has its own is not known. holds tells whether any handler sleeps
// or computes.
func (r *Run) holding(s *engine.Scenario, l *engine.Lane) (n int, holds bool) {
	asleep, computing := 0, 0
	for i := range s.Handlers {
		h := &s.Handlers[i]
		if !l.Runs(h.Name) || h.Service.Instant() && r.own[h.Name] == nil {
			continue
		}
		holds = true
		of := &asleep
		if h.Work == engine.CPU {
			of = &computing
		}
		if staff := staffOf(l, h.Name); l.Handlers.Together {
			*of = staff
		} else {
			*of += staff
		}
	}
	if asleep = min(asleep, work.MostPrecise); l.Handlers.Together { // the same workers run them all
		return max(asleep, computing), holds
	}
	return asleep + computing, holds
}

// staffOf is how many goroutines a lane keeps for a handler.
func staffOf(l *engine.Lane, handler string) (n int) {
	switch {
	case l.Model == engine.Message:
		n, _ = script.Sizes(l, handler)
	case l.Dispatch == engine.Buffered:
		n = 1
	}
	return n
}

// mostProcessors bounds GOMAXPROCS: each has caches of its own.
const mostProcessors = 64

// reclaim changes how many processors the run needs; 0 for none any more.
func (r *Run) reclaim(needed int) {
	if r.clock.TimersOnly() || needed == r.needed {
		return
	}
	p := &processors
	p.Lock()
	defer p.Unlock()
	if len(p.needed) == 0 {
		p.before = runtime.GOMAXPROCS(0)
	}
	if i := slices.Index(p.needed, r.needed); i >= 0 && r.needed > 0 {
		p.needed = slices.Delete(p.needed, i, i+1)
	}
	if r.needed = needed; needed > 0 {
		p.needed = append(p.needed, needed)
	}
	most := p.before
	for _, n := range p.needed {
		most = max(most, n)
	}
	if most != runtime.GOMAXPROCS(0) { // setting it stops the world
		runtime.GOMAXPROCS(most)
	}
}
