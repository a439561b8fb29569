package diagnose

import (
	"fmt"
	"math"
)

// demand is what clients that give up ask of a lane, a second.
type demand struct {
	first    float64 // tries that are their items' first
	retries  float64 // the others
	useful   float64 // deliveries handled for a client that still waits
	wasted   float64 // and for one that does not
	finishes float64 // deliveries that all servers can handle
	goodput  float64 // items done
}

// share is the part of the work that is wasted.
func (d *demand) share() float64 { return part(d.wasted, d.wasted+d.useful) }

// What is enough to speak of, against chance and against figures that are of
// before and after a change: so many wasted deliveries, so many retries for each
// first try, and tries that are so many times what the servers can do.
const (
	fewest  = 10
	many    = 0.5
	clearly = 1.1
)

// impatient reports work for clients that have given up: that it keeps itself
// going (a retry storm), even with nothing wrong any more (metastable), or is
// most of what is done.
func (l *lane) impatient() *Finding {
	load := &l.run.Scenario.Load
	d := l.demanded()
	if load.Timeout <= 0 || d == nil || d.share() < 0.2 {
		return nil
	}
	again := float64(max(1, load.Retry.Attempts) - 1)
	if budget := float64(load.Retry.Budget); budget > 0 {
		again = min(again, budget)
	}
	mended := !l.broken()
	if mended {
		d.finishes = max(d.finishes, l.nominal()) // what was slow a moment ago is not any more
	}
	f := &Finding{Kind: RetryStorm, Severity: Bad, Share: d.share()}
	rho := d.first / d.finishes
	storm := (1+again)*rho > 1 && d.retries >= many*d.first && d.first+d.retries > clearly*d.finishes
	switch {
	case storm && mended && rho < 0.95 && f.Share >= 0.5 && d.goodput < d.first/2:
		f.Kind = Metastable
		f.Text = fmt.Sprintf("%s fit into %s, yet goodput is %s: retries waste %s of the work, and will until below %s arrive.",
			rate(d.first), rate(d.finishes), rate(d.goodput), percent(f.Share), rate(d.finishes/(1+again)))
	case storm:
		f.Text = fmt.Sprintf("clients try again %s on top of %s; %s, %s of it for clients that gave up.",
			rate(d.retries), rate(d.first), l.bottleneck().paceOf(d.finishes), percent(f.Share))
	case f.Share >= 0.5:
		f.Kind = Wasting
		f.Text = fmt.Sprintf("%s of the work is for clients that gave up after %s; of %s that arrive %s are done in time.",
			percent(f.Share), duration(load.Timeout), rate(d.first), rate(d.goodput))
	default:
		return nil
	}
	return f
}

// nominal is how many items a second the lane's only stage finishes when its
// handlers take what they are asked to; 0: not known.
func (l *lane) nominal() float64 {
	if len(l.stages()) != 1 || l.burns() {
		return 0
	}
	s := l.bottleneck()
	s.service = 0
	for i := range l.now.Handlers {
		spec := l.handler(i)
		if spec == nil || meant(spec, &l.settings) <= 0 {
			return 0
		}
		s.service += meant(spec, &l.settings)
	}
	return s.finishes()
}

// demanded is what clients asked for since before, or else in the recent window;
// nil where too little was wasted to tell.
func (l *lane) demanded() *demand {
	wasted, retries, done, within := l.now.Recent.Wasted, l.now.Recent.Retries, l.now.Recent.Ledger.Done, l.window()
	if l.before != nil {
		wasted, retries = l.now.Wasted-l.before.Wasted, l.now.Retries-l.before.Retries
		done, within = l.now.Ledger.Done-l.before.Ledger.Done, l.elapsed
	}
	s := l.bottleneck()
	if wasted < fewest || math.IsInf(s.finishes(), 1) || s.finishes() <= 0 {
		return nil
	}
	d := &demand{
		first: l.arrivals, retries: float64(retries) / within, wasted: float64(wasted) / within,
		goodput: float64(done) / within, finishes: s.finishes(),
	}
	d.useful = d.goodput * float64(max(1, len(l.now.Handlers)))
	if l.before != nil && len(l.now.Handlers) == 1 && l.saturated() {
		d.finishes = d.useful + d.wasted // measured now, not over the last ten seconds
	}
	return d
}

// saturated says whether all servers of the only handler were busy, then and
// now.
func (l *lane) saturated() bool {
	now, then := &l.now.Handlers[0], l.before.Handlers
	return now.Workers > 0 && now.Busy >= now.Workers && len(then) == 1 && then[0].Busy >= now.Workers
}
