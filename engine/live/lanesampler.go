package live

import (
	"math"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
	"duet/engine/workload"
)

// metric is a distribution followed over the run: all of it, and the recent
// window.
type metric struct {
	total   measure.Counts
	recent  *measure.Recent
	summary engine.Summary        // of the recent window
	merge   func(*measure.Counts) // adds what was recorded so far
}

func newMetric(merge func(*measure.Counts)) *metric {
	return &metric{recent: measure.NewRecent(window), merge: merge}
}

func (m *metric) push(at time.Duration) {
	m.total.Reset()
	m.merge(&m.total)
	m.recent.Push(at, &m.total)
	m.summary = m.recent.Summary()
}

// The metrics of a lane, over its items.
const (
	publish = iota
	wait
	service
	latency
	naive
	lateness
	metrics
)

// laneSampler is the sampler's view of one lane.
type laneSampler struct {
	lane     *lane
	schedule *workload.Cursor // counts what has arrived
	now      reading
	waiting  queueAge

	items    [metrics]*metric
	handlers []*handlerSampler
	levels   levels
	past     *measure.Past[mark]
	disorder *measure.RecentOrder
	peak     int64 // displacement since the last merge
	batches  measure.Batches
	track    *measure.Track
	last     tracked
	whole    *stretch
	parts    []*stretch

	moves   int64         // of items, so far
	movedAt time.Duration // when the latest was seen

	confident  time.Duration // when the confidence interval was last worked out
	interval95 *[2]time.Duration
	interval   measure.Counts // scratch
}

// mark is what is remembered of a moment to make differences with.
type mark struct {
	at              time.Duration
	offered         int64
	items           account.Sums
	blocked, waited int64
	wasted, retries int64
	disorder        engine.Disorder
}

func (r *reading) mark(d engine.Disorder) mark {
	return mark{at: r.at, offered: r.offered, items: r.items, blocked: r.blocked, waited: r.waited + r.items.Waited, wasted: r.wasted, retries: r.retries, disorder: d}
}

// handlerSampler is the sampler's view of one handler in a lane.
type handlerSampler struct {
	wait, service *metric
	depth         *measure.Integral
	busy          *measure.Integral // of its servers, in millionths
}

func newLaneSampler(l *lane, s *engine.Scenario) *laneSampler {
	m := &laneSampler{
		lane: l, schedule: l.run.stream.Cursor(), now: newReading(len(s.Handlers)),
		levels: newLevels(), past: measure.NewPast[mark](window), disorder: measure.NewRecentOrder(window),
		track: measure.NewTrack(),
	}
	m.items = [metrics]*metric{
		publish:  newMetric(func(c *measure.Counts) { l.eachProducer(func(p *producer) { p.publish.AddTo(c) }) }),
		wait:     newMetric(func(c *measure.Counts) { m.eachBank(func(h *histograms) { h.wait.AddTo(c) }) }),
		service:  newMetric(func(c *measure.Counts) { m.eachBank(func(h *histograms) { h.service.AddTo(c) }) }),
		latency:  newMetric(func(c *measure.Counts) { m.eachBank(func(h *histograms) { h.latency.AddTo(c) }) }),
		naive:    newMetric(func(c *measure.Counts) { m.eachBank(func(h *histograms) { h.naive.AddTo(c) }) }),
		lateness: newMetric(func(c *measure.Counts) { l.eachProducer(func(p *producer) { p.lateness.AddTo(c) }) }),
	}
	for _, h := range l.handlers {
		m.handlers = append(m.handlers, &handlerSampler{
			wait: newMetric(func(c *measure.Counts) {
				for i := range m.banksUsed() {
					h.measured[i].wait.AddTo(c)
				}
			}),
			service: newMetric(func(c *measure.Counts) {
				for i := range m.banksUsed() {
					h.measured[i].service.AddTo(c)
				}
			}),
			depth: measure.NewIntegral(window), busy: measure.NewIntegral(window),
		})
	}
	m.whole = newStretch(s.Warmup, never, len(s.Handlers))
	for _, d := range s.Stretches() {
		m.parts = append(m.parts, newStretch(d[0], d[1], len(s.Handlers)))
	}
	return m
}

func (l *lane) eachProducer(f func(*producer)) {
	c := l.crew.Load()
	for _, p := range c.producers {
		f(p)
	}
	for _, p := range c.retired {
		f(p)
	}
}

