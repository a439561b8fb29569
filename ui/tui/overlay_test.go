package tui

import (
	"fmt"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"duet/engine"
	"duet/ui/internal/grid"
)

// overlaid compares pictures of an overlay with those kept, in all sizes and
// once in ASCII. Each picture has an overlay of its own.
func overlaid(t *testing.T, name string, snap func(t testing.TB) *engine.Snapshot, lay func(m *model) overlay) {
	t.Helper()
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%s %dx%d", name, size.w, size.h), func(t *testing.T) {
			m := picture(t, snap(t), size.w, size.h)
			m.overlay = lay(m)
			golden.RequireEqual(t, text(t, m))
		})
	}
	t.Run(name+" ascii", func(t *testing.T) {
		m := picture(t, snap(t), 80, 24)
		m.grid.Glyphs = &grid.ASCII
		m.overlay = lay(m)
		got := text(t, m)
		for _, r := range got {
			if r > 0x7e {
				t.Errorf("%q is no ASCII", r)
			}
		}
		golden.RequireEqual(t, got)
	})
}
