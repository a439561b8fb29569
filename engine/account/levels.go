package account

import (
	"time"

	"duet/engine/measure"
)

// Window is the stretch of time that recent figures cover.
const Window = 10 * time.Second

// levels follows how full a lane is, by time integral.
type levels struct {
	depth, backlog, inSystem, goroutines *measure.Integral
	publishing                           *measure.Integral // in millionths; 0 unless publishers handle what they publish

	// since the last point of the time series
	at                                time.Duration
	sumDepth, sumBacklog, sumInFlight float64
	maxDepth, maxBacklog              int64
}

func newLevels() levels {
	return levels{
		depth: measure.NewIntegral(Window), backlog: measure.NewIntegral(Window), inSystem: measure.NewIntegral(Window),
		goroutines: measure.NewIntegral(Window), publishing: measure.NewIntegral(Window),
	}
}

func (l *levels) sample(r *Reading) {
	r.Queued.follow(l.depth, r.At)
	r.Backlog.follow(l.backlog, r.At)
	r.InSystem.follow(l.inSystem, r.At)
	r.Goroutines.follow(l.goroutines, r.At)
	publishing := r.publishing()
	publishing.follow(l.publishing, r.At)
	l.sumDepth += r.Queued.Area
	l.sumBacklog += r.Backlog.Area
	l.sumInFlight += r.InHand.Area
	l.maxDepth, l.maxBacklog = max(l.maxDepth, r.Queued.Max), max(l.maxBacklog, r.Backlog.Max)
}

// point fills in the levels since it was last called.
func (l *levels) point(p *measure.Point, r *Reading) {
	if d := (r.At - l.at).Seconds(); d > 0 {
		p.Depth, p.Backlog, p.InFlight = float32(l.sumDepth/d), float32(l.sumBacklog/d), float32(l.sumInFlight/d)
	}
	p.DepthMax, p.BacklogMax = float32(l.maxDepth), float32(l.maxBacklog)
	l.at, l.sumDepth, l.sumBacklog, l.sumInFlight, l.maxDepth, l.maxBacklog = r.At, 0, 0, 0, 0, 0
}
