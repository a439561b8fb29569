package script

import (
	"runtime"

	"duet/engine"
)

// Cores is what the machine has, or the part of it that this process may use.
var Cores = runtime.GOMAXPROCS(0) // before any run raises it

// Machine is where this runs, and whether a scenario's work is a burden on it.
func Machine(s *engine.Scenario) engine.Machine {
	m := engine.Machine{
		Go: runtime.Version(), GOMAXPROCS: runtime.GOMAXPROCS(0), Cores: Cores, OS: runtime.GOOS, Arch: runtime.GOARCH,
	}
	for _, h := range s.Handlers {
		m.CPU = m.CPU || h.Work == engine.CPU
	}
	return m
}

// GoroutineBytes is about what a waiting goroutine of goroutine dispatch holds:
// its stack, the closure and the item. Measured with runtime.MemStats.
const GoroutineBytes = 2800
