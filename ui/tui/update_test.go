package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// last is the latest change that was asked of the run.
func (b *bench) last() engine.Change {
	b.t.Helper()
	all := b.run().asked()
	if len(all) == 0 {
		b.t.Fatal("the run was asked nothing")
	}
	return all[len(all)-1]
}

func (b *bench) wantSetting(path, value string) {
	b.t.Helper()
	if c := b.last(); c.Path != path || c.Value != value || c.By != "key" {
		b.t.Errorf("asked to set %s to %s by %q, want %s to %s by key", c.Path, c.Value, c.By, path, value)
	}
}

func (b *bench) wantScreen(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(b.m.grid.String(), text) {
			b.t.Errorf("the screen does not say %q:\n%s", text, b.m.grid.String())
		}
	}
}

func (b *bench) wantNoScreen(text string) {
	b.t.Helper()
	if strings.Contains(b.m.grid.String(), text) {
		b.t.Errorf("the screen says %q", text)
	}
}

func TestRateKeys(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("+")
	b.wantSetting("load.rate", "130/s")
	b.wantScreen("◂130/s▸", "130/s poisson")
	b.press("-", "-")
	b.wantSetting("load.rate", "110/s")
	b.press("tab", "tab", "=") // whatever is selected
	b.wantSetting("load.rate", "120/s")
}

// A recording has the rate that it was recorded with until it is scaled.
func TestRateOfTrace(t *testing.T) {
	s := saleScenario(t)
	s.Load.Arrivals, s.Load.Rate = engine.Trace, 0
	b := open(t, s)
	b.run().snap.Lanes[0].Rate = 187.4
	b.frame()
	b.m.refresh()
	b.frame()
	b.wantScreen("◂187/s▸", "187/s trace")
}

func TestKnobKeys(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("right")
	b.wantSetting("load.rate", "130/s")
	b.press("shift+left")
	b.wantSetting("load.rate", "128.7/s")
	b.press("down", "right")
	b.wantSetting("lanes.message.workers", "3")
	b.press("shift+tab", "left")
	b.wantSetting("load.rate", "120/s")
	b.press("down", "down", "down", "right")
	b.wantSetting("lanes.event.dispatch", "goroutine")
	b.press("left", "left")
	b.wantSetting("lanes.event.dispatch", "buffered")
}

// Every setting that can change is a knob, and every knob can be turned either
// way unless it is at its end.
func TestEveryKnobIsReachable(t *testing.T) {
	s := saleScenario(t)
	b := open(t, s)
	seen := map[string]bool{}
	for range b.m.scene.knobs.list {
		k := *b.m.scene.knobs.current()
		seen[k.param.Path] = true
		up, down := turned(&k.param, k.value, 1, false), turned(&k.param, k.value, -1, false)
		if up == k.value && down == k.value && len(k.param.Choices) != 1 {
			t.Errorf("%s stays at %s", k.param.Path, k.value)
		}
		b.wantScreen("◂" + shownValue(k.value) + "▸")
		b.press("down")
	}
	if b.m.scene.knobs.selected != 0 {
		t.Error("after the last knob comes the first")
	}
	for _, p := range s.Params() {
		if seen[p.Path] == p.Fixed {
			t.Errorf("%s: reachable %v, fixed %v", p.Path, seen[p.Path], p.Fixed)
		}
	}
}

func shownValue(v string) string {
	if v == "" {
		return "-"
	}
	return v
}

// A held key makes one change a frame, and no step is lost.
func TestHeldKey(t *testing.T) {
	b := open(t, saleScenario(t))
	before := len(b.run().asked())
	b.m.applying = true // as while the run is still at an earlier change
	for range 8 {
		b.send(keyPress("+"))
	}
	b.frame()
	b.wantScreen("◂200/s▸")
	b.m.applying = false
	b.frame()
	b.frame()
	b.wantSetting("load.rate", "200/s")
	if n := len(b.run().asked()) - before; n != 1 {
		t.Errorf("eight presses within a frame made %d changes, want 1", n)
	}
}

func TestTimeKeys(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("space")
	if c := b.last(); c.Control != engine.Pause {
		t.Errorf("space asked %+v", c)
	}
	b.wantScreen("paused")
	b.press(".")
	if c := b.last(); c.Control != engine.Step {
		t.Errorf(". asked %+v", c)
	}
	b.press("space")
	if c := b.last(); c.Control != engine.Resume {
		t.Errorf("space asked %+v", c)
	}
	b.press("<")
	if c := b.last(); c.Speed != 0.5 {
		t.Errorf("< asked %+v", c)
	}
	for range 10 {
		b.press("<")
	}
	if c := b.last(); c.Speed != 0.01 {
		t.Errorf("slowest is x%v", c.Speed)
	}
	b.wantScreen("x0.01")
	b.press(">")
	if c := b.last(); c.Speed != 0.02 {
		t.Errorf("> asked %+v", c)
	}
}

