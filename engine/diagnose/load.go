package diagnose

import (
	"fmt"
	"math"
	"time"

	"duet/engine"
)

// load says what becomes of arrivals that the lane cannot keep up with.
func (l *lane) load() *Finding {
	if l.now.AtLimit || l.now.Stopped {
		return nil
	}
	if f := l.dropping(); f != nil {
		return f
	}
	s := l.bottleneck()
	if f := l.blocked(s); f != nil {
		return f
	}
	return l.growing(s)
}

func (l *lane) dropping() *Finding {
	flow := &l.now.Recent.Ledger
	if flow.Dropped <= 0 || flow.Offered <= 0 {
		return nil
	}
	who := "the queue is full and drops the newest"
	switch {
	case l.settings.Source == engine.Ticker && (l.inline() || l.settings.Queue.WhenFull == engine.Block):
		who = "the ticker has room for one tick and drops the rest"
	case l.settings.Queue.WhenFull == engine.DropOldest:
		who = "the queue is full and drops the oldest"
	}
	f := &Finding{Kind: Dropping, Severity: Bad, Share: part(float64(flow.Dropped), float64(flow.Offered))}
	f.Text = fmt.Sprintf("%s: %s, %s of what arrives.", who, rate(float64(flow.Dropped)/l.window()), percent(f.Share))
	if s := l.bottleneck(); l.overloads(s) {
		l.advise(f, s)
	}
	return f
}

// blocked reports producers that lose more than a twentieth of their time at a
// full queue, or before a broker that does not take what they have.
func (l *lane) blocked(s stage) *Finding {
	share := l.stood()
	if !(share >= 0.05) {
		return nil
	}
	f := &Finding{Kind: Blocked, Severity: Warning, Share: share}
	where, overloaded := "at "+s.fullQueue(), l.overloads(s)
	if l.beforeBroker() { // more workers would not help
		where, overloaded = "before "+shortened(string(l.now.Broker.Kind)), false
	}
	f.Text = fmt.Sprintf("%s stand %s %s of the time", l.senders(), where, percent(f.Share))
	if overloaded {
		f.Severity, f.Growth = Bad, l.arrivals-s.finishes()
		f.Text += fmt.Sprintf(" (%s arrive, %s)", rate(l.arrivals), s.pace())
	}
	outside := l.now.Recent.Backlog.Now
	if text := fmt.Sprintf("%s; %s outside", f.Text, waits(outside)); outside > 0 && (!overloaded || l.fits(text)) {
		f.Text = text
	}
	f.Text += "."
	if overloaded {
		l.advise(f, s)
	}
	return f
}

// farOff is as far ahead as a growth is carried.
const farOff = 24 * time.Hour

// growing reports a queue or backlog that rises: because its servers cannot
// finish what arrives, or because fewer were seen to leave than to come.
func (l *lane) growing(s stage) *Finding {
	arrive, growth := l.arrivals, l.arrivals-s.finishes()
	pace := s.pace()
	overloaded := l.overloads(s)
	if !overloaded && l.hotPartition() != nil {
		return nil // that is what grows
	}
	if !overloaded {
		flow := &l.now.Recent.Ledger
		arrive, growth = float64(flow.Offered)/l.window(), l.excess()
		pace = rate(float64(flow.Ended())/l.window()) + " leave"
	}
	if growth <= 0 || !overloaded && l.contradicts(growth) {
		return nil
	}
	f := &Finding{Kind: Growing, Severity: Warning, Growth: growth}
	f.Text = fmt.Sprintf("%s by %s (%s arrive, %s).", s.grows(), rate(growth), rate(arrive), pace)
	switch {
	case s.bounded && l.endless():
		f.Text += fmt.Sprintf(" Nothing is refused: %s has no limit.", shortened(string(l.now.Broker.Kind)))
	case s.bounded:
		f.FullIn = until(s.room, growth)
		if f.FullIn == 0 {
			f.Text += fmt.Sprintf(" It is full: %s.", l.consequence())
		} else {
			f.Text += fmt.Sprintf(" Full in %s, then %s.", ahead(f.FullIn), l.consequence())
		}
	case overloaded:
		f.Kind, f.Severity = Unstable, Bad
		f.Text = fmt.Sprintf("the backlog of %s grows by %s (%s arrive, %s): unstable.",
			count(max(0, l.now.Ledger.Waiting)), rate(growth), rate(arrive), pace)
	}
	if overloaded {
		l.advise(f, s)
	}
	return f
}

// endless tells whether the queue is in a broker that takes whatever comes.
func (l *lane) endless() bool { return l.now.Broker.Kind != "" && !l.now.Broker.Can.Limit }

