package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

// A terminal that is behind shows an older picture: what is clicked in it may not be
// there any more.
func TestClickOnAnOldPicture(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("s")
	list := b.m.overlay.(*settings)
	b.m.outlet = &outlet{writing: true}
	b.write("nowhere")
	for y := range list.rows.H {
		b.send(tea.MouseWheelMsg{X: list.values.X, Y: list.rows.Y + y, Button: tea.MouseWheelUp})
		for range 2 {
			b.send(tea.MouseClickMsg{X: list.values.X, Y: list.rows.Y + y, Button: tea.MouseLeft})
		}
		b.press("tab", "right", "enter")
	}
	if b.m.overlay != overlay(list) || len(b.run().asked()) > 0 {
		t.Errorf("open is %T, and the run was asked %+v", b.m.overlay, b.run().asked())
	}

	b = open(t, saleScenario(t))
	b.press("f")
	menu := b.m.overlay.(*faults)
	b.m.outlet = &outlet{writing: true}
	b.press("down") // to stall, which has fewer fields than a crash
	for _, r := range menu.fields[len(menu.params(b.m)):] {
		b.send(tea.MouseClickMsg{X: r.X, Y: r.Y, Button: tea.MouseLeft})
		b.send(tea.MouseWheelMsg{X: r.X, Y: r.Y, Button: tea.MouseWheelUp})
	}
	b.m.outlet = nil
	b.frame()
	b.wantScreen("break something")
}