func TestEntry(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("enter", "ctrl+u")
	b.write("137.5/s")
	b.press("enter")
	b.wantSetting("load.rate", "137.5/s")
	if b.m.overlay != nil {
		t.Error("the field is still open")
	}
	n := len(b.run().asked())
	b.press("enter", "ctrl+u")
	b.write("lots")
	b.press("enter")
	b.wantScreen("a rate such as 120/s")
	if len(b.run().asked()) != n || b.m.overlay == nil {
		t.Error("a wrong value was taken")
	}
	b.press("esc")
	if b.m.overlay != nil {
		t.Error("esc does not close the field")
	}
	b.press("enter", "ctrl+u")
	b.send(tea.PasteMsg{Content: "99/s"})
	b.press("enter")
	b.wantSetting("load.rate", "99/s")
}

func TestFaults(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("f", "enter")
	if f := b.last().Fault; f == nil || f.Kind != engine.FaultCrash || f.Lane != "message" || f.Restart == 0 {
		t.Fatalf("asked %+v", f)
	}
	b.press("f", "right", "enter") // an inline bus has no worker
	b.wantScreen("lane event has no worker to crash")
	b.press("down", "enter")
	if f := b.last().Fault; f.Kind != engine.FaultStall || f.Target != "charge" || f.Lane != "event" {
		t.Errorf("asked %+v", f)
	}
	b.press("f", "left", "down", "enter")
	if f := b.last().Fault; f.Lane != "" {
		t.Errorf("asked lane %q, want all", f.Lane)
	}
	b.press("f", "up", "enter")
	if f := b.last().Fault; f.Kind != engine.FaultRevive {
		t.Errorf("the last one asked %+v", f)
	}
	b.run().snap.Lanes[0].Dead = "panic"
	b.frame()
	b.press("f", "enter")
	if f := b.last().Fault; f.Kind != engine.FaultRevive || f.Lane != "message" {
		t.Errorf("of a dead lane the first is %+v", f)
	}
}

func TestUnlink(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("2", "u", "+")
	if c := b.last(); c.Lane != "event" || c.Value != "130/s" {
		t.Fatalf("asked %+v", c)
	}
	b.press("+")
	if c := b.last(); c.Lane != "event" || c.Value != "140/s" {
		t.Errorf("asked %+v", c)
	}
	b.wantScreen("different load", "◂140/s▸")
	b.press("1")
	b.wantScreen("◂120/s▸")
	b.press("2", "u")
	if c := b.last(); c.Lane != "" || c.Value != "140/s" {
		t.Errorf("linked again, asked %+v", c)
	}
}

func TestRestart(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("+", "r")
	b.runsClosed(1)
	if s := b.run().snap.Scenario; s.Load.Rate != 130 || s.Seed != 42 {
		t.Errorf("restarted at %v with seed %d, want what was set and the same seed", s.Load.Rate, s.Seed)
	}
	b.press("R")
	b.runsClosed(2)
	if s := b.run().snap.Scenario; s.Seed != 43 {
		t.Errorf("restarted with seed %d", s.Seed)
	}
}

// runsClosed checks that so many runs were started and closed before the
// present one, or before as many open ones as are told.
func (b *bench) runsClosed(n int, open ...int) {
	b.t.Helper()
	b.m.runs.busy.Wait()
	for i, r := range b.runs {
		if r.isClosed() != (i < n) {
			b.t.Errorf("run %d of %d: closed %v", i, len(b.runs), r.isClosed())
		}
	}
	want := n + 1
	for _, more := range open {
		want += more
	}
	if len(b.runs) != want {
		b.t.Errorf("%d runs were started, want %d", len(b.runs), want)
	}
}

func TestFailedStartKeepsTheRun(t *testing.T) {
	b := open(t, saleScenario(t))
	b.fail = errors.New("the trace cannot be read")
	b.press("r")
	b.wantScreen("the trace cannot be read")
	if b.run().isClosed() || b.quit {
		t.Error("the run is gone")
	}
	b.press("+")
	b.wantSetting("load.rate", "130/s")
}

