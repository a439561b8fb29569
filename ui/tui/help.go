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
	const widest, keys = 44, 13
	groups, t := m.keys.FullHelp(), m.scene.theme
	titles := []string{"load and knobs", "time and trouble", "scenario and program"}
	columns := 1
	switch {
	case g.W >= 3*widest:
		columns = 3
	case g.W >= 2*28: // cramped
		columns = 2
	}
	width := min(widest, (g.W-6)/columns)
	heights := make([]int, columns)
	for i, group := range groups {
		heights[min(i, columns-1)] += len(group) + 2
	}
	tall := 0
	for _, h := range heights {
		tall = max(tall, h)
	}
	in, _ := m.window(g, columns*width+4, tall+3, "keys")
	y := make([]int, columns)
	for i, group := range groups {
		c := min(i, columns-1)
		p := pen{g: in, x: c * width, y: y[c], end: (c+1)*width - 1}
		p.text(titles[i], t.strong)
		for _, b := range group {
			y[c]++
			p = pen{g: in, x: c * width, y: y[c], end: (c+1)*width - 1}
			p.left(keys, b.Help().Key, t.good)
			p.text(b.Help().Desc, t.text)
		}
		y[c] += 2
	}
	p := row(in, in.H-1)
	p.text("the mouse: click a knob, a lane or a preset; the wheel turns a knob", t.dim)
}
