package linear

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"duet/engine"
	"duet/engine/diagnose"
	"duet/ui/internal/figure"
)

// told is what was said, so that it is not said again.
type told struct {
	at     time.Time // when something was said
	found  []string  // the kinds of what was found then, and where
	seen   []string  // the same of the latest look: what comes and goes at once is no news
	marks  int       // how many changes were told
	raised []string
	others []int // workers in other processes, for each lane
}

// trend is how far a sentence looks back, in lane time.
const trend = 3 * time.Second

// look looks at the run, and says what is new of it.
func (p *player) look(now time.Time) {
	p.run.Snapshot(&p.snap)
	switch {
	case p.next == nil || p.next.At > p.snap.At:
		p.next, p.before = p.snap.Clone(), nil
	case p.snap.At-p.next.At >= trend:
		p.before, p.next = p.next, p.snap.Clone()
	}
	if now.Sub(p.told.at) < quiet {
		return
	}
	news := p.changes()
	findings := diagnose.Of(&p.snap, p.before)
	found := kinds(findings)
	lasting := slices.Equal(found, p.told.seen)
	p.told.seen = found
	if lasting && !slices.Equal(found, p.told.found) {
		for i := range findings {
			if !slices.Contains(p.told.found, kind(&findings[i])) {
				news = append(news, sentence(&findings[i]))
			}
		}
		if len(news) == 0 { // something is over
			news = append(news, "now: "+sentence(&findings[0]))
		}
		p.told.found = found
	}
	if len(news) > 0 {
		p.say(p.stamp() + strings.Join(news, " ") + " " + p.figures())
		p.told.at = now
	}
}

// others are what is new of workers in other processes.
func (p *player) others() (news []string) {
	p.told.others = append(p.told.others, make([]int, max(0, len(p.snap.Lanes)-len(p.told.others)))...)
	for i := range p.snap.Lanes {
		l := &p.snap.Lanes[i]
		switch n := l.Broker.Elsewhere; {
		case n == p.told.others[i]:
			continue
		case n == 0:
			news = append(news, fmt.Sprintf("No workers in other processes serve %s any more.", l.Name))
		case n == 1:
			news = append(news, fmt.Sprintf("A worker in another process serves each queue of %s.", l.Name))
		default:
			news = append(news, fmt.Sprintf("%d workers in other processes serve each queue of %s.", n, l.Name))
		}
		p.told.others[i] = l.Broker.Elsewhere
	}
	return news
}

// changes are what was changed or broken, and the events that were raised or
// are over, since something was said.
func (p *player) changes() (news []string) {
	marks := p.run.Marks(nil, min(p.told.marks, p.snap.Changes))
	for i := range marks {
		by := ""
		if marks[i].By != byYou && marks[i].Note == "" {
			by = ", by " + marks[i].By
		}
		news = append(news, marks[i].String()+by+".")
	}
	p.told.marks = p.snap.Changes
	news = append(news, p.others()...)
	for _, name := range p.snap.Raised {
		if !slices.Contains(p.told.raised, name) {
			news = append(news, name+" is raised.")
		}
	}
	for _, name := range p.told.raised {
		if !slices.Contains(p.snap.Raised, name) {
			news = append(news, name+" is over.")
		}
	}
	p.told.raised = append(p.told.raised[:0], p.snap.Raised...)
	return news
}

// kinds are what was found, in an order of their own: how bad they are next to
// each other is no news.
func kinds(findings []diagnose.Finding) []string {
	all := make([]string, len(findings))
	for i := range findings {
		all[i] = kind(&findings[i])
	}
	slices.Sort(all)
	return all
}

func kind(f *diagnose.Finding) string { return f.Lane + " " + string(f.Kind) }

// sentence is a finding with how bad it is in a word, as no colour says it.
func sentence(f *diagnose.Finding) string {
	text := f.Text
	if f.Lane != "" {
		text = f.Lane + ": " + text
	}
	switch f.Severity {
	case diagnose.Bad:
		return "Bad: " + text
	case diagnose.Warning:
		return "Warning: " + text
	default:
		return text
	}
}

// stamp is lane time, as the screen shows it.
func (p *player) stamp() string {
	at := p.snap.At.Truncate(100 * time.Millisecond)
	return fmt.Sprintf("%02d:%04.1f  ", at/time.Minute, (at % time.Minute).Seconds())
}

// figures are those that matter, of each lane.
func (p *player) figures() string {
	all := []string{"arrive " + figure.Rate(p.snap.Rate) + "/s"}
	for i := range p.snap.Lanes {
		l := &p.snap.Lanes[i]
		text := fmt.Sprintf("%s: %s/s done, %s wait, p99 %s",
			l.Name, figure.Rate(l.Recent.Throughput), figure.Count(l.Ledger.Waiting), duration(&l.Recent.Latency, l.Recent.Latency.P99))
		if gone := l.Ledger.Lost + l.Ledger.Dropped + l.Ledger.DeadLettered + l.Ledger.Expired + l.Ledger.Failed; gone > 0 {
			text += fmt.Sprintf(", %s not done", figure.Count(gone))
		}
		all = append(all, text)
	}
	return "[" + strings.Join(all, "; ") + "]"
}

// duration is one of a summary, or that there is none.
func duration(s *engine.Summary, d time.Duration) string {
	if s.Count == 0 {
		return "unknown"
	}
	return cmp.Or(strings.TrimSpace(figure.Duration(d)), "0s")
}
