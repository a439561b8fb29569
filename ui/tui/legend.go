package tui

import (
	"time"

	"charm.land/bubbles/v2/key"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// drawLegend draws what the signs mean, with how many items came to that.
func (s *scene) drawLegend(g *grid.Grid, l *engine.LaneSnapshot) {
	p := row(g, 0)
	led := &l.Ledger
	for _, x := range [...]struct {
		what engine.Happening
		name string
		w    int
		n    int64
	}{
		{engine.Accepted, "waits", 7, led.Waiting},
		{engine.Done, "done", 7, led.Done},
		{engine.Failed, "failed", 5, led.Failed},
		{engine.Retried, "again", 5, led.Redelivered},
		{engine.DeadLettered, "dead", 5, led.DeadLettered},
		{engine.Dropped, "dropped", 5, led.Dropped},
		{engine.Lost, "lost", 5, led.Lost},
		{engine.Expired, "expired", 5, led.Expired},
	} {
		w := max(x.w, len(figure.Count(x.n))+1)
		if p.room() < 2+len(x.name)+w {
			return
		}
		sign, st := s.mark(g.Glyphs, x.what, l.Model)
		p.sign(sign, st)
		p.text(x.name, s.theme.dim)
		if x.n == 0 {
			st = s.theme.dim
		}
		p.right(w, figure.Count(x.n), st)
		p.skip(1)
	}
}

// slowMotion is up to what speed a person can read what happens.
const slowMotion = 0.1

// drawStory draws what the journal told last, the latest first, while a person
// can read it.
func (s *scene) drawStory(g *grid.Grid, lane int) {
	t := s.traffic[lane]
	if !s.single() || !s.still() && s.snap.Speed > slowMotion {
		return
	}
	p := row(g, 0)
	for i := t.told - 1; i >= max(t.told-len(t.recent), 0) && p.room() >= 40; i-- {
		s.drawEntry(&p, lane, &t.recent[i%len(t.recent)])
		p.skip(2)
	}
}

// drawEntry draws one line of the journal.
func (s *scene) drawEntry(p *pen, lane int, e *engine.Entry) {
	t := s.theme
	sign, st := s.mark(p.g.Glyphs, e.What, s.snap.Lanes[lane].Model)
	p.sign(sign, st)
	p.text(exactTime(e.At), t.dim)
	p.text(" #", t.dim)
	p.text(decimal(e.Seq), t.text)
	p.skip(1)
	if h := int(e.Handler); h >= 0 && h < len(s.snap.Scenario.Handlers) {
		p.text(s.snap.Scenario.Handlers[h].Name, t.text)
		p.skip(1)
	}
	p.text(happenings[min(int(e.What), len(happenings)-1)], st)
	if e.Worker != 0 && e.Handler >= 0 {
		p.text(" by ", t.dim)
		if e.Worker < 0 {
			p.text("one elsewhere, ", t.dim)
		}
		p.text(decimal(max(int64(e.Worker), -int64(e.Worker))), t.dim)
	}
	if e.Attempt > 1 {
		p.text(" try ", t.dim)
		p.text(decimal(int64(e.Attempt)), t.warning)
	}
}

// happenings are the words for what can happen to an item.
var happenings = [...]string{
	engine.Arrived: "taken", engine.Accepted: "handed over", engine.Started: "begun", engine.Done: "done",
	engine.Failed: "failed", engine.Retried: "put back", engine.DeadLettered: "dead-lettered", engine.Dropped: "dropped",
	engine.Expired: "expired", engine.Lost: "lost", engine.Skipped: "skipped",
}

// exactTime writes lane time to a tenth of a millisecond: 42.3051s.
func exactTime(d time.Duration) string {
	var b [24]byte
	n := appendFixed(b[:0], int64(d/(100*time.Microsecond)))
	return string(append(n, 's'))
}

// signsOf are the signs of items and what they mean, for the help.
func signsOf(g *grid.Glyphs) []key.Help {
	return []key.Help{
		{Key: string(g.Bullet), Desc: "waits, or is in somebody's hands"},
		{Key: string(g.Pass), Desc: "was handed over, and has been begun"},
		{Key: string(g.Tick), Desc: "done"},
		{Key: string(g.Cross), Desc: "failed; of a worker: down"},
		{Key: string(g.Again), Desc: "put back for another try"},
		{Key: string(g.Grave), Desc: "dead letter: no more tries"},
		{Key: string(g.Down), Desc: "dropped: no room"},
		{Key: string(g.Void), Desc: "lost without an outcome"},
		{Key: string(g.Ghost), Desc: "expired: its client gave up"},
		{Key: string(g.Ellipsis), Desc: "in line for what its handler needs"},
		{Key: "-", Desc: "skipped after a panic"},
	}
}
