package diagnose

import (
	"fmt"
	"math"
	"slices"
	"time"

	"duet/engine"
)

// lane is what the checks look at.
type lane struct {
	now      *engine.LaneSnapshot
	before   *engine.LaneSnapshot // nil: not known
	elapsed  float64              // seconds since before
	settings engine.Lane
	at       time.Duration
	arrivals float64 // a second, now
	arrived  int64   // how many arrivals that rate is measured from; math.MaxInt64: it was set
}

func (l *lane) down() *Finding {
	if l.now.Dead == "" {
		return nil
	}
	return &Finding{Kind: LaneDown, Severity: Bad, Text: fmt.Sprintf("the lane is down (%s): %s lost so far, %s more arrive.",
		l.now.Dead, plural(l.now.Ledger.Lost, "item"), rate(l.arrivals))}
}

func (l *lane) atLimit() *Finding {
	if !l.now.AtLimit {
		return nil
	}
	return &Finding{Kind: GoroutineLimit, Severity: Bad, Text: fmt.Sprintf("%s hold about %s, and no more may start: a real program would be dying here.",
		plural(l.now.Goroutines.Now, "goroutine"), bytes(l.now.HeapBytes))}
}

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
	if flow.Dropped == 0 || flow.Offered == 0 {
		return nil
	}
	which := "newest"
	if l.settings.Queue.WhenFull == engine.DropOldest {
		which = "oldest"
	}
	f := &Finding{Kind: Dropping, Severity: Bad, Share: float64(flow.Dropped) / float64(flow.Offered)}
	f.Text = fmt.Sprintf("the queue is full and drops the %s: %s, %s of what arrives.",
		which, rate(float64(flow.Dropped)/l.window()), percent(f.Share))
	return f
}

// blocked reports producers that lose more than a twentieth of their time at a
// full queue.
func (l *lane) blocked(s stage) *Finding {
	stood, within := l.now.Recent.Blocked, l.window()
	if l.before != nil {
		stood, within = l.now.Whole.Blocked-l.before.Whole.Blocked, l.elapsed
	}
	share := stood.Seconds() / within / float64(max(1, len(l.now.Publishers)))
	if share < 0.05 {
		return nil
	}
	f := &Finding{Kind: Blocked, Severity: Warning, Share: min(share, 1)}
	f.Text = fmt.Sprintf("%s stand at %s %s of the time", l.senders(), s.fullQueue(), percent(f.Share))
	if l.overloads(s) {
		f.Severity, f.Growth = Bad, l.arrivals-s.finishes()
		f.Text += fmt.Sprintf(" (%s arrive, %s)", rate(l.arrivals), s.pace())
	}
	if outside := l.now.Recent.Backlog.Now; outside > 0 {
		f.Text += fmt.Sprintf("; %s outside", waits(outside))
	}
	f.Text += "."
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
	if !overloaded {
		flow := &l.now.Recent.Ledger
		arrive, growth = float64(flow.Offered)/l.window(), l.excess()
		pace = rate(float64(flow.Ended())/l.window()) + " leave"
	}
	if growth <= 0 || l.contradicts(growth) {
		return nil
	}
	f := &Finding{Kind: Growing, Severity: Warning, Growth: growth}
	f.Text = fmt.Sprintf("%s by %s (%s arrive, %s).", s.grows(), rate(growth), rate(arrive), pace)
	switch {
	case s.bounded:
		seconds := float64(max(s.room, 0)) / growth
		f.FullIn = time.Duration(min(seconds, farOff.Seconds()) * float64(time.Second))
		if f.FullIn == 0 {
			f.Text += fmt.Sprintf(" It is full: %s.", l.consequence())
		} else {
			f.Text += fmt.Sprintf(" Full in %s, then %s.", duration(f.FullIn), l.consequence())
		}
	case overloaded:
		f.Kind, f.Severity = Unstable, Bad
		f.Text += fmt.Sprintf(" Utilisation %s: there is no steady state; %s now.", figure(l.arrivals/s.finishes()), waits(l.now.Ledger.Waiting))
	}
	return f
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

// senders is who hands items over.
func (l *lane) senders() string {
	if l.settings.Model == engine.EventModel {
		return "publishers"
	}
	return "producers"
}

// overloads says whether the stage's utilisation is 1 or more, beyond the errors
// of what it is computed from: one standard error of the mean of exponential
// service times, and one of a Poisson count.
func (l *lane) overloads(s stage) bool {
	uncertain := func(n int64) float64 { return 1 / math.Sqrt(float64(max(n, 1))) }
	return l.arrivals/s.finishes()*(1-uncertain(s.seen)-uncertain(l.arrived)) >= 1 && !l.contradicts(l.arrivals-s.finishes())
}

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
	if l.before == nil || l.now.OldestWaiting < time.Second {
		return nil
	}
	fell, chance := l.fall()
	if fell <= 2*chance {
		return nil
	}
	return &Finding{Kind: CatchingUp, Text: fmt.Sprintf("catching up: %s, %s fewer.",
		waits(l.now.Ledger.Waiting), rate(fell/l.elapsed))}
}

// window is the length of the recent window in seconds.
func (l *lane) window() float64 {
	return max((l.now.Recent.To - l.now.Recent.From).Seconds(), 1e-9)
}

func (l *lane) workersDown() *Finding {
	down := 0
	var back time.Duration // the first to be back
	for _, w := range l.now.Workers {
		if w.State != engine.Crashed {
			continue
		}
		down++
		if w.BackAt > 0 && (back == 0 || w.BackAt < back) {
			back = w.BackAt
		}
	}
	if down == 0 {
		return nil
	}
	f := &Finding{Kind: WorkerDown, Severity: Warning}
	if down == len(l.now.Workers) {
		f.Severity = Bad
	}
	f.Text = fmt.Sprintf("%d of %s %s down", down, plural(int64(len(l.now.Workers)), "worker"), verb(int64(down), "is", "are"))
	if back > 0 {
		f.Text += fmt.Sprintf(", the next back in %s.", duration(max(0, back-l.at)))
	} else {
		f.Text += verb(int64(down), " and does not come back by itself.", " and do not come back by themselves.")
	}
	return f
}

func (l *lane) faulted() *Finding {
	broken := slices.IndexFunc(l.now.Handlers, func(h engine.HandlerSnapshot) bool { return h.Fault != "" })
	if broken < 0 {
		return nil
	}
	h := &l.now.Handlers[broken]
	return &Finding{Kind: Faulted, Severity: Warning, Text: fmt.Sprintf("%s: %s; %s.", h.Name, h.Fault, waits(l.now.Ledger.Waiting))}
}

func (l *lane) stopped() *Finding {
	if !l.now.Stopped {
		return nil
	}
	return &Finding{Kind: Stopped, Severity: Warning, Text: fmt.Sprintf("the %s are stopped; %s outside, %s more arrive.",
		l.senders(), waits(l.now.Recent.Backlog.Now), rate(l.arrivals))}
}

// survivors warns of percentiles that look better than the wait of those who
// have not come through yet. A hundred finished items make a p99.
func (l *lane) survivors() *Finding {
	done := &l.now.Recent.Latency
	if done.Count < 100 || l.now.OldestWaiting <= 2*done.P99 {
		return nil
	}
	return &Finding{Kind: Survivors, Severity: Warning, Text: fmt.Sprintf("the oldest item has waited %s already; the p99 of %s tells only of those that came through.",
		duration(l.now.OldestWaiting), duration(done.P99))}
}
