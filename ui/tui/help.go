package tui

import (
	tea "charm.land/bubbletea/v2"

	"duet/ui/internal/grid"
)

// helpBox shows all keys. Any key closes it.
type helpBox struct{}

func (helpBox) update(m *model, msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.MouseClickMsg:
		m.overlay = nil
	}
	return nil
}

func (helpBox) draw(m *model, g *grid.Grid) {
	const widest, keys = 40, 11
	groups, t := m.keys.FullHelp(), m.scene.theme
	titles := [...]string{"load and knobs", "time and trouble", "scenario and program"}
	columns, at := 3, [...]int{0, 1, 2} // the column of each group
	if g.W < 3*widest {
		columns, at[2] = 2, 0
	}
	var heights [3]int
	for i, group := range groups {
		heights[at[i]] += len(group) + 2
	}
	width := min(widest, (g.W-6)/columns)
	in, _ := m.window(g, columns*width+4, max(heights[0], heights[1], heights[2])+3, "keys")
	gap := 2
	if in.H < heights[0]-1 {
		gap = 1 // cramped
	}
	var y [3]int
	for i, group := range groups {
		c := at[i]
		p := pen{g: in, x: c * width, y: y[c], end: (c+1)*width - 1}
		p.text(titles[i], t.strong)
		for _, b := range group {
			y[c]++
			p = pen{g: in, x: c * width, y: y[c], end: (c+1)*width - 1}
			p.left(keys, b.Help().Key, t.good)
			p.text(b.Help().Desc, t.text)
		}
		y[c] += gap
	}
	if max(y[0], y[1], y[2]) < in.H+gap-1 {
		p := row(in, in.H-1)
		p.text("the mouse: click a knob, a lane or a preset; the wheel turns a knob", t.dim)
	}
}
