package live

import (
	"runtime"
	"sync"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/work"
)

// spare is how many processors there must be beside those that sleeping and
// burning goroutines hold, so that timers, the screen and the pacers are not
// kept waiting.
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

// needs is how many processors a scenario may hold at once.
func needs(s *engine.Scenario) int {
	n := spare
	for i := range s.Lanes {
		l := &s.Lanes[i]
		n += size(l)
		if l.Model == engine.Message && work.PrecisionFor(l.Workers) != clock.Coarse {
			n += l.Workers * len(s.Handlers)
		}
	}
	return min(n, mostProcessors)
}

// mostProcessors bounds GOMAXPROCS: each has caches of its own.
const mostProcessors = 64

// claim makes sure that there are as many processors as needed until release
// is called.
func claim(needed int) (release func()) {
	p := &processors
	p.Lock()
	defer p.Unlock()
	if len(p.needed) == 0 {
		p.before = runtime.GOMAXPROCS(0)
	}
	p.needed = append(p.needed, needed)
	adjustProcessors()
	return func() {
		p.Lock()
		defer p.Unlock()
		for i, n := range p.needed {
			if n == needed {
				p.needed = append(p.needed[:i], p.needed[i+1:]...)
				break
			}
		}
		adjustProcessors()
	}
}

// adjustProcessors sets what is needed now. Setting it stops the world, so
// that it is only done where it changes something.
func adjustProcessors() {
	most := processors.before
	for _, n := range processors.needed {
		most = max(most, n)
	}
	if most != runtime.GOMAXPROCS(0) {
		runtime.GOMAXPROCS(most)
	}
}
