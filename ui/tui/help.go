package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"duet/ui/internal/grid"
)

// helpBox tells the keys, those of what is open first, and on its second page
// the words. It lies over what was open before, which comes back.
type helpBox struct {
	under  overlay // nil: the scene
	words  bool    // the page of words
	scroll scroll
}

// parent implements [nested].
func (h *helpBox) parent() overlay { return h.under }

func (h *helpBox) update(m *model, msg tea.Msg) tea.Cmd {
	if h.scroll.obey(m.keys, msg) {
		return nil
	}
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch keys := m.keys; {
		case key.Matches(msg, keys.More, keys.Less):
			h.words, h.scroll.top = !h.words, 0
		case key.Matches(msg, keys.Enter):
			m.overlay = &tour{under: h.under}
		case key.Matches(msg, keys.Quit):
			m.closeOverlay()
		}
	case tea.MouseClickMsg:
		m.closeOverlay()
	}
	return nil
}

// help opens the help over what is open, or closes it.
func (m *model) help() {
	if _, open := m.overlay.(*helpBox); open {
		m.closeOverlay()
		return
	}
	m.overlay = &helpBox{under: m.overlay}
}

// helpTitles are what the groups of keys are about.
var helpTitles = [...]string{"load and knobs", "time and trouble", "lanes and charts", "scenario and program"}

// The widest that a column of keys gets beside others, and the narrowest.
const (
	helpWidest    = 40
	helpNarrowest = 36
)

func (h *helpBox) draw(m *model, g *grid.Grid) {
	foot := named(g, "↑↓ more, ←→ keys or words, enter shows you round, esc closes")
	if g.Width(foot) > g.W-6 {
		foot = named(g, "↑↓ more, ←→ words, enter a tour, esc closes")
	}
	if h.words {
		in, _ := m.window(g, 100, g.H, "words, and what they are now")
		h.drawWords(m, in.Sub(grid.Rect{W: in.W, H: in.H - 2}))
		p := row(in, in.H-1)
		p.text(foot, m.scene.theme.dim)
		return
	}
	columns, width := 3, helpWidest
	switch {
	case g.W < 2*helpNarrowest+6:
		columns, width = 1, g.W-6
	case g.W < 3*helpWidest:
		columns = 2
	}
	width = min(width, (g.W-6)/columns)
	lines := strings.Split(h.sheet(m, g, columns, width), "\n")
	in, _ := m.window(g, columns*width+4, len(lines)+4, "keys")
	body := in.Sub(grid.Rect{W: in.W, H: in.H - 2})
	h.scroll.fit(len(lines), body.H)
	body.ANSI(body.Bounds(), strings.Join(lines[h.scroll.top:min(h.scroll.top+body.H, len(lines))], "\n"))
	h.scroll.draw(body, m.scene.theme.dim)
	p := row(in, in.H-1)
	p.text(foot, m.scene.theme.dim)
}

// sheet is all keys in columns, below those of what is open.
func (h *helpBox) sheet(m *model, g *grid.Grid, columns, width int) string {
	t := m.scene.theme
	blocks, heights := make([][]string, columns), make([]int, columns)
	for i, group := range m.keys.FullHelp() {
		at := slices.Index(heights, slices.Min(heights))
		heights[at] += len(group) + 2
		blocks[at] = append(blocks[at], helpGroup(g, t, helpTitles[i], hints(group), width))
	}
	at := slices.Index(heights, slices.Min(heights))
	blocks[at] = append(blocks[at], helpGroup(g, t, "items on their way", signsOf(g.Glyphs), width))
	sheet := make([]string, columns)
	for i, b := range blocks {
		sheet[i] = strings.Join(b, "\n\n")
	}
	all := lipgloss.JoinHorizontal(lipgloss.Top, sheet...)
	mouse := lip(t.dim).Width(columns * width).Render("the mouse: click a key below, a knob, a lane, a line of a list; the wheel turns a knob or the speed, and moves a list")
	parts := []string{all, "", mouse}
	if title, keys := m.keysOf(h.under); len(keys) > 0 {
		parts = append([]string{helpGroup(g, t, title, keys, columns*width), ""}, parts...)
	}
	return strings.Join(parts, "\n")
}

// helpGroup is a group of keys under its title, so many cells wide.
func helpGroup(g *grid.Grid, t *theme, title string, keys []key.Help, width int) string {
	shown := 11 // cells for the keys
	if g.Glyphs == &grid.ASCII {
		shown = 17
	}
	line := lipgloss.NewStyle().Width(width)
	left := lip(t.good).Width(shown).MaxWidth(shown)
	lines := []string{line.Render(lip(t.strong).Render(title))}
	for _, k := range keys {
		does := lip(t.text).Render(ansi.Truncate(k.Desc, width-shown-1, string(g.Glyphs.Ellipsis)))
		lines = append(lines, line.Render(left.Render(named(g, k.Key))+does))
	}
	return strings.Join(lines, "\n")
}

// lip is a style of the theme for lipgloss.
func lip(s grid.Style) lipgloss.Style {
	return lipgloss.NewStyle().Foreground(s.Fg.Color()).Background(s.Bg.Color()).
		Bold(s.Attr&grid.Bold != 0).Faint(s.Attr&grid.Dim != 0).Italic(s.Attr&grid.Italic != 0).
		Underline(s.Attr&grid.Underline != 0).Reverse(s.Attr&grid.Reverse != 0)
}

// drawWords draws the glossary as far as it has been moved: each word with what
// it means, and below it what it is of each lane now.
func (h *helpBox) drawWords(m *model, g *grid.Grid) {
	t, snap := m.scene.theme, &m.scene.snap
	const indent = 14
	y := -h.scroll.top
	for i := range glossary {
		w := &glossary[i]
		if y >= 0 && y < g.H {
			p := row(g, y)
			p.left(indent, w.word, t.strong)
		}
		for _, line := range wrap(g, w.means, g.W-indent-2) {
			if y >= 0 && y < g.H {
				g.Text(indent, y, line, t.text)
			}
			y++
		}
		if w.now == nil {
			continue
		}
		p := pen{g: g, x: indent, y: y, end: g.W - 2}
		for l := range snap.Lanes {
			lane := &snap.Lanes[l]
			now := w.now(lane, snap.Scenario)
			if need := g.Width(lane.Name) + 1 + g.Width(now); p.x > indent && need > p.room() {
				p.x, p.y = indent, p.y+1
			}
			p.text(lane.Name+" ", t.lane(lane.Model))
			p.text(now, t.text)
			p.skip(2)
		}
		y = p.y + 1
	}
	h.scroll.fit(y+h.scroll.top, g.H)
	h.scroll.draw(g, t.dim)
}