func (m *laneSampler) eachBank(f func(*histograms)) {
	for i := range m.banksUsed() {
		f(&m.lane.measured[i])
	}
}

// banksUsed is how many banks of histograms may hold something.
func (m *laneSampler) banksUsed() int {
	if n := int(m.lane.seated.Load()); n <= ownBanks {
		return n
	}
	return banks
}

// sample reads the lane's counters, and returns how many items were begun since
// the last merge.
func (m *laneSampler) sample(now time.Duration) (begun int64) {
	m.lane.read(&m.now, now)
	m.arrived(now)
	r := &m.now
	if n := r.accepted + r.items.Returned + r.items.Total() + r.forsaken; n != m.moves {
		m.moves, m.movedAt = n, now
	}
	m.waiting.push(now, r.offered, m.passed())
	m.levels.sample(r)
	for i, h := range m.handlers {
		h.depth.Sample(now, r.depth[i])
		h.busy.Sample(now, r.load(i))
	}
	m.whole.sample(m)
	for _, p := range m.parts {
		p.sample(m)
	}
	return r.items.Attempts - m.last.items.Attempts
}

// arrived counts what has arrived by now, to be held against the counters just
// read.
func (m *laneSampler) arrived(now time.Duration) {
	m.now.at, m.now.offered = now, m.schedule.Count(min(now, m.lane.run.end-1))
}

// settled tells whether nothing is on its way. An item that is just then
// between two places may be seen at neither; so as long as some are missing,
// nothing must have moved for a while. If then they still are, they are missing
// indeed, and the ledger says so.
func (m *laneSampler) settled() bool {
	return m.now.quiescent() && (m.now.ended() || m.now.at-m.movedAt >= mergeEvery)
}

// load is how busy the servers of a handler are, in millionths.
func (r *reading) load(i int) int64 {
	if r.servers[i] == 0 {
		return 0
	}
	return min(million, r.busy[i]*million/r.servers[i])
}

// merge merges the histograms.
func (m *laneSampler) merge(now time.Duration) {
	before, sum := m.items[latency].total.Count(), m.items[latency].total.Sum()
	for _, x := range m.items {
		x.push(now)
	}
	for _, h := range m.handlers {
		h.wait.push(now)
		h.service.push(now)
	}
	m.displace()
	disorder := m.lane.order.Totals()
	m.disorder.Push(now, disorder, m.peak)
	m.peak = 0
	m.past.Push(now, m.now.mark(disorder))
	total := &m.items[latency].total
	if now >= m.whole.from {
		m.batches.Push(total.Count()-before, total.Sum()-sum)
	}
	m.follow(now)
	m.whole.merge(m)
	for _, p := range m.parts {
		p.merge(m)
	}
}

// displace finds the highest displacement since it was last called, for the
// stretches that are on and the recent window.
func (m *laneSampler) displace() {
	peak := m.lane.order.Peak()
	m.peak = max(m.peak, peak)
	m.whole.displace(peak)
	for _, p := range m.parts {
		p.displace(peak)
	}
}

// rate is how many items a second arrive in the recent window.
func (m *laneSampler) rate() float64 {
	at, before := m.past.Oldest()
	return perSecond(m.now.offered-before.offered, m.now.at-at)
}

func perSecond(n int64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}

// tracked is what the time series were last told.
type tracked struct {
	offered int64
	items   account.Sums
	latency measure.Counts
}

// follow adds a point to the time series.
func (m *laneSampler) follow(now time.Duration) {
	r := &m.now
	m.interval.Reset()
	interval := &m.interval
	interval.Add(&m.items[latency].total)
	interval.Sub(&m.last.latency)
	since := r.items.Less(&m.last.items)
	p := measure.Point{
		Offered: float32(r.offered - m.last.offered),
		Done:    float32(since.Ended[account.Done]), Bad: float32(since.Bad()),
		P50: float32(math.NaN()), P99: float32(math.NaN()),
	}
	m.levels.point(&p)
	if interval.Count() > 0 {
		p.P50 = float32(interval.Quantile(0.5).Seconds())
		p.P99 = float32(interval.Quantile(0.99).Seconds())
	}
	m.track.Push(now, p)
	m.last.offered, m.last.items = r.offered, r.items
	m.last.latency.Reset()
	m.last.latency.Add(&m.items[latency].total)
}
