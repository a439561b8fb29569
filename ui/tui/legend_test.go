package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"duet/engine"
	"duet/ui/internal/grid"
)

// Who handled an item is told, also where that was another process.
func TestEntriesSayWho(t *testing.T) {
	s := &scene{theme: newTheme(colorprofile.TrueColor, true), snap: engine.Snapshot{
		Lanes: make([]engine.LaneSnapshot, 1), Scenario: &engine.Scenario{Handlers: []engine.Handler{{Name: "charge"}}},
	}}
	for worker, want := range map[int32]string{0: "done", 7: "done by 7", -7: "done by one elsewhere, 7"} {
		text := drawn(70, 1, func(g *grid.Grid) {
			p := row(g, 0)
			s.drawEntry(&p, 0, &engine.Entry{Seq: 12, Worker: worker, What: engine.Done})
		})
		if !strings.HasSuffix(text, "#12 charge "+want) {
			t.Errorf("of worker %d it is said %q", worker, text)
		}
	}
}
