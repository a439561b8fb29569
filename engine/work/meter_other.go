//go:build !(linux || darwin || freebsd)

package work

import "time"

// meter adds up what was planned, where a thread's CPU time cannot be read.
// Wall time would not do: waiting for a core would pass for work.
type meter struct{ sum time.Duration }

func newMeter() meter { return meter{} }

// took returns the CPU time that all runs so far were planned to take, the last
// of which is run.
func (m *meter) took(run time.Duration) time.Duration {
	m.sum += run
	return m.sum
}

var processStart = time.Now()

// threadTime returns wall time, which calibration makes do with here.
func threadTime() time.Duration { return time.Since(processStart) }
