package measure

import (
	"math"
	"time"
)

// Point is what a [Track] keeps of one step of time.
type Point struct {
	Depth, DepthMax     float32 // mean and highest within the step
	Backlog, BacklogMax float32
	InFlight            float32 // mean
	Offered             float32 // arrivals by schedule within the step
	Done                float32 // finished well within the step
	Bad                 float32 // ended in any other way within the step
	P50, P99            float32 // latency of what finished, seconds; NaN when nothing did
}

// levels are the resolutions of a Track, the finest first: each step is ten
// steps of the level before.
var levels = [...]struct {
	step time.Duration
	keep time.Duration
}{
	{100 * time.Millisecond, 10 * time.Minute},
	{time.Second, 2 * time.Hour},
	{10 * time.Second, 24 * time.Hour},
}

// TrackStep is the step at which a Track is fed and the finest it keeps.
const TrackStep = 100 * time.Millisecond

// Track keeps the time series of a lane for 24 hours: steps of 100 ms for the
// last 10 minutes, of 1 s for 2 hours, of 10 s for 24 hours. It takes 0.9 MB,
// all of it from the beginning. It is owned by one goroutine.
//
// A coarser step holds the mean of means, the highest of highest values, sums of
// counts, and of the latencies the median's mean weighted by Done and the highest
// P99: it shows where the worst was, and is no percentile of the whole step.
type Track struct {
	levels  [len(levels)]level
	pending digest
	began   time.Duration
}

// NewTrack makes an empty Track, which begins at lane time 0.
func NewTrack() *Track {
	t := new(Track)
	for i := range t.levels {
		t.levels[i].ring = make([]Point, levels[i].keep/levels[i].step)
	}
	return t
}

// Begin makes an empty Track begin at a time in place of 0.
func (t *Track) Begin(at time.Duration) {
	t.began = at.Truncate(TrackStep)
	for i := range t.levels {
		l := &t.levels[i]
		l.n = int64(at / levels[i].step)
		l.oldest = l.n
		if i > 0 {
			l.pending.lacks = int((at - time.Duration(l.n)*levels[i].step) / levels[i-1].step)
		}
	}
}

// Push tells what was measured since the last Push until the time at, which must
// not go back. It is meant to be called at the end of each 100 ms. When it comes
// late, the counts are spread evenly over the steps since the last; when
// it comes before the step is over, as in a pause, p goes into that step. It
// allocates nothing.
func (t *Track) Push(at time.Duration, p Point) {
	t.pending.add(p)
	steps := int64(at/TrackStep) - t.levels[0].n
	if steps < 1 {
		return
	}
	step := t.pending.point()
	step.Offered /= float32(steps)
	step.Done /= float32(steps)
	step.Bad /= float32(steps)
	for range steps {
		t.append(step)
	}
	t.pending = digest{}
}

// append adds a step to the finest level, and to the coarser ones when theirs
// are over.
func (t *Track) append(p Point) {
	for i := range t.levels {
		t.levels[i].append(p)
		if i+1 == len(t.levels) {
			return
		}
		coarser := &t.levels[i+1].pending
		coarser.add(p)
		if time.Duration(coarser.n+coarser.lacks)*levels[i].step < levels[i+1].step {
			return
		}
		p = coarser.point()
		*coarser = digest{}
	}
}

// level is a ring of steps of equal length.
type level struct {
	ring    []Point
	n       int64 // steps so far; step i is in ring[i % len(ring)]
	oldest  int64 // steps before this one are not kept
	pending digest
}

func (l *level) append(p Point) {
	*l.at(l.n) = p
	l.n++
}

func (l *level) at(i int64) *Point { return &l.ring[i%int64(len(l.ring))] }

// first is the number of the oldest step kept.
func (l *level) first() int64 { return max(l.n-int64(len(l.ring)), l.oldest) }

// digest makes one point of several.
type digest struct {
	n                        int
	lacks                    int     // how many come before where the track begins
	depth, backlog, inFlight float64 // sums of means
	offered, done, bad       float64
	depthMax, backlogMax     float32
	p50, weight              float64 // sum of P50 x weight, sum of weights
	p99                      float32
}

func (d *digest) add(p Point) {
	d.n++
	d.depth += float64(p.Depth)
	d.backlog += float64(p.Backlog)
	d.inFlight += float64(p.InFlight)
	d.offered += float64(p.Offered)
	d.done += float64(p.Done)
	d.bad += float64(p.Bad)
	d.depthMax = max(d.depthMax, p.DepthMax)
	d.backlogMax = max(d.backlogMax, p.BacklogMax)
	if !math.IsNaN(float64(p.P50)) {
		// What finished badly has a latency too, so there is one without Done.
		weight := max(float64(p.Done), 1)
		d.p50 += float64(p.P50) * weight
		d.weight += weight
		d.p99 = max(d.p99, p.P99)
	}
}

// point is what was added, as one step.
func (d *digest) point() Point {
	n := float64(d.n)
	p := Point{
		Depth: float32(d.depth / n), DepthMax: d.depthMax,
		Backlog: float32(d.backlog / n), BacklogMax: d.backlogMax,
		InFlight: float32(d.inFlight / n),
		Offered:  float32(d.offered), Done: float32(d.done), Bad: float32(d.bad),
		P50: float32(math.NaN()), P99: float32(math.NaN()),
	}
	if d.weight > 0 {
		p.P50, p.P99 = float32(d.p50/d.weight), d.p99
	}
	return p
}
