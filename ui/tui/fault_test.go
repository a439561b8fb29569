package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// Every kind of fault can be made from the menu, with all that it can be given.
func TestEveryFault(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("f")
	made := map[engine.FaultKind]bool{}
	menu := b.m.overlay.(*faults)
	for i := range menu.list {
		b.press("esc", "f")
		menu = b.m.overlay.(*faults)
		for range i {
			b.press("down")
		}
		for n, p := range menu.params(b.m) {
			if n > 0 {
				b.press("tab")
				before := menu.list[i].fault.Get(p.Path)
				b.press("right")
				if got := menu.list[i].fault.Get(p.Path); got == before && got != "100%" {
					t.Errorf("%s: %s stays at %s", menu.list[i].text, p.Path, got)
				}
			}
			b.wantScreen(p.Help)
		}
		want := menu.list[i].fault
		b.press("enter")
		if f := b.last().Fault; f == nil || *f != want {
			t.Errorf("%s asked %+v, want %+v", menu.list[i].text, f, want)
		}
		made[want.Kind] = true
	}
	for _, kind := range engine.FaultKinds() {
		if !made[kind] {
			t.Errorf("%s is not in the menu", kind)
		}
	}
}

func TestFaultFields(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("f", "down", "down", "tab", "tab", "right", "shift+tab", "left")
	b.wantScreen("break something", "in  message", "factor ◂2.8▸", "for  5.5s")
	b.press("tab", "tab", "right") // on to the lane again: what was set stays
	b.wantScreen("in ◂event▸", "factor  2.8", "for  5.5s")
	b.press("tab", "tab")
	for range 200 {
		b.press("left")
	}
	b.wantScreen("for ◂good▸")
	b.press("enter")
	want := engine.Fault{Kind: engine.FaultSlow, Target: "charge", Lane: "event", Factor: 2.8}
	if f := b.last().Fault; f == nil || *f != want {
		t.Fatalf("asked %+v, want %+v", f, want)
	}
	b.press("!")
	if c := b.run().asked(); len(c) < 2 || *c[len(c)-2].Fault != want || *b.last().Fault != want {
		t.Errorf("once more, asked %+v", c)
	}
	b.run().snap.Lanes[1].Handlers[0].Fault = "x2.8 slower"
	b.frame()
	b.press("2", "f", "enter") // what mends comes first
	if f := b.last().Fault; f.Kind != engine.FaultMend || f.Target != "charge" || f.Lane != "event" {
		t.Errorf("asked %+v", f)
	}
	b = open(t, saleScenario(t))
	b.press("!")
	b.wantScreen("nothing was broken yet")
}

// A part of nothing would count as not given, and be all of it.
func TestFaultOfNothing(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("f", "down", "down", "down", "tab")
	for range 100 {
		b.press("left")
	}
	b.press("enter")
	if f := b.last().Fault; f.Kind != engine.FaultFail || f.Share <= 0 || f.Share > 0.01 {
		t.Errorf("asked %+v", f)
	}
}

func TestFaultsByMouse(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("f", "down")
	menu := b.m.overlay.(*faults)
	r := menu.fields[1]
	b.send(tea.MouseClickMsg{X: r.X + r.W - 1, Y: r.Y, Button: tea.MouseLeft})
	b.frame()
	b.wantScreen("for ◂2.2s▸")
	b.send(tea.MouseClickMsg{X: r.X, Y: r.Y, Button: tea.MouseLeft})
	b.send(tea.MouseWheelMsg{X: r.X, Y: r.Y, Button: tea.MouseWheelUp})
	b.frame()
	b.wantScreen("for ◂2.2s▸")
	b.send(tea.MouseWheelMsg{X: menu.rows.X, Y: menu.rows.Y, Button: tea.MouseWheelDown})
	b.send(tea.MouseWheelMsg{X: menu.rows.X, Y: menu.rows.Y, Button: tea.MouseWheelUp})
	b.press("enter")
	if f := b.last().Fault; f.Kind != engine.FaultStall || f.For != 2200*time.Millisecond {
		t.Errorf("asked %+v", f)
	}
}
