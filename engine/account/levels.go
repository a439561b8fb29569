package account

import (
	"time"

	"duet/engine/measure"
)

// Window is the stretch of time that recent figures cover.
const Window = 10 * time.Second

// levels follows how full a lane is, by time integral.
type levels struct {
	depth, backlog, inSystem, busy, goroutines *measure.Integral

	// since the last point of the time series
	n                              int
	sumDepth, sumBacklog, inFlight int64
	maxDepth, maxBacklog           int64
}

func newLevels() levels {
	return levels{
		depth: measure.NewIntegral(Window), backlog: measure.NewIntegral(Window), inSystem: measure.NewIntegral(Window),
		busy: measure.NewIntegral(Window), goroutines: measure.NewIntegral(Window),
	}
}

func (l *levels) sample(r *Reading) {
	l.depth.Sample(r.At, r.Queued)
	l.backlog.Sample(r.At, r.Backlog)
	l.inSystem.Sample(r.At, r.InSystem())
	l.busy.Sample(r.At, r.utilisation())
	l.goroutines.Sample(r.At, r.Goroutines)
	l.n++
	l.sumDepth += r.Queued
	l.sumBacklog += r.Backlog
	l.inFlight += r.Items.InHand()
	l.maxDepth, l.maxBacklog = max(l.maxDepth, r.Queued), max(l.maxBacklog, r.Backlog)
}

// point fills in the levels since it was last called.
func (l *levels) point(p *measure.Point) {
	n := float32(max(1, l.n))
	p.Depth, p.DepthMax = float32(l.sumDepth)/n, float32(l.maxDepth)
	p.Backlog, p.BacklogMax = float32(l.sumBacklog)/n, float32(l.maxBacklog)
	p.InFlight = float32(l.inFlight) / n
	l.n, l.sumDepth, l.sumBacklog, l.inFlight, l.maxDepth, l.maxBacklog = 0, 0, 0, 0, 0, 0
}
