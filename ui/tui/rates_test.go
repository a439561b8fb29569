package tui

import (
	"testing"
	"time"

	"duet/engine"
)

// wantRates checks the rates that the screen has of the lanes, in turn.
func (b *bench) wantRates(message, event string) {
	b.t.Helper()
	for i, want := range []string{message, event} {
		b.m.turnTo(i)
		b.frame()
		b.wantScreen("◂"+want+"▸", want+" poisson")
	}
}

// The rates of lanes are those of the run, also where the timeline gives all of them
// one again.
func TestRatesOfLanesAndTheTimeline(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("2", "u", "+")
	b.wantRates("120/s", "130/s")
	b.press("s")
	b.wantScreen("load.rate")
	if list := b.m.overlay.(*settings); list.current().value != "130/s" {
		t.Errorf("the list has %s of the lane looked at", list.current().value)
	}
	b.press("right")
	if c := b.last(); c.Lane != "event" || c.Value != "140/s" {
		t.Errorf("in the list, asked %+v", c)
	}
	b.press("esc")
	r := b.run()
	next, err := r.snap.Scenario.With("load.rate", "300/s")
	if err != nil {
		t.Fatal(err)
	}
	r.snap.Scenario, r.changes = next, append(r.changes, engine.Change{Path: "load.rate", Value: "300/s", By: "timeline"})
	b.frame()
	b.wantRates("300/s", "300/s")
	b.press("+") // of one lane still
	if c := b.last(); c.Lane != "event" || c.Value != "320/s" {
		t.Errorf("asked %+v", c)
	}
	b.wantRates("300/s", "320/s")
}

// A run that has gone back has the rates of then.
func TestRatesOfLanesGoBack(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("v", "2", "u", "+")
	b.run().snap.At += 30 * time.Second
	b.frame()
	b.wantRates("120/s", "130/s")
	b.press("+")
	b.wantRates("120/s", "140/s")
	b.press("{", "enter") // between the two
	b.wantRates("120/s", "130/s")
	if !b.m.scene.unlinked {
		t.Error("the rates are linked, though they differ")
	}
	b.press("{", "{", "{", "enter") // before both
	b.wantRates("120/s", "120/s")
	b.press("+")
	if c := b.last(); c.Lane != "" || b.m.scene.unlinked {
		t.Errorf("before the rates were unlinked, asked %+v", c)
	}
}

// A fork has the rates of its moment, and the real run its own when it is back.
func TestRatesOfLanesInAFork(t *testing.T) {
	b := aged(t, 50*time.Second, 60*time.Second)
	b.press("2", "u", "+")
	for range 12 {
		b.run().snap.At += time.Second
		b.frame()
	}
	b.press("+", "[", "enter")
	b.wantMode(engine.Virtual, "◆ VIRTUAL")
	b.wantRates("120/s", "130/s")
	b.press("+")
	if c := b.last(); c.Lane != "event" || c.Value != "140/s" {
		t.Errorf("asked %+v", c)
	}
	b.press("v")
	b.wantRates("120/s", "140/s")
	b.press("u")
	b.wantRates("140/s", "140/s")
}
