package tui

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/presets"
)

// learn looks a key up in the help: it must be there, with what it does.
func (b *bench) learn(shown, does string) {
	b.t.Helper()
	if b.m.scene.note != "" { // read it first
		time.Sleep(noteFor + time.Second)
		b.frame()
	}
	b.wantScreen("? help") // the footer says where to look
	b.press("?")
	found := false
	for line := range strings.Lines(b.m.grid.String()) {
		at := strings.Index(line, shown+" ")
		found = found || at >= 0 && strings.Contains(line[at:], does)
	}
	if !found {
		b.t.Errorf("the help does not say that %s is for %q:\n%s", shown, does, b.m.grid.String())
	}
	b.press("esc")
}

// What somebody does who has never seen duet, with nothing but the program's own
// help: loads a preset, doubles the rate, crashes a worker, finds out why p99
// rose, goes back, saves the scenario, quits. The run is a simulated one.
func TestNewcomer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	synctest.Test(t, func(t *testing.T) {
		b := simulated(t, "flash-sale", 160, 50)
		defer b.m.runs.end()
		b.m.options.Save = func(name string, s *engine.Scenario, over bool) error { return engine.Save(file, s, over) }
		for _, p := range presets.List() {
			b.m.presets = append(b.m.presets, Preset{
				Name: p.Name, Title: p.Title, Story: p.Story, Group: p.Group,
				Open: func() (*engine.Scenario, error) { return presets.Open(p.Name) },
			})
		}
		b.until(time.Second)

		b.learn("p", "presets")
		b.press("p")
		b.write("two names")
		b.wantScreen("Two names for one machine", "enter")
		b.press("enter")
		b.wantScreen("Two names for one machine: one_and_one", "40/s")
		b.until(20 * time.Second)
		calm := b.m.now().Lanes[0].Recent.Latency.P99

		b.learn("enter", "type a value")
		b.press("enter")
		b.wantScreen("load.rate", "40/s")
		b.press("ctrl+u")
		b.write("80/s")
		b.press("enter")
		b.wantScreen("◂80/s▸")
		b.until(30 * time.Second)

		b.learn("f", "faults")
		b.press("f")
		b.wantScreen("break something", "crash a worker", "enter")
		b.press("enter")
		b.until(31 * time.Second)
		b.wantScreen("down") // and the charts and tables say more, but this is why
		b.until(34 * time.Second)
		lane := &b.m.now().Lanes[0]
		if lane.Recent.Latency.P99 < 2*calm {
			t.Errorf("p99 went from %v to %v only", calm, lane.Recent.Latency.P99)
		}

		b.learn("{ }", "by 10 s")
		b.press("{")
		b.wantScreen("paused", "enter", "go on from here")
		b.press("enter")
		b.wantScreen("again: change something")
		if at := b.m.now().At; at > 25*time.Second {
			t.Errorf("it went back to %v", at)
		}

		b.learn("ctrl+s", "save")
		b.press("ctrl+s")
		b.wantScreen("duality-one_and_one.yaml", "enter saves it")
		b.press("enter")
		b.wantScreen("saved as")
		b.learn("q", "quit")
		b.press("q")
		if !b.quit {
			t.Error("it goes on")
		}
	})
	s, err := engine.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if s.Load.Rate != 80 || s.Title != "Two names for one machine: one_and_one" {
		t.Errorf("saved is %q at %v", s.Title, s.Load.Rate)
	}
}