// until is how long it takes to fill so much room.
func until(room int, growth float64) time.Duration {
	seconds := float64(max(room, 0)) / growth
	return time.Duration(min(seconds, farOff.Seconds()) * float64(time.Second))
}

// ahead is how long something takes that is looked for no further than farOff.
func ahead(d time.Duration) string {
	if d >= farOff {
		return "more than a day"
	}
	return duration(d)
}

func (l *lane) consequence() string {
	switch {
	case l.settings.Queue.WhenFull == engine.DropNewest:
		return "the newest are dropped"
	case l.settings.Queue.WhenFull == engine.DropOldest:
		return "the oldest are dropped"
	default:
		return l.senders() + " block"
	}
}

// overloads says whether the stage's utilisation is 1 or more, beyond the errors
// of what it is computed from: one standard error of the mean of exponential
// service times, and one of a Poisson count. The longest service alone does not
// make it so: a call that hung for a while is no rate.
func (l *lane) overloads(s stage) bool {
	uncertain := func(n int64) float64 { return 1 / math.Sqrt(float64(max(n, 1))) }
	return l.arrivals/s.finishes()*(1-s.longest)*(1-uncertain(s.seen)-uncertain(l.arrived)) >= 1 && !l.outdid(s)
}

// outdid says whether since before more was handled than the stage can finish by
// its service times, beyond two standard deviations of chance: then these are of
// a trouble that is over.
func (l *lane) outdid(s stage) bool {
	if l.before == nil {
		return false
	}
	handled := float64(served(&l.now.Ledger)-served(&l.before.Ledger)) +
		float64(l.now.Wasted-l.before.Wasted)/float64(max(1, len(l.now.Handlers)))
	return handled-s.finishes()*l.elapsed > 2*math.Sqrt(2*max(handled, 0))
}

// served counts the items of a ledger that a handler has come to an end with.
func served(l *engine.Ledger) int64 { return l.Done + l.Failed + l.DeadLettered + l.Lost }

// excess is by how many a second arrivals exceeded what left in the recent
// window; 0 where that may be chance: less than two standard deviations of the
// difference of two Poisson counts.
func (l *lane) excess() float64 {
	flow := &l.now.Recent.Ledger
	in, out := float64(flow.Offered), float64(flow.Ended())
	if in-out <= 2*math.Sqrt(in+out) {
		return 0
	}
	return (in - out) / l.window()
}

// contradicts says whether what happened since before leaves no room for such a
// growth: it is off by more than two standard deviations of chance.
func (l *lane) contradicts(growth float64) bool {
	if l.before == nil {
		return false
	}
	fell, chance := l.fall()
	return growth*l.elapsed+fell > 2*chance
}

// fall is by how many fewer are on the way than before, and its standard
// deviation were it chance. There must be a before.
func (l *lane) fall() (fell, chance float64) {
	now, then := &l.now.Ledger, &l.before.Ledger
	moved := float64(now.Offered - then.Offered + now.Ended() - then.Ended())
	return float64(then.Waiting + then.InFlight - now.Waiting - now.InFlight), math.Sqrt(max(moved, 0))
}

// catchingUp reports the end of a trouble: items still wait for over a second,
// and fewer than before beyond two standard deviations of chance.
func (l *lane) catchingUp() *Finding {
	if l.before == nil || l.now.OldestWaiting < time.Second || l.impatient() != nil {
		return nil
	}
	fell, chance := l.fall()
	if fell <= 2*chance {
		return nil
	}
	return &Finding{Kind: CatchingUp, Text: fmt.Sprintf("catching up: %s, %s fewer.",
		waits(l.now.Ledger.Waiting), rate(fell/l.elapsed))}
}

// missing is how many more servers would bring an overloaded stage's utilisation
// below 1, with the error of the mean service time against it; 0: that would
// not help, or nobody can say while something is broken or clients try again.
func (l *lane) missing(s stage) int {
	if s.each || l.pinned() || s.seen == 0 || l.burns() || l.broken() || l.impatient() != nil {
		return 0
	}
	load := l.arrivals * s.service.Seconds() * (1 + 1/math.Sqrt(float64(s.seen)))
	if !(load < 1e6) {
		return 0
	}
	return max(0, int(load)+1-s.servers)
}

// advise adds what would hold the load, where there is room for it.
func (l *lane) advise(f *Finding, s stage) {
	more := l.missing(s)
	if more == 0 {
		return
	}
	if text := fmt.Sprintf("%s %s more would do.", f.Text, count(int64(more))); l.fits(text) {
		f.Text = text
	}
}

// burns says whether some handler burns CPU: then more servers need more cores.
func (l *lane) burns() bool {
	for i := range l.now.Handlers {
		if h := l.handler(i); h != nil && h.Work == engine.CPU {
			return true
		}
	}
	return false
}
