package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

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

// helpTitles are what the groups of keys are about.
var helpTitles = [...]string{"load and knobs", "time and trouble", "scenario and program"}

// helpWidest is the widest that a column of keys gets.
const helpWidest = 40

func (helpBox) draw(m *model, g *grid.Grid) {
	at := [...]int{0, 1, 2} // the column of each group
	columns := 3
	if g.W < 3*helpWidest {
		columns, at[2] = 2, 0
	}
	groups := m.keys.FullHelp()
	var heights [3]int
	for i, group := range groups {
		heights[at[i]] += len(group) + 2
	}
	width := min(helpWidest, (g.W-6)/columns)
	in, _ := m.window(g, columns*width+4, max(heights[0], heights[1], heights[2])+3, "keys")
	apart := "\n\n"
	if in.H < heights[0]-1 {
		apart = "\n" // cramped
	}
	blocks := make([][]string, columns)
	for i, group := range groups {
		blocks[at[i]] = append(blocks[at[i]], helpGroup(g, m.scene.theme, helpTitles[i], group, width))
	}
	sheet := make([]string, columns)
	for i, b := range blocks {
		sheet[i] = strings.Join(b, apart)
	}
	text := lipgloss.JoinHorizontal(lipgloss.Top, sheet...)
	in.ANSI(grid.Rect{W: in.W, H: in.H}, text)
	if lipgloss.Height(text) < in.H-1 {
		p := row(in, in.H-1)
		p.text("the mouse: click a knob, a lane or a preset; the wheel turns a knob", m.scene.theme.dim)
	}
}

// helpGroup is a group of keys under its title, so many cells wide.
func helpGroup(g *grid.Grid, t *theme, title string, keys []key.Binding, width int) string {
	const shown = 11 // cells for the keys
	line := lipgloss.NewStyle().Width(width)
	left := lip(t.good).Width(shown).MaxWidth(shown)
	lines := []string{line.Render(lip(t.strong).Render(title))}
	for _, b := range keys {
		does := lip(t.text).Render(ansi.Truncate(b.Help().Desc, width-shown-1, string(g.Glyphs.Ellipsis)))
		lines = append(lines, line.Render(left.Render(b.Help().Key)+does))
	}
	return strings.Join(lines, "\n")
}

// lip is a style of the theme for lipgloss.
func lip(s grid.Style) lipgloss.Style {
	return lipgloss.NewStyle().Foreground(s.Fg.Color()).Background(s.Bg.Color()).
		Bold(s.Attr&grid.Bold != 0).Faint(s.Attr&grid.Dim != 0).Italic(s.Attr&grid.Italic != 0).
		Underline(s.Attr&grid.Underline != 0).Reverse(s.Attr&grid.Reverse != 0)
}
