package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"

	"duet/ui/internal/grid"
)

// arrowWords are the arrow keys in words.
var arrowWords = strings.NewReplacer("←→", "left right", "↑↓", "up down", "←", "left", "→", "right", "↑", "up", "↓", "down")

// named is a text in which keys are named. In ASCII the arrows are words there: as
// signs they would look like < and >, which are keys of their own.
func named(g *grid.Grid, text string) string {
	if g.Glyphs != &grid.ASCII {
		return text
	}
	return arrowWords.Replace(text)
}

// hint makes the hints of the footer.
func (m *model) hint() {
	of := func(keys []key.Binding) []key.Help {
		list := hints(keys)
		for i := range list {
			list[i].Key = named(m.grid, list[i].Key)
		}
		return list
	}
	m.scene.hints, m.scene.pastHints = of(m.keys.ShortHelp()), of(m.keys.pastHelp())
}

// useASCII draws with ASCII from now on.
func (m *model) useASCII() {
	m.grid.Glyphs = &grid.ASCII
	m.hint()
}