func TestRefusedChange(t *testing.T) {
	b := open(t, saleScenario(t))
	b.run().refuse = errors.New("not now")
	b.press("+")
	b.wantScreen("not now", "◂120/s▸")
}

func TestCases(t *testing.T) {
	b := open(t, decode(t, append(sale, "cases:", "  - {name: calm, set: {load.rate: 10/s}}", "  - {name: storm, set: {load.rate: 900/s}}")...))
	b.wantScreen("Flash sale: calm", "10/s poisson")
	b.press("c")
	b.wantScreen("Flash sale: storm", "900/s poisson")
	b.press("c")
	b.wantScreen("Flash sale: calm")
	b.runsClosed(2)

	b = open(t, saleScenario(t))
	b.press("c")
	b.wantScreen("has no cases")
}

func TestMouse(t *testing.T) {
	b := open(t, saleScenario(t))
	place := b.m.scene.knobs.places[2]
	b.send(tea.MouseClickMsg{X: place.rect.X + 1, Y: place.rect.Y, Button: tea.MouseLeft})
	if b.m.scene.knobs.selected != place.knob {
		t.Error("a click does not select the knob")
	}
	path := b.m.scene.knobs.current().param.Path
	b.send(tea.MouseWheelMsg{X: place.rect.X, Y: place.rect.Y, Button: tea.MouseWheelUp})
	b.wantSetting(path, "3")
	lane := b.m.scene.layout.lanes[1]
	b.send(tea.MouseClickMsg{X: lane.X + 3, Y: lane.Y + 3, Button: tea.MouseLeft})
	if b.m.scene.focus != 1 {
		t.Error("a click does not turn to the lane")
	}
	b.press("f")
	rows := b.m.overlay.(*faults).rows
	b.send(tea.MouseClickMsg{X: rows.X + 2, Y: rows.Y + 1, Button: tea.MouseLeft})
	b.send(tea.MouseClickMsg{X: rows.X + 2, Y: rows.Y + 1, Button: tea.MouseLeft})
	if f := b.last().Fault; f == nil || f.Kind != engine.FaultStall {
		t.Errorf("two clicks on the second fault asked %+v", f)
	}
}

func TestQuitAndHelp(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("?")
	for _, group := range b.m.keys.FullHelp() {
		for _, k := range group {
			b.wantScreen(k.Help().Key, k.Help().Desc)
		}
	}
	b.press("esc")
	if b.m.overlay != nil || b.quit {
		t.Error("esc does not close help, or quits")
	}
	b.press("q")
	if !b.quit {
		t.Error("q does not quit")
	}
	b = open(t, saleScenario(t))
	b.press("p", "ctrl+c")
	if !b.quit {
		t.Error("ctrl+c does not quit while an overlay is open")
	}
}

// Every key of the map is in the help, and no two do the same.
func TestKeyMap(t *testing.T) {
	owner := map[string]string{}
	for _, group := range newKeyMap().FullHelp() {
		for _, b := range group {
			for _, k := range b.Keys() {
				if before, taken := owner[k]; taken {
					t.Errorf("%s: %s and %s", k, before, b.Help().Desc)
				}
				owner[k] = b.Help().Desc
			}
		}
	}
	for _, k := range []string{"+", "-", "left", "right", "tab", "space", ".", "<", ">", "f", "p", "r", "R", "u", "c", "?", "q", "ctrl+z", "esc", "1"} {
		if owner[k] == "" {
			t.Errorf("%s does nothing", k)
		}
	}
}

