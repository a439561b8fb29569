package diagnose

import (
	"fmt"
	"time"

	"duet/engine"
)

// A call is far beyond its handler's times when it lasts farBeyond times their
// p99, known of at least enough of them, and noticeable.
const (
	farBeyond  = 3
	enough     = 30
	noticeable = 100 * time.Millisecond
)

// hold is a call that keeps its server for longer than such calls do.
type hold struct {
	handler int
	took    time.Duration
	usual   time.Duration // p99; 0: not known
}

// held says whether a call that has lasted so long is one; stalled: it is known
// to hang. Where a server runs all handlers of an item in turn, together, they
// count as one call.
func (l *lane) held(handler int, took time.Duration, together, stalled bool) *hold {
	if handler < 0 || handler >= len(l.now.Handlers) {
		return nil
	}
	var usual time.Duration
	for i := range l.now.Handlers {
		if i == handler || together {
			usual += p99(&l.now.Handlers[i])
		}
	}
	if took < noticeable || !stalled && (usual == 0 || took < farBeyond*usual) {
		return nil
	}
	return &hold{handler, took, usual}
}

// p99 is that of a handler's times; 0: not known.
func p99(h *engine.HandlerSnapshot) time.Duration {
	for _, s := range []*engine.Summary{&h.Service, &h.WholeService} {
		if s.Count >= enough {
			return s.P99
		}
	}
	return 0
}

// headOfLine reports what holds others back from servers that could take them.
func (l *lane) headOfLine() *Finding {
	switch {
	case l.inline():
		return l.heldPublishers()
	case l.settings.Model == engine.EventModel && l.settings.Dispatch == engine.Goroutine:
		return nil
	}
	for i := range l.now.Handlers {
		if f := l.heldWorkers(i); f != nil {
			return f
		}
	}
	return l.choked()
}

// heldPublishers reports calls that hold all publishers, or one that keys are
// pinned to.
func (l *lane) heldPublishers() *Finding {
	waiting := l.now.Recent.Backlog.Now
	var longest *hold
	held, idle := 0, 0
	for i := range l.now.Publishers {
		p := &l.now.Publishers[i]
		if !p.Busy {
			idle++
		}
		for _, c := range p.Calls {
			if c.State != engine.CallRunning {
				continue
			}
			if h := l.held(c.Handler, c.Took, false, false); h != nil {
				held++
				if longest == nil || h.took > longest.took {
					longest = h
				}
			}
		}
	}
	all := held >= len(l.now.Publishers)
	if waiting <= 0 || longest == nil || !all && (!l.pinned() || idle == 0) {
		return nil
	}
	return l.holding(longest, servers(held, len(l.now.Publishers), "publisher"), waiting, idle, "publisher")
}

// heldWorkers reports calls that hold all workers of a handler, or one with
// partitions of its own.
func (l *lane) heldWorkers(handler int) *Finding {
	h := &l.now.Handlers[handler]
	together := l.settings.Handlers.Together
	if together && handler > 0 {
		return nil
	}
	var longest *hold
	held, alive, idle, kept := 0, 0, 0, int64(0)
	for i := range l.now.Workers {
		w := &l.now.Workers[i]
		if w.Handler != handler && !together || w.State == engine.Crashed {
			continue
		}
		alive++
		if w.State == engine.Idle {
			idle++
			continue
		}
		x := l.held(w.Handler, l.at-w.Since, together, w.State == engine.Stalled)
		if x == nil {
			continue
		}
		held++
		kept += owned(h, w.ID)
		if longest == nil || x.took > longest.took {
			longest = x
		}
	}
	waiting := h.Depth.Now
	if len(h.Partitions) > 0 {
		waiting = kept
	} else if held < alive {
		return nil
	}
	if longest == nil || waiting <= 0 {
		return nil
	}
	server := "worker"
	if l.settings.Model == engine.EventModel {
		server = "observer"
	}
	return l.holding(longest, servers(held, alive, server), waiting, idle, server)
}

// owned is how many items wait in the partitions that a worker has: they are
// dealt out in turn.
func owned(h *engine.HandlerSnapshot, worker int) (n int64) {
	for i, depth := range h.Partitions {
		if i%max(1, h.Workers) == worker-1 {
			n += int64(depth)
		}
	}
	return n
}

// servers names those of all that are held.
func servers(held, all int, server string) string {
	switch {
	case held < all:
		return fmt.Sprintf("%d of %s", held, plural(int64(all), server))
	case all == 1:
		return "its only " + server
	default:
		return "all " + plural(int64(all), server)
	}
}

func (l *lane) holding(h *hold, who string, waiting int64, idle int, server string) *Finding {
	usual := ""
	if h.usual > 0 {
		usual = fmt.Sprintf(" (p99 %s)", duration(h.usual))
	}
	f := &Finding{Kind: HeadOfLine, Severity: Warning}
	f.Text = fmt.Sprintf("%s has held %s for %s%s: %s behind it", l.now.Handlers[h.handler].Name, who, duration(h.took), usual, waits(waiting))
	if idle > 0 {
		f.Text += fmt.Sprintf(", and %s %s idle", plural(int64(idle), server), verb(int64(idle), "is", "are"))
	}
	f.Text += "."
	return f
}

// choked reports a full queue that keeps items from the handlers beside it:
// who sends to all waits for the slowest.
func (l *lane) choked() *Finding {
	if l.settings.Queue.WhenFull != engine.Block || l.stood() < 0.5 || l.beforeBroker() {
		return nil
	}
	stages := l.stages()
	if len(stages) < 2 {
		return nil
	}
	full, starved, busiest := -1, "", 0.0
	for i, s := range stages {
		h := &l.now.Handlers[i]
		if s.room <= s.servers {
			if full >= 0 {
				return nil // several are: the lane as a whole cannot keep up
			}
			full = i
			continue
		}
		if h.Utilisation >= busiest {
			starved, busiest = h.Name, h.Utilisation
		}
	}
	if full < 0 || busiest >= 0.9 {
		return nil
	}
	s := stages[full]
	f := &Finding{Kind: HeadOfLine, Severity: Warning}
	why := ""
	if l.overloads(s) {
		why = fmt.Sprintf(" (%s arrive, %s)", rate(l.arrivals), s.pace())
	}
	if others := len(stages) - 1; others > 1 {
		starved = fmt.Sprintf("%d others", others)
	}
	f.Text = fmt.Sprintf("%s%s holds back %s, at most %s busy.", s.fullQueue(), why, starved, percent(busiest))
	return f
}
