package tui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"duet/ui/internal/grid"
)

// question asks what a scenario will show, before it does. The run waits
// behind it, unless it has begun before.
type question struct {
	selected int
	rows     grid.Rect // where the choices are on the screen
	owners   []int     // of each row the number of its choice
}

func (q *question) update(m *model, msg tea.Msg) tea.Cmd {
	choices := m.wager.ask().Choices
	n := len(choices)
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if i := int(msg.Code - '1'); msg.Text != "" && i >= 0 && i < min(n, 9) {
			m.place(i)
			return nil
		}
		return q.press(m, msg, n)
	case tea.MouseClickMsg:
		if y := msg.Y - q.rows.Y; q.rows.Contains(msg.X, msg.Y) && y < len(q.owners) {
			m.place(q.owners[y])
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelUp {
			q.selected = max(q.selected-1, 0)
		} else {
			q.selected = min(q.selected+1, n-1)
		}
	}
	return nil
}

func (q *question) press(m *model, k tea.KeyPressMsg, n int) tea.Cmd {
	keys := m.keys
	switch {
	case key.Matches(k, keys.Next):
		q.selected = (q.selected + 1) % n
	case key.Matches(k, keys.Previous):
		q.selected = (q.selected + n - 1) % n
	case key.Matches(k, keys.Enter):
		m.place(q.selected)
	case key.Matches(k, keys.Ask):
		m.reveal()
	case key.Matches(k, keys.NoAsk):
		m.memory.NoAsk = true
		m.overlay = nil
		m.letGo()
		m.say("no more questions; a asks the one of what is played")
	case key.Matches(k, keys.Quit):
		return tea.Quit
	}
	return nil
}

// closed implements [closer]: who bets on nothing sees the run at once.
func (q *question) closed(m *model) { m.letGo() }

// questionWidth is that of questions and answers: lines that are easily read.
const questionWidth = 78

func (q *question) draw(m *model, g *grid.Grid) {
	t, ask := m.scene.theme, m.wager.ask()
	w := min(questionWidth, g.W-2) - 4
	story := wrap(g, m.wager.of.Story, w)
	asked := wrap(g, ask.Question, w)
	choices := make([][]string, len(ask.Choices))
	rows := 0
	for i, c := range ask.Choices {
		choices[i] = wrap(g, c, w-6)
		rows += len(choices[i])
	}
	need := len(story) + 1 + len(asked) + 1 + rows + 2
	shade(g, grid.Rect{}, t)
	in, at := m.window(g, questionWidth, need+2, m.wager.of.Title)
	m.drawScore(g, at)
	if over := need - in.H; over > 0 { // cramped: what is asked comes before the story
		story = story[:max(len(story)-over, 0)]
		if n := len(story); n > 0 {
			story[n-1] += string(g.Glyphs.Ellipsis)
		}
	}
	y := prose(in, 0, story, t.text)
	if y > 0 {
		y++
	}
	y = prose(in, y, asked, t.strong)
	if y+rows+2 < in.H {
		y++
	}
	q.drawChoices(in, y, choices, t)
	q.rows = grid.Rect{X: at.X, Y: at.Y + y, W: at.W, H: len(q.owners)}
	p := row(in, in.H-1)
	p.text("1-"+strconv.Itoa(min(len(choices), 9))+" or enter bets, esc skips, x no more questions", t.dim)
}

func (q *question) drawChoices(g *grid.Grid, y int, choices [][]string, t *theme) {
	q.owners = q.owners[:0]
	for i, lines := range choices {
		st := t.text
		p := row(g, y)
		if i == q.selected {
			st = t.selected
			p.sign(g.Glyphs.Right, t.strong)
		} else {
			p.skip(2)
		}
		p.text(strconv.Itoa(i+1)+"  ", t.dim)
		indent := p.x
		for _, line := range lines {
			p = pen{g: g, x: indent, y: y, end: g.W}
			p.text(line, st)
			q.owners = append(q.owners, i)
			y++
		}
	}
}

// drawScore writes into the upper edge of a window how many bets were right.
func (m *model) drawScore(g *grid.Grid, at grid.Rect) {
	right, all := m.score()
	if all == 0 {
		return
	}
	g.TextRight(at.X+at.W, at.Y-1, " "+strconv.Itoa(right)+" of "+strconv.Itoa(all)+" right ", m.scene.theme.good)
}

// prose writes lines from row y on and returns the row after them.
func prose(g *grid.Grid, y int, lines []string, st grid.Style) int {
	for _, line := range lines {
		g.Text(0, y, line, st)
		y++
	}
	return y
}
