package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/engine/theory"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// answer says what became of a bet, and why, with the figures that the scenario
// makes claims about, live. It comes by itself, so it is not in the way: a key
// that it has no use for closes it and does what it always does.
type answer struct{ at grid.Rect }

func (a *answer) update(m *model, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		m.overlay = nil
		if key.Matches(msg, m.keys.Enter, m.keys.Ask) {
			return nil
		}
		return m.press(msg)
	case tea.MouseClickMsg:
		m.overlay = nil
		if !a.at.Contains(msg.X, msg.Y) {
			m.click(msg)
		}
	}
	return nil
}

func (a *answer) draw(m *model, g *grid.Grid) {
	t, ask := m.scene.theme, m.wager.ask()
	w := min(questionWidth, g.W-2) - 4
	asked := wrap(g, ask.Question, w)
	because := wrap(g, ask.Because, w)
	held := m.holds(w, g)
	need := len(asked) + 1 + 2 + len(because) + 2
	if len(held) > 0 {
		need += len(held) + 2
	}
	in, at := m.window(g, questionWidth, need+2, m.wager.of.Title)
	a.at = at
	m.drawScore(g, at)
	y := prose(in, 0, asked, t.dim)
	y = a.drawVerdict(m, in, y) + 1
	y = prose(in, y, because, t.text) + 1
	if room := in.H - 2 - y; len(held) > 0 && room > 1 {
		p := row(in, y)
		p.text("as this run shows it", t.dim)
		m.drawMarked(&p)
		for _, line := range held[:min(len(held), room-1)] {
			y++
			line.draw(in, y, t)
		}
	}
	p := row(in, in.H-1)
	p.text("enter closes it, a shows it again", t.dim)
}

// drawVerdict says what the answer is and, of a bet, whether it was right, and
// returns the row after it.
func (a *answer) drawVerdict(m *model, g *grid.Grid, y int) int {
	t, ask := m.scene.theme, m.wager.ask()
	p := row(g, y)
	placed, right := m.wager.bet()
	switch {
	case right:
		p.sign(g.Glyphs.Tick, t.good)
		p.text("right: ", t.good)
	case placed:
		p.sign(g.Glyphs.Cross, t.bad)
		p.text("not ", t.bad)
		p.fit(p.room()/2, ask.Choices[m.wager.choice], t.bad)
		p.text(", but ", t.text)
	default:
		p.text("the answer: ", t.dim)
	}
	p.text(ask.Answer, t.strong)
	return y + 1
}

// drawMarked says why figures of this run may differ from what is claimed.
func (m *model) drawMarked(p *pen) {
	snap := &m.scene.snap
	for _, mark := range []struct {
		holds bool
		text  string
	}{
		{snap.Unlinked, "different load"},
		{snap.Slowed && snap.Mode == engine.Real, "slowed"},
		{m.changed(), "with your changes"},
	} {
		if mark.holds && p.room() > len(mark.text)+2 {
			p.skip(2)
			p.text(mark.text, m.scene.theme.warning)
		}
	}
}

// changed says whether the person has changed a setting or broken something in
// this run.
func (m *model) changed() bool {
	for i := range m.scene.marks {
		if c := &m.scene.marks[i]; c.By == byKey && (c.Path != "" || c.Fault != nil) {
			return true
		}
	}
	return false
}

// heldLine is one line about a claim: the claim with a sign for whether it
// holds, or figures that it speaks of.
type heldLine struct {
	sign, text string
	holds      bool
}

func (l *heldLine) draw(g *grid.Grid, y int, t *theme) {
	p := row(g, y)
	switch {
	case l.sign == "":
		p.skip(4)
		p.text(l.text, t.text)
		return
	case l.holds:
		p.sign(g.Glyphs.Tick, t.good)
	default:
		p.sign(g.Glyphs.Dot, t.dim)
	}
	p.text(l.text, t.dim)
}

// holds are the claims of the scenario that can be held against this run, each
// with the figures that it speaks of.
func (m *model) holds(w int, g *grid.Grid) []heldLine {
	var lines []heldLine
	snap := &m.scene.snap
	for _, claim := range m.piece.scenario.Expect {
		if !claim.AppliesTo(snap.Mode) {
			continue
		}
		v, err := claim.Check(snap, theory.Figure)
		if err != nil {
			continue
		}
		lines = append(lines, heldLine{sign: "claim", text: claim.Text, holds: v.Holds})
		text := ""
		for _, r := range claim.Readings(snap, theory.Figure) {
			more := r.Figure + " " + reading(r)
			if text != "" && g.Width(text)+3+g.Width(more) > w-4 {
				lines = append(lines, heldLine{text: text})
				text = ""
			}
			if text != "" {
				text += "   "
			}
			text += more
		}
		lines = append(lines, heldLine{text: text})
	}
	return lines
}

// reading writes a figure with its unit.
func reading(r engine.Reading) string {
	x := float64(r.Value)
	switch {
	case x != x:
		return figure.None
	case r.Kind == engine.KindDuration:
		return figure.Seconds(x)
	case r.Kind == engine.KindRate:
		return figure.Rate(x) + "/s"
	case x == float64(int64(x)):
		return figure.Count(int64(x))
	default:
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
}
