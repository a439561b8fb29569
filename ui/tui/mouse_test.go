package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"duet/engine"
)

// clickOn clicks on a text of a row of the screen, so many cells from its left.
func (b *bench) clickOn(y int, text string, right int) {
	b.t.Helper()
	line := strings.Split(b.m.grid.String(), "\n")[y]
	before, _, found := strings.Cut(line, text)
	if !found {
		b.t.Fatalf("no %q in %q", text, line)
	}
	b.send(tea.MouseClickMsg{X: ansi.StringWidth(before) + right, Y: y, Button: tea.MouseLeft})
	b.frame()
}

// What the footer and the header show can be clicked.
func TestMouseOnKeys(t *testing.T) {
	b := open(t, saleScenario(t))
	footer := b.m.grid.H - 1
	b.clickOn(footer, "+ - rate", 0)
	b.wantSetting("load.rate", "130/s")
	b.clickOn(footer, "+ - rate", 2)
	b.wantSetting("load.rate", "120/s")
	n := len(b.run().asked())
	b.clickOn(footer, "+ - rate", 5) // between two minds
	if len(b.run().asked()) != n {
		t.Error("a click beside two keys does something")
	}
	b.clickOn(footer, "↑ ↓ knob", 2)
	if b.m.scene.knobs.selected != 1 {
		t.Error("a click on ↓ selects no other knob")
	}
	b.clickOn(footer, "space pause", 8)
	if c := b.last(); c.Control != engine.Pause {
		t.Errorf("a click on pause asked %+v", c)
	}
	b.clickOn(0, "paused", 1)
	if c := b.last(); c.Control != engine.Resume {
		t.Errorf("a click on the pace asked %+v", c)
	}
	b.clickOn(footer, "< > speed", 0)
	if c := b.last(); c.Speed != 0.5 {
		t.Errorf("a click on < asked %+v", c)
	}
	b.send(tea.MouseWheelMsg{X: b.m.scene.paceAt.X, Y: 0, Button: tea.MouseWheelUp})
	b.frame()
	if c := b.last(); c.Speed != 1 {
		t.Errorf("the wheel on the pace asked %+v", c)
	}
	b.clickOn(0, "REAL", 0)
	if b.run().snap.Mode != engine.Virtual {
		t.Error("a click on the voice does not switch it")
	}
	b.clickOn(footer, "f faults", 3)
	if _, ok := b.m.overlay.(*faults); !ok {
		t.Error("a click on faults does not open them")
	}
}

// A knob that is selected is turned by its signs, and typed by its value.
func TestMouseOnTheSelectedKnob(t *testing.T) {
	b := open(t, saleScenario(t))
	y := b.m.scene.layout.knobs.Y
	b.clickOn(y, "◂120/s▸", 6)
	b.wantSetting("load.rate", "130/s")
	b.clickOn(y, "◂130/s▸", 0)
	b.wantSetting("load.rate", "120/s")
	b.clickOn(y, "◂120/s▸", 2)
	if _, ok := b.m.overlay.(*entry); !ok {
		t.Error("a click on the value opens no field")
	}
}

// Only the left button does something: the others are for the terminal's own menus.
func TestOtherButtons(t *testing.T) {
	b := inquire(t, asked(t), nil)
	elsewhere := func(what string) {
		t.Helper()
		before, asked := b.m.overlay, len(b.run().asked())
		for _, button := range []tea.MouseButton{tea.MouseRight, tea.MouseMiddle, tea.MouseBackward} {
			for y := range b.m.grid.H {
				b.send(tea.MouseClickMsg{X: b.m.grid.W / 2, Y: y, Button: button})
			}
		}
		if b.m.overlay != before || len(b.run().asked()) != asked {
			t.Errorf("%s: open is %T, and the run was asked %+v", what, b.m.overlay, b.run().asked()[asked:])
		}
	}
	elsewhere("question")
	b.press("a")
	elsewhere("answer")
	b.press("esc")
	for _, key := range []string{"p", "w", "?", "f", "s", "t"} {
		b.press(key)
		elsewhere(key)
		b.press("esc")
	}
	b.press("?", "enter")
	elsewhere("tour")
}
