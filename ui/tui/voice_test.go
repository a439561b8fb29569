package tui

import (
	"errors"
	"testing"
	"time"

	"duet/engine"
)

func (b *bench) wantMode(mode engine.Mode, screen string) {
	b.t.Helper()
	if b.m.now().Mode != mode {
		b.t.Errorf("the run is %s, want %s", b.m.now().Mode, mode)
	}
	b.wantScreen(screen)
}

func TestSwitchVoice(t *testing.T) {
	b := open(t, saleScenario(t))
	b.wantMode(engine.Real, "● REAL")
	b.press("+", "v")
	b.wantMode(engine.Virtual, "◆ VIRTUAL")
	b.runsClosed(1)
	if rate := b.run().snap.Scenario.Load.Rate; rate != 130 {
		t.Errorf("the simulation has a rate of %v, want what was set", rate)
	}
	b.press("r") // a restart keeps the voice
	b.wantMode(engine.Virtual, "◆ VIRTUAL")
	b.press("v")
	b.wantMode(engine.Real, "● REAL")
	b.runsClosed(3)
}

func TestNoSimulation(t *testing.T) {
	b := open(t, saleScenario(t))
	b.m.options.NewVirtual, b.m.options.Fork, b.m.options.Forecast = nil, nil, nil
	b.press("v")
	b.wantMode(engine.Real, "there is no simulation to switch to")
	b.press("o")
	b.wantScreen("there is no simulation to make a forecast with")
	b.press("[", "enter")
	b.wantScreen("a real run cannot go back")
	b.runsClosed(0)
}

func TestSpeeds(t *testing.T) {
	b := open(t, saleScenario(t))
	for _, c := range []struct {
		key, screen string
		times       int
	}{{">", "x10 ", 5}, {"<", "x0.01", 20}} {
		for range c.times {
			b.press(c.key)
		}
		b.wantScreen(c.screen)
	}
	b.press("v")
	for range 20 {
		b.press(">")
	}
	b.wantScreen("max")
	for range 20 {
		b.press("<")
	}
	b.wantScreen("x0.01 ")
}

func TestRewind(t *testing.T) {
	b := aged(t, 10*time.Second, 40*time.Second)
	b.press("v")
	for at := 10 * time.Second; at <= 40*time.Second; at += time.Second {
		b.run().snap.At = at
		b.frame()
	}
	b.press("{", "enter")
	b.wantScreen("00:30.0 paused", "at 00:30.0 again")
	if s := &b.m.scene; s.cursor.on || s.ghost.until < 40*time.Second || s.ghost.series.From > 30*time.Second {
		t.Errorf("cursor %v, ghost from %v to %v; want the 10 s gone back over", s.cursor, s.ghost.series.From, s.ghost.until)
	}
	until := b.m.scene.ghost.until
	b.press("[", "[", "enter")
	b.wantScreen("00:28.0 paused")
	if got := b.m.scene.ghost.until; got < until-time.Second {
		t.Errorf("gone back once more, the ghost ends at %v, want %v still", got, until)
	}
	b.press("}", "enter") // ahead again, into what was
	b.wantScreen("00:38.0 paused")
	b.press("+", "space")
	if c := b.last(); c.Control != engine.Resume {
		t.Errorf("space asked %+v", c)
	}
	b.run().snap.Paused = false
	b.run().snap.At = until + minute + 2*time.Second
	b.frame()
	b.frame()
	if b.m.scene.ghost.until != 0 {
		t.Error("the ghost is still there though it was passed a minute ago")
	}
}

func TestRefusedRewind(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("v", "[")
	b.run().refuse = errors.New("that is forgotten")
	b.press("enter")
	b.wantScreen("that is forgotten")
	if !b.m.scene.cursor.on {
		t.Error("the cursor is gone")
	}
}

func TestFork(t *testing.T) {
	b := aged(t, 50*time.Second, 100*time.Second)
	b.press("+")
	b.run().snap.At = 110 * time.Second
	b.frame()
	b.press("{", "{", "enter")
	b.wantMode(engine.Virtual, "virtual from 01:30.0 on")
	b.wantScreen("01:30.0 paused")
	if b.forks != 1 || b.from.At != 90*time.Second || b.from.Lanes[0].Ledger.Done != 90 {
		t.Fatalf("%d forks, from %v with %d done", b.forks, b.from.At, b.from.Lanes[0].Ledger.Done)
	}
	if len(b.past) != 0 {
		t.Errorf("the fork was told of %+v, which came later", b.past)
	}
	b.runsClosed(0, 1)
	if n, rate := len(b.m.history.list), b.m.toSave().Load.Rate; n != 0 || rate != 120 {
		t.Errorf("of what came later the fork has %d changes, and would save a rate of %v", n, rate)
	}
	if s := &b.m.scene; s.ghost.until == 0 {
		t.Error("the real future is not to be seen")
	}
	b.press("+")
	b.wantSetting("load.rate", "130/s")
	b.press("v")
	b.wantMode(engine.Real, "back in the real run")
	b.wantScreen("01:50.0 paused")
	if n, rate := len(b.m.history.list), b.m.toSave().Load.Rate; n != 1 || rate != 130 {
		t.Errorf("back in the real run there are %d changes, and a rate of %v would be saved", n, rate)
	}
	b.m.runs.busy.Wait()
	if b.runs[0].isClosed() || !b.runs[1].isClosed() {
		t.Error("the real run should be open and the fork closed")
	}
	b.press("[", "[", "[") // what was kept of it is still there
	b.wantScreen("01:47.0 depth")
	b.press("esc", "{", "enter", "r")
	b.m.runs.busy.Wait()
	for i, r := range b.runs {
		if r.isClosed() != (i < len(b.runs)-1) {
			t.Errorf("restarted, run %d of %d: closed %v", i, len(b.runs), r.isClosed())
		}
	}
	b.wantMode(engine.Virtual, "◆ VIRTUAL")
}

func TestRefusedFork(t *testing.T) {
	b := aged(t, 50*time.Second, 60*time.Second)
	b.fail = errors.New("a trace cannot be forked")
	b.press("[", "enter")
	b.wantMode(engine.Real, "a trace cannot be forked")
	b.runsClosed(0)
	b.press("esc", "space")
	b.wantMode(engine.Real, "● REAL")
}
