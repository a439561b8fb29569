package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// size is how much of the screen the lane looked at has.
type size uint8

const (
	besideOthers size = iota
	wholeLane         // the room of all lanes
	wholeChart        // that for its chart, and that of the knobs
)

var sizeTexts = [...]string{"all lanes", "one lane: 1 to 4 turn to another, esc shows all", "one chart: g shows another, 1 to 4 turn to another lane, esc shows all"}

// resize gives the lane looked at more of the screen, or as much as the others.
func (m *model) resize(to size) {
	m.scene.size = to % size(len(sizeTexts))
	m.say(sizeTexts[m.scene.size])
}

// pressChart obeys the keys of the charts, and says whether this is one.
func (m *model) pressChart(k tea.KeyPressMsg) bool {
	keys, s := m.keys, &m.scene
	switch {
	case key.Matches(k, keys.View):
		m.showNext(1)
	case key.Matches(k, keys.ViewBefore):
		m.showNext(-1)
	case key.Matches(k, keys.Closer):
		m.zoomBy(-1)
	case key.Matches(k, keys.Further):
		m.zoomBy(1)
	case key.Matches(k, keys.Alike):
		m.toggleAlike()
	case key.Matches(k, keys.Pin):
		m.togglePin()
	case key.Matches(k, keys.Enlarge):
		m.resize(s.size + 1)
	case key.Matches(k, keys.Close) && (s.pin.on || s.length > 0):
		s.pin.on, s.length = false, 0
	case key.Matches(k, keys.Close) && s.size != besideOthers:
		m.resize(besideOthers)
	default:
		return false
	}
	return true
}
