package diagnose

import (
	"fmt"
	"math"
	"time"

	"duet/engine"
)

// departure is by how far a figure is outside its band.
type departure struct {
	lane *engine.LaneSnapshot
	text string  // the beginning of the sentence
	far  float64 // distance from the band in widths of it
}

// OutOfBand says that a run is not where a forecast of it expected it now, by
// how much, and the likely reason, by what is known: a change or fault that the
// forecast did not know of; other arrivals than the rate makes likely; in real
// time services that take other than their scenario says, or a pacer that is
// late; else chance, because one moment in ten is outside a band that nine in
// ten are inside. It is nil while the run is inside, and where the forecast says
// nothing of now. It only reads the two, which must not be written meanwhile.
//
// What is held against it is what waits now, and the mean latency of the recent
// window once the forecast is older than that.
//
// The band is of means over a step. What waits at one instant may be further
// out by what comes and goes within a step by chance, but not beyond three
// times the middle, which is where exponential chance has its twentieth.
func OutOfBand(now *engine.Snapshot, f *engine.Forecast) *Finding {
	if f.Step <= 0 || now.At < f.From || now.Paused {
		return nil
	}
	step := int((now.At - f.From) / f.Step)
	var worst *departure
	for i := range now.Lanes {
		if i >= len(f.Lanes) {
			break
		}
		l, band := &now.Lanes[i], &f.Lanes[i]
		slack := math.Sqrt(2 * max(0, l.Recent.Arrivals) * f.Step.Seconds() / 3)
		for _, d := range []*departure{
			outside(float64(l.Recent.Depth.Now), &band.Depth, step, slack, "in the queue"),
			outside(float64(l.Recent.Backlog.Now), &band.Backlog, step, slack, "outside"),
			latencyOutside(&l.Recent, f, &band.Latency),
		} {
			if d != nil && (worst == nil || d.far > worst.far) {
				worst, d.lane = d, l
			}
		}
	}
	if worst == nil {
		return nil
	}
	why, known := whyOutside(now, f, worst.lane)
	found := &Finding{Kind: OffForecast, Lane: worst.lane.Name}
	if known {
		found.Severity = Warning
	}
	found.Text = worst.text + " as forecast: " + why + "."
	return found
}

// outside is how far a value is out of a band at a step; nil when it is not, or
// the band says nothing.
func outside(value float64, b *engine.Band, step int, slack float64, what string) *departure {
	if step >= len(b.Low) || step >= len(b.Mid) || step >= len(b.High) {
		return nil
	}
	low, mid, high := float64(b.Low[step]), float64(b.Mid[step]), float64(b.High[step])
	if !(low <= high && high <= fastest) {
		return nil
	}
	most := max(high, min(high+slack, 3*(mid+1)))
	var far float64
	switch {
	case value > most:
		far = value - high
	case value < low-slack:
		far = low - value
	default:
		return nil
	}
	return &departure{
		text: fmt.Sprintf("%s %s %s, not %s to %s", figure(value), verb(int64(value), "waits", "wait"), what, figure(math.Floor(low+0.5)), figure(math.Ceil(high-0.5))),
		far:  far / max(1, high-low),
	}
}

// ofItems is how many items a mean latency must be of.
const ofItems = 30

// latencyOutside is how far the mean latency of the recent window is outside all
// the bands of the means of its steps; nil when it is not, when the forecast is
// not of all the window, or when it says nothing. A mean over many steps is more
// certain than those of each, so chance hardly brings it there.
func latencyOutside(w *engine.Window, f *engine.Forecast, b *engine.Band) *departure {
	if w.From < f.From || w.To <= w.From || w.Latency.Count < ofItems {
		return nil
	}
	first, last := int((w.From-f.From)/f.Step), int((w.To-f.From)/f.Step)
	if last >= len(b.Low) || last >= len(b.High) {
		return nil
	}
	low, high := math.Inf(1), math.Inf(-1)
	for i := first; i <= last; i++ {
		if x, y := float64(b.Low[i]), float64(b.High[i]); x <= y { // never a gap
			low, high = min(low, x), max(high, y)
		}
	}
	mean := w.Latency.Mean.Seconds()
	far := max(mean-high, low-mean)
	if !(low >= 0 && high <= slowest) || far <= 0 {
		return nil
	}
	seconds := func(x float64) string { return duration(time.Duration(x * float64(time.Second))) }
	return &departure{
		text: fmt.Sprintf("items take %s on average, not %s to %s", seconds(mean), seconds(low), seconds(high)),
		far:  far / max(high-low, high/10, time.Millisecond.Seconds()),
	}
}

