package tui

import (
	"math"
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// comparison is the table of all lanes' figures, live: how they differ, and who
// pays for it. Keys that it has no use for do what they always do.
type comparison struct {
	whole  bool // of the whole run, not of the last 10 s
	scroll scroll
}

func (c *comparison) update(m *model, msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	switch {
	case c.scroll.obey(m.keys, msg), !ok:
		return nil
	case key.Matches(press, m.keys.Compare):
		m.overlay = nil
	case key.Matches(press, m.keys.More, m.keys.Less):
		c.whole = !c.whole
	default:
		return m.press(press)
	}
	return nil
}

// The widths in the table. What is left beside the lanes says who pays.
const (
	comparedLabel = 14
	comparedPays  = 16 // at least
)

func (c *comparison) draw(m *model, g *grid.Grid) {
	s := &m.scene
	in, _ := m.window(g, 64+13*len(s.snap.Lanes), g.H, "compare")
	t := &comparing{scene: s}
	for i := range s.snap.Lanes {
		l := &s.snap.Lanes[i]
		w := &l.Recent
		if c.whole {
			w = &l.Whole
		}
		t.lanes = append(t.lanes, engine.FiguresOf(l, w))
	}
	t.g = in.Sub(grid.Rect{W: in.W - 2, H: in.H}) // beside it there are signs for more
	t.label = min(max(t.g.W-comparedPays-(figureWidth+1)*len(t.lanes), comparedLabel), 26)
	t.width = min(max((t.g.W-t.label-comparedPays)/len(t.lanes), figureWidth), 13)
	t.values = make([]float64, len(t.lanes))

	c.drawHead(s, t)
	sums := 0
	for i := range costs {
		if costs[i].sum.of != nil {
			sums++
			t.row(sums, costs[i].payer, &costs[i].sum, s.theme.strong)
			t.explain(sums, &costs[i])
		}
	}
	body := in.Sub(grid.Rect{Y: sums + 2, W: in.W, H: in.H - sums - 4})
	rows := 0
	for i := range costs {
		rows += 1 + len(costs[i].rows)
	}
	c.scroll.fit(rows, body.H)
	t.g = body.Sub(grid.Rect{W: in.W - 2, H: body.H})
	t.body(c.scroll.top)
	c.scroll.draw(body, s.theme.dim)
	c.drawFoot(s, in)
}

// drawHead names the lanes, and says of which time the figures are.
func (c *comparison) drawHead(s *scene, t *comparing) {
	p := row(t.g, 0)
	window := "last 10 s"
	if c.whole {
		window = "whole run"
	}
	p.left(t.label, window, s.theme.dim)
	for i := range t.lanes {
		at := p.x
		p.skip(1)
		name := t.lanes[i].Name
		p.x = max(p.x, at+t.width-t.g.Width(name))
		p.fit(at+t.width-p.x, name, s.theme.lane(t.lanes[i].Model).With(grid.Bold))
		p.x = at + t.width
	}
	p.skip(2)
	if s.snap.Unlinked {
		p.text("different load", s.theme.warning)
		return
	}
	if len(t.lanes) > 1 {
		p.text("who pays", s.theme.dim)
	}
}

func (c *comparison) drawFoot(s *scene, g *grid.Grid) {
	p := row(g, g.H-1)
	if s.note != "" {
		p.text(s.note, s.theme.warning)
		return
	}
	p.text(named(g, "↑↓ more, ←→ last 10 s or whole run, esc closes; other keys work"), s.theme.dim)
}

// comparing draws the rows of a comparison.
type comparing struct {
	scene  *scene
	g      *grid.Grid
	lanes  []engine.LaneFigures
	values []float64
	label  int // width of the labels
	width  int // and of a lane
}

// body draws all rows behind the sums, under headings, from the one numbered
// top on.
func (t *comparing) body(top int) {
	y := -top
	for i := range costs {
		if p := row(t.g, y); y >= 0 {
			p.text(costs[i].payer, t.scene.theme.dim.With(grid.Bold))
		}
		y++
		for j := range costs[i].rows {
			if r := &costs[i].rows[j]; y >= 0 && y < t.g.H {
				t.row(y, r.label, r, t.scene.theme.text)
			}
			y++
		}
	}
}

// row draws one figure of all lanes, and who has the worst of it.
func (t *comparing) row(y int, label string, c *compared, st grid.Style) {
	theme := t.scene.theme
	p := row(t.g, y)
	p.left(t.label, label, st)
	for i := range t.lanes {
		t.values[i] = c.of(&t.lanes[i])
	}
	worst, times := weigh(t.values, c.better)
	for i, v := range t.values {
		own := st
		if i == worst {
			own = theme.warning
		}
		text := figure.None
		if !math.IsNaN(v) {
			text = c.write(v)
		}
		p.right(t.width, text, own)
	}
	p.skip(2)
	switch {
	case times == 0:
	case times < even:
		p.text("even", theme.dim)
	case worst < 0:
		p.text(inTimes(t.values, c.better, times), theme.dim)
	default:
		p.fit(p.room()-7, t.lanes[worst].Name, theme.lane(t.lanes[worst].Model))
		p.skip(1)
		p.text(inTimes(t.values, c.better, times), theme.text)
	}
}

// explain names the figure that sums up a cost, where there is room.
func (t *comparing) explain(y int, c *cost) {
	const payer = 10
	if t.label >= 24 {
		p := pen{g: t.g, x: payer, y: y, end: t.label}
		p.text(c.sum.label, t.scene.theme.dim)
	}
}

// inTimes says how many times the best the worst has: x1.2, x80, x12.3k. Where the
// best has nothing it is "only", if so do all others; where more is better the worst
// has "none"; and else there is nothing to be said.
func inTimes(values []float64, b better, times float64) string {
	switch {
	case !math.IsInf(times, 1):
		return ratio(times)
	case b == more:
		return "none"
	case b == less && nonzero(values) == 1:
		return "only"
	default:
		return ""
	}
}

// nonzero is how many values are something.
func nonzero(values []float64) (n int) {
	for _, v := range values {
		if v > 0 { // never NaN
			n++
		}
	}
	return n
}

// ratio is how many times as much, in few cells.
func ratio(times float64) string {
	if times < 9.95 {
		return "x" + strconv.FormatFloat(times, 'f', 1, 64)
	}
	return "x" + figure.Count(int64(math.Round(min(times, 1e18))))
}
