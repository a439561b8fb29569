package account

import (
	"math"
	"time"

	"duet/engine"
	"duet/engine/measure"
)

// Metric is a distribution of durations that is followed.
type Metric int

// The metrics of items. Of deliveries there are Wait and Service.
const (
	Publish Metric = iota
	Wait
	Service
	Latency
	Naive
	Lateness
	metrics
)

// Source is where a lane recorded durations and the order of its items. Its
// methods add all that was recorded so far.
type Source interface {
	AddItems(m Metric, to *measure.Counts)
	AddDeliveries(handler int, m Metric, to *measure.Counts)
	Disorder() engine.Disorder
	Peak() int64 // the highest displacement since it was last called
}

// distribution is a metric over the run: all of it, and the recent window.
type distribution struct {
	total   measure.Counts
	recent  *measure.Recent
	summary engine.Summary // of the recent window
}

func newDistribution() *distribution {
	return &distribution{recent: measure.NewRecent(Window)}
}

func (d *distribution) push(at time.Duration) {
	d.recent.Push(at, &d.total)
	d.summary = d.recent.Summary()
}

// handler is what is followed of one handler in a lane.
type handler struct {
	wait, service *distribution
	depth         *measure.Integral
	busy          *measure.Integral // of its servers, in millionths
}

// Lane follows one lane of a run. Whoever owns it fills Now and then calls
// Sample, often, and Merge, every [measure.TrackStep].
type Lane struct {
	Now Reading

	source   Source
	end      time.Duration // of the arrivals
	items    [metrics]*distribution
	handlers []*handler
	levels   levels
	past     *measure.Past[mark]
	disorder *measure.RecentOrder
	batches  measure.Batches
	track    *measure.Track
	last     tracked
	whole    *stretch
	parts    []*stretch

	sampled    mark          // the last one
	confident  time.Duration // when the confidence interval was last worked out
	interval95 *[2]time.Duration
	interval   measure.Counts // scratch
}

// never is a time that does not come.
const never = time.Duration(math.MaxInt64)

// New returns the account of a lane that runs a scenario in which items arrive
// until end.
func New(s *engine.Scenario, end time.Duration, source Source) *Lane {
	l := &Lane{
		Now: NewReading(len(s.Handlers)), source: source, end: end,
		levels: newLevels(), past: measure.NewPast[mark](Window), disorder: measure.NewRecentOrder(Window),
		track: measure.NewTrack(), whole: newStretch(s.Warmup, never, len(s.Handlers)),
	}
	for i := range l.items {
		l.items[i] = newDistribution()
	}
	for range s.Handlers {
		l.handlers = append(l.handlers, &handler{
			wait: newDistribution(), service: newDistribution(),
			depth: measure.NewIntegral(Window), busy: measure.NewIntegral(Window),
		})
	}
	for _, d := range s.Stretches() {
		l.parts = append(l.parts, newStretch(d[0], d[1], len(s.Handlers)))
	}
	return l
}

// Sample follows the levels, and returns how many items a second were begun
// since it was last called.
func (l *Lane) Sample() (rate float64) {
	r := &l.Now
	l.levels.sample(r)
	for i, h := range l.handlers {
		h.depth.Sample(r.At, r.Depth[i])
		h.busy.Sample(r.At, r.load(i))
	}
	l.whole.sample(l)
	for _, p := range l.parts {
		p.sample(l)
	}
	rate = perSecond(r.Items.Attempts-l.sampled.items.Attempts, r.At-l.sampled.at)
	l.sampled.at, l.sampled.items.Attempts = r.At, r.Items.Attempts
	return rate
}

// Merge follows the distributions.
func (l *Lane) Merge() {
	now := l.Now.At
	latency := &l.items[Latency].total
	before, sum := latency.Count(), latency.Sum()
	l.remerge()
	for _, x := range l.items {
		x.push(now)
	}
	for _, h := range l.handlers {
		h.wait.push(now)
		h.service.push(now)
	}
	disorder := l.source.Disorder()
	l.disorder.Push(now, disorder, l.source.Peak())
	l.past.Push(now, l.Now.mark(disorder))
	if now >= l.whole.from {
		l.batches.Push(latency.Count()-before, latency.Sum()-sum)
	}
	l.follow()
	l.whole.merge(l)
	for _, p := range l.parts {
		p.merge(l)
	}
}

// remerge brings the totals up to date.
func (l *Lane) remerge() {
	for m, x := range l.items {
		x.total.Reset()
		l.source.AddItems(Metric(m), &x.total)
	}
	for i, h := range l.handlers {
		h.wait.total.Reset()
		l.source.AddDeliveries(i, Wait, &h.wait.total)
		h.service.total.Reset()
		l.source.AddDeliveries(i, Service, &h.service.total)
	}
}

// confidence is the confidence interval of the mean latency. It is dear to
// work out, and so this is done once a second.
func (l *Lane) confidence(now time.Duration) *[2]time.Duration {
	if now-l.confident >= time.Second || now >= l.end {
		l.confident = now
		l.interval95 = l.batches.CI()
	}
	return l.interval95
}

// Rate is how many items a second arrive in the recent window.
func (l *Lane) Rate() float64 {
	at, before := l.past.Oldest()
	return perSecond(l.Now.Offered-before.offered, l.Now.At-at)
}

// Track is the lane's time series.
func (l *Lane) Track() *measure.Track { return l.track }

// tracked is what the time series were last told.
type tracked struct {
	offered int64
	items   Sums
	latency measure.Counts
}

// follow adds a point to the time series.
func (l *Lane) follow() {
	r, latency := &l.Now, &l.items[Latency].total
	interval := &l.interval
	interval.Reset()
	interval.Add(latency)
	interval.Sub(&l.last.latency)
	since := r.Items.Less(&l.last.items)
	p := measure.Point{
		Offered: float32(r.Offered - l.last.offered),
		Done:    float32(since.Ended[Done]), Bad: float32(since.Bad()),
		P50: float32(math.NaN()), P99: float32(math.NaN()),
	}
	l.levels.point(&p)
	if interval.Count() > 0 {
		p.P50 = float32(interval.Quantile(0.5).Seconds())
		p.P99 = float32(interval.Quantile(0.99).Seconds())
	}
	l.track.Push(r.At, p)
	l.last.offered, l.last.items = r.Offered, r.Items
	l.last.latency.Reset()
	l.last.latency.Add(latency)
}
