package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

// Where there is no room for the scene nobody sees what is typed or clicked: only
// leaving obeys, and what was open comes back as it was.
func TestKeysOfATooSmallScreen(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("space", "s")
	list, asked := b.m.overlay.(*settings), len(b.run().asked())
	b.send(tea.WindowSizeMsg{Width: minWidth - 1, Height: minHeight})
	b.frame()
	b.wantScreen("too small", "the run is paused; q quits")
	b.write("nowhere")
	b.send(tea.PasteMsg{Content: "nowhere"})
	for y := range 20 {
		b.send(tea.MouseClickMsg{X: list.values.X, Y: y, Button: tea.MouseLeft})
		b.send(tea.MouseWheelMsg{X: list.values.X, Y: y, Button: tea.MouseWheelUp})
	}
	b.press("esc", "right")
	if b.m.overlay != overlay(list) || list.field.Value() != "" || len(b.run().asked()) != asked {
		t.Errorf("open is %T with %q, and the run was asked %+v", b.m.overlay, list.field.Value(), b.run().asked()[asked:])
	}
	b.press("q")
	if !b.quit {
		t.Error("q does not quit")
	}
	b.send(tea.WindowSizeMsg{Width: minWidth, Height: minHeight})
	b.frame()
	b.press("esc", "space")
	b.send(tea.WindowSizeMsg{Width: minWidth, Height: minHeight - 1})
	b.press("+")
	b.wantScreen("the run goes on")
	if c := b.last(); c.Path != "" {
		t.Errorf("the run was asked %+v", c)
	}
}
