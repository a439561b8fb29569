package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"duet/engine"
	"duet/ui/internal/grid"
)

// overlaid compares pictures of an overlay with those kept, in all sizes and
// once in ASCII. Each picture has an overlay of its own. What lies below it is
// not compared: other pictures are of that.
func overlaid(t *testing.T, name string, snap func(t testing.TB) *engine.Snapshot, lay func(m *model) overlay) {
	t.Helper()
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%s %dx%d", name, size.w, size.h), func(t *testing.T) {
			m := picture(t, snap(t), size.w, size.h)
			m.overlay = lay(m)
			text(t, m) // fills the screen exactly
			golden.RequireEqual(t, alone(m))
		})
	}
	t.Run(name+" ascii", func(t *testing.T) {
		m := picture(t, snap(t), 80, 24)
		m.useASCII()
		m.overlay = lay(m)
		for _, r := range text(t, m) {
			if r > 0x7e {
				t.Errorf("%q is no ASCII", r)
			}
		}
		golden.RequireEqual(t, alone(m))
	})
}

// alone is the text of what lies over a scene that has been drawn.
func alone(m *model) string {
	m.grid.Clear(grid.Style{})
	m.overlay.draw(m, m.grid)
	lines := strings.Split(m.grid.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