// slowest is the longest latency that a forecast is believed, in seconds.
const slowest = 1e6

// How sure a reason must be: standard deviations of chance; a part of the time
// that a service is to take; how late the pacer may be.
const (
	unlikely  = 3
	different = 0.05
	late      = 5 * time.Millisecond
)

// whyOutside is the likely reason that a lane is not where it was expected;
// known: it is one, and not chance.
func whyOutside(now *engine.Snapshot, f *engine.Forecast, at *engine.LaneSnapshot) (why string, known bool) {
	l := lane{run: now, now: at, at: now.At}
	for i := range now.Lanes {
		if &now.Lanes[i] == at {
			l.settings = now.Scenario.Lanes[i]
		}
	}
	for _, reason := range []func() string{
		func() string { return l.changed(f) },
		func() string { return l.arrivedOtherwise(f) },
		l.servedOtherwise,
		l.pacedLate,
	} {
		if why := reason(); why != "" {
			return why, true
		}
	}
	return "by chance, as one moment in ten is", false
}

// changed names what the forecast did not know of.
func (l *lane) changed(f *engine.Forecast) string {
	n := l.run.Changes - f.Changes
	switch {
	case n <= 0:
		return ""
	case l.now.Dead != "":
		return "the lane has died since"
	}
	for i := range l.now.Handlers {
		if h := &l.now.Handlers[i]; h.Fault != "" {
			return fmt.Sprintf("since then %s: %s", h.Name, shortened(h.Fault))
		}
	}
	return plural(int64(n), "change") + " since then"
}

// arrivedOtherwise tells of arrivals that the set rate makes unlikely. Only
// those of a Poisson process are known to be.
func (l *lane) arrivedOtherwise(f *engine.Forecast) string {
	load := &l.run.Scenario.Load
	if load.Arrivals != engine.Poisson || l.run.Unlinked {
		return ""
	}
	span := l.run.At - f.From
	n, mean := float64(l.run.Offered-f.Offered), float64(load.Rate)*span.Seconds()
	if z := (n - mean) / math.Sqrt(max(mean, 1)); math.Abs(z) >= unlikely {
		return fmt.Sprintf("%s arrived in %s, and %s is the mean (%s standard deviations)",
			count(max(0, int64(n))), duration(span), count(int64(mean)), figure(math.Abs(z)))
	}
	return ""
}

// servedOtherwise tells of a handler that takes another time than it was asked
// to, beyond the error of the mean: real sleeping and scheduling do that.
func (l *lane) servedOtherwise() string {
	if l.run.Mode != engine.Real {
		return ""
	}
	for i := range l.now.Handlers {
		h, spec := &l.now.Handlers[i], l.handler(i)
		if spec == nil || h.Fault != "" || h.Service.Count <= 0 {
			continue
		}
		asked, cv := meant(spec, &l.settings), spread(&spec.Service)
		if asked <= 0 || cv < 0 {
			continue
		}
		off := (h.Service.Mean - asked).Seconds() / asked.Seconds()
		if math.Abs(off) >= different && math.Abs(off) >= unlikely*cv/math.Sqrt(float64(h.Service.Count)) {
			return fmt.Sprintf("%s takes %s instead of %s on this machine", h.Name, duration(h.Service.Mean), duration(asked))
		}
	}
	return ""
}

// spread is the coefficient of variation of a service time; -1: not known, or
// infinite.
func spread(s *engine.Service) float64 {
	switch s.Dist {
	case engine.DistConstant:
		return 0
	case engine.DistExponential:
		return 1
	case engine.DistUniform:
		return float64(s.Spread) / math.Sqrt(3)
	case engine.DistLognormal, engine.DistGamma:
		return s.CV
	default:
		return -1
	}
}

func (l *lane) pacedLate() string {
	if p := &l.now.Recent.Lateness; l.run.Mode == engine.Real && p.P99 >= late {
		return fmt.Sprintf("items come up to %s late here: a busy machine, or a pause to collect garbage", duration(p.P99))
	}
	return ""
}