func TestTurned(t *testing.T) {
	param := map[engine.ParamKind]engine.Param{}
	for _, kind := range []engine.ParamKind{engine.KindCount, engine.KindNumber, engine.KindRate, engine.KindDuration} {
		param[kind] = engine.Param{Kind: kind, Max: 1e6}
	}
	param[engine.KindShare] = engine.Param{Kind: engine.KindShare, Max: 1}
	param[engine.KindBool] = engine.Param{Kind: engine.KindBool}
	for _, c := range []struct {
		kind engine.ParamKind
		ups  []string // each the step up from the one before, and down from the one after
	}{
		{engine.KindRate, []string{"90/s", "95/s", "100/s", "110/s", "120/s"}},
		{engine.KindRate, []string{"180/s", "190/s", "200/s", "220/s"}},
		{engine.KindRate, []string{"480/s", "500/s", "550/s"}},
		{engine.KindCount, []string{"0", "1", "2", "3"}},
		{engine.KindCount, []string{"9", "10", "11"}},
		{engine.KindCount, []string{"98", "100", "110"}[1:]},
		{engine.KindDuration, []string{"950µs", "1ms", "1.1ms"}},
		{engine.KindDuration, []string{"20ms", "22ms", "24ms"}},
		{engine.KindShare, []string{"1%", "1.1%"}},
		{engine.KindShare, []string{"95%", "100%"}},
		{engine.KindNumber, []string{"0.9", "0.95", "1", "1.1"}},
		{engine.KindBool, []string{"true", "false"}},
	} {
		p := param[c.kind]
		for i := 1; i < len(c.ups); i++ {
			if got := turned(&p, c.ups[i-1], 1, false); got != c.ups[i] {
				t.Errorf("%s up from %s is %s, want %s", c.kind, c.ups[i-1], got, c.ups[i])
			}
			if got := turned(&p, c.ups[i], -1, false); got != c.ups[i-1] {
				t.Errorf("%s down from %s is %s, want %s", c.kind, c.ups[i], got, c.ups[i-1])
			}
		}
	}
	p := param[engine.KindRate]
	if got := turned(&p, "100/s", 1, true); got != "101/s" {
		t.Errorf("1%% more than 100/s is %s", got)
	}
	if got := turned(&p, "1000000/s", 1, false); got != "1000000/s" {
		t.Errorf("beyond the bound: %s", got)
	}
	worded := engine.Param{Kind: engine.KindCount, Min: 1, Max: 1000, Word: "per_item"}
	for from, want := range map[string][2]string{"per_item": {"1", "per_item"}, "1": {"2", "per_item"}, "2": {"3", "1"}} {
		if up, down := turned(&worded, from, 1, false), turned(&worded, from, -1, false); up != want[0] || down != want[1] {
			t.Errorf("up from %s is %s, down %s; want %v", from, up, down, want)
		}
	}
	choice := engine.Param{Kind: engine.KindChoice, Choices: []string{"a", "b", "c"}}
	if got := turned(&choice, "a", -1, false); got != "c" || !slices.Contains(choice.Choices, got) {
		t.Errorf("before the first choice is %s", got)
	}
}

// pressed has the model obey a key that starts something, which comes when that is called.
func (b *bench) pressed(key string) (comes func()) {
	start := b.m.press(keyPress(key))
	return func() {
		b.do(start)
		b.frame()
	}
}

// What is changed while a run is being started is changed in it as well.
func TestChangeWhileStarting(t *testing.T) {
	for _, key := range []string{"r", "R", "v"} {
		b := open(t, saleScenario(t))
		b.press("down", "right") // before
		comes := b.pressed(key)
		b.press("+", "right", "U", "down", "right")
		comes()
		s := b.run().snap.Scenario
		if s.Load.Rate != 130 || s.Lanes[0].Workers != 3 || s.Lanes[1].Publishers != 3 {
			t.Errorf("%s: %v, %d workers, %d publishers", key, s.Load.Rate, s.Lanes[0].Workers, s.Lanes[1].Publishers)
		}
		if saved := b.m.toSave(); saved.Load.Rate != 130 || b.m.history.done != 3 {
			t.Errorf("%s: %v would be saved, and %d changes are in force", key, saved.Load.Rate, b.m.history.done)
		}
		b.wantScreen("130/s poisson")
	}
}

// The first run is told as well what was changed before it was there.
func TestChangeBeforeTheFirstRun(t *testing.T) {
	b := &bench{t: t}
	b.m = newModel(b.options(saleScenario(t), nil))
	b.m.pace.tick = noTick
	t.Cleanup(b.m.runs.end)
	b.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	start := b.m.start(b.m.piece)
	b.press("+")
	b.do(start)
	b.frame()
	b.wantSetting("load.rate", "130/s")
}

// Keys that start something go on from what is being started.
func TestKeysWhileStarting(t *testing.T) {
	b := open(t, decode(t, append(sale, "cases:", "  - {name: calm, set: {load.rate: 10/s}}", "  - {name: storm, set: {load.rate: 900/s}}",
		"  - {name: gale, set: {load.rate: 400/s}}")...))
	first, second, third := b.pressed("c"), b.pressed("c"), b.pressed("R")
	first()
	second()
	b.wantScreen("Flash sale: calm")
	third()
	b.wantScreen("Flash sale: gale", "400/s poisson")
	if s := b.run().snap.Scenario; s.Seed != 43 {
		t.Errorf("the seed is %d", s.Seed)
	}
	one, two, three := b.pressed("R"), b.pressed("R"), b.pressed("v")
	one()
	two()
	three()
	b.wantMode(engine.Virtual, "seed 45")
}
