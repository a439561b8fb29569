package tui

import (
	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// drawLedger draws what came in and what became of it, in fields that keep
// their places: as many as there is room for, the most important first.
func (s *scene) drawLedger(g *grid.Grid, l *engine.LaneSnapshot) {
	t, w := s.theme, &l.Recent
	c := cells{g: g, dim: t.dim}
	if n := g.W / column; n >= 3 && g.H > 1 {
		c.width = g.W / min(n, 5)
	}
	c.field("in", 8, figure.Rate(w.Arrivals)+"/s", t.text)
	c.field("out", 8, figure.Rate(w.Throughput)+"/s", t.text)
	c.field("late", 6, figure.Percent(lateShare(w)), t.text)

	hurried := s.snap.Scenario.Load.Timeout > 0 // clients give up
	if hurried {
		c.count("expired", l.Ledger.Expired, t.text, t.bad)
		c.count("retries", l.Retries, t.text, t.warning)
		c.count("wasted", l.Wasted, t.text, t.bad)
	}
	c.count("lost", l.Ledger.Lost, t.text, t.bad)
	c.count("dropped", l.Ledger.Dropped, t.text, t.bad)
	c.count("failed", l.Ledger.Failed, t.text, t.bad)
	c.count("waiting", l.Ledger.Waiting, t.text, t.text)
	c.count("in flight", l.Ledger.InFlight, t.text, t.text)
	c.count("done", l.Ledger.Done, t.text, t.text)
	c.count("key-late", w.Order.KeyLate, t.text, t.warning)
	c.count("dead", l.Ledger.DeadLettered, t.text, t.bad)
	c.count("again", l.Ledger.Redelivered, t.text, t.warning)
	c.count("twice", l.Ledger.Duplicates, t.text, t.warning)
	if l.Ledger.Deduplicated > 0 {
		c.count("known", l.Ledger.Deduplicated, t.text, t.text)
	}
	if !hurried {
		c.count("expired", l.Ledger.Expired, t.text, t.bad)
	}
}

// drawBalance says at the lower edge of a lane whether its ledger balances,
// which can only be checked while nothing is on its way.
func (s *scene) drawBalance(g *grid.Grid, l *engine.LaneSnapshot) {
	if !s.snap.Quiescent || s.starting {
		return
	}
	text, st := " ✓ balanced ", s.theme.good
	if l.Ledger.Balance() != 0 {
		text, st = " × not balanced ", s.theme.bad
	}
	g.TextRight(g.W-2, g.H-1, text, st)
}

// lateShare is the part of the recently done items that were overtaken.
func lateShare(w *engine.Window) float64 {
	if w.Ledger.Done == 0 {
		return 0
	}
	return float64(w.Order.Late) / float64(w.Ledger.Done)
}

// column is the width of a field where they stand in columns.
const column = 18

// cells places fields side by side and row below row.
type cells struct {
	g     *grid.Grid
	x, y  int
	width int // of each field; 0: what it needs
	dim   grid.Style
}

// field draws a label and a figure in width cells. What does not fit any more
// is left out.
func (c *cells) field(label string, width int, figure string, st grid.Style) {
	need := len(label) + 1 + width
	if c.x+need > c.g.W {
		c.x, c.y = 0, c.y+1
	}
	if c.y >= c.g.H || need > c.g.W {
		return
	}
	end := c.g.Text(c.x, c.y, label, c.dim)
	if c.width > 0 {
		c.g.TextRight(c.x+column-2, c.y, figure, st)
		c.x += c.width
		return
	}
	c.g.TextRight(end+1+width, c.y, figure, st)
	c.x += need + 1
}

// count is a field of a count, in style odd when it is more than none.
func (c *cells) count(label string, n int64, st, odd grid.Style) {
	if n > 0 {
		st = odd
	}
	c.field(label, 5, figure.Count(n), st)
}
