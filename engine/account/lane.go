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
	AddResource(resource int, to *measure.Counts) // how long slots of it were waited for
	AddClass(class int, to *measure.Counts)       // the latency of its items
	Disorder() engine.Disorder
	Peak() int64 // the highest displacement since it was last called
}

// distribution is a metric over the run: all of it, and the recent window.
type distribution struct {
	total   measure.Counts
	recent  *measure.Recent
	summary engine.Summary // of the recent window, when it was last refreshed
}

func newDistribution() *distribution {
	return &distribution{recent: measure.NewRecent(Window)}
}

func (d *distribution) push(at time.Duration) { d.recent.Push(at, &d.total) }

func (d *distribution) sum() { d.summary = d.recent.Summary() }

// handler is what is followed of one handler in a lane.
type handler struct {
	wait, service *distribution
	depth         *measure.Integral
	busy          *measure.Integral // of its servers, in millionths
}

// recentStep is how often the distributions of the recent window are moved on.
const recentStep = Window / 20

// Lane follows one lane of a run. Whoever owns it fills Now and then calls
// Sample, as often as levels are read, and Merge, every [measure.TrackStep]; and
// Fill whenever somebody looks, after a Refresh where what was recorded since the
// last one is to be seen. Looking changes nothing of what is found later.
type Lane struct {
	Now Reading

	source    Source
	items     [metrics]*distribution
	handlers  []*handler
	resources []*resource
	classes   []*class
	levels    levels
	past      *measure.Past[mark]
	disorder  *measure.RecentOrder
	peak      int64 // displacement since the last merge
	batches   measure.Batches
	track     *measure.Track
	last      tracked
	whole     *stretch
	parts     []*stretch

	pushed     time.Duration // when the distributions of the recent window were last moved on
	confident  bool          // the confidence interval is that of the batches so far
	interval95 *[2]time.Duration
}

// never is a time that does not come.
const never = time.Duration(math.MaxInt64)

// New returns the account of a lane that runs a scenario.
func New(s *engine.Scenario, source Source) *Lane {
	l := &Lane{
		Now: NewReading(s), source: source,
		levels: newLevels(), past: measure.NewPast[mark](Window), disorder: measure.NewRecentOrder(Window),
		track: measure.NewTrack(), whole: newStretch(s.Warmup, never, s),
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
	for range s.Resources {
		l.resources = append(l.resources, newResource())
	}
	for _, c := range s.Load.Classes {
		l.classes = append(l.classes, &class{name: c.Name, distribution: newDistribution()})
	}
	for _, d := range s.Stretches() {
		l.parts = append(l.parts, newStretch(d[0], d[1], s))
	}
	return l
}

// Sample follows the levels. The first one is where they begin.
func (l *Lane) Sample() {
	r := &l.Now
	l.levels.sample(r)
	for i, h := range l.handlers {
		r.Depth[i].follow(h.depth, r.At)
		load := r.load(i)
		load.follow(h.busy, r.At)
	}
	l.sampleResources()
	l.whole.sample(l)
	for _, p := range l.parts {
		p.sample(l)
	}
}

// Merge follows the distributions.
func (l *Lane) Merge() {
	now := l.Now.At
	latency := &l.items[Latency].total // the only one that is looked at each time
	latency.Reset()
	l.source.AddItems(Latency, latency)
	l.last.latency.Push(latency)
	l.displace()
	disorder := l.source.Disorder()
	l.disorder.Push(now, disorder, l.peak)
	l.peak = 0
	l.past.Push(now, l.Now.mark(disorder))
	if now >= l.whole.from {
		l.batches.Push(l.last.latency.Count(), l.last.latency.Sum())
		l.confident = false
	}
	l.follow()
	if now-l.pushed >= recentStep {
		l.pushed = now
		l.push()
	}
}

// displace finds the highest displacement since it was last called, for the
// stretches that are on and the recent window.
func (l *Lane) displace() {
	peak := l.source.Peak()
	l.peak = max(l.peak, peak)
	l.whole.displace(peak)
	for _, p := range l.parts {
		p.displace(peak)
	}
}

// push moves the distributions of the recent window on.
func (l *Lane) push() {
	l.remerge()
	for _, x := range l.items {
		x.push(l.Now.At)
	}
	for _, h := range l.handlers {
		h.wait.push(l.Now.At)
		h.service.push(l.Now.At)
	}
	for _, x := range l.resources {
		x.wait.push(l.Now.At)
	}
	for _, c := range l.classes {
		c.push(l.Now.At)
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
	for i, x := range l.resources {
		x.wait.total.Reset()
		l.source.AddResource(i, &x.wait.total)
	}
	for i, c := range l.classes {
		c.total.Reset()
		l.source.AddClass(i, &c.total)
	}
}

// confidence is the confidence interval of the mean latency.
func (l *Lane) confidence() *[2]time.Duration {
	if !l.confident {
		l.confident = true
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
	latency measure.Interval
}

// follow adds a point to the time series.
func (l *Lane) follow() {
	r, latency := &l.Now, &l.last.latency
	since := r.Items.Less(&l.last.items)
	p := measure.Point{
		Offered: float32(r.Offered - l.last.offered),
		Done:    float32(since.Ended[Done]), Bad: float32(since.Bad()),
		P50: float32(math.NaN()), P99: float32(math.NaN()),
	}
	l.levels.point(&p, r)
	if latency.Count() > 0 {
		p.P50 = float32(latency.Quantile(0.5).Seconds())
		p.P99 = float32(latency.Quantile(0.99).Seconds())
	}
	l.track.Push(r.At, p)
	l.last.offered, l.last.items = r.Offered, r.Items
}
