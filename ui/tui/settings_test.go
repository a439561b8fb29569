package tui

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// Everything that can be set is in the list, with what it is and may be, and can
// be turned, typed, and taken back.
func TestSettings(t *testing.T) {
	s := saleScenario(t)
	b := open(t, s)
	b.press("s")
	b.wantScreen("settings", "handler charge", "load", "120/s", "default")
	list := b.m.overlay.(*settings)
	seen := map[string]bool{}
	for range list.list {
		k := *list.current()
		seen[k.param.Path] = true
		b.wantScreen(k.param.Path, k.param.Help)
		if n := len(k.param.Choices); n == 0 || n > 1 {
			b.press("right")
			if got := list.current().value; got == k.value && b.m.scene.note == "" {
				t.Errorf("%s stays at %s, and nothing says why", k.param.Path, got)
			}
			b.press("delete")
			if got := list.current().value; got != k.value {
				t.Errorf("%s went back to %s, not %s", k.param.Path, got, k.value)
			}
		}
		b.press("down")
	}
	for _, p := range s.Params() {
		if !seen[p.Path] {
			t.Errorf("%s is not in the list", p.Path)
		}
	}
}

func TestSettingsAreFound(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("s")
	b.write("capacity message")
	b.wantScreen("lanes.message.queue.capacity", "100")
	b.wantNoScreen("service mean")
	b.press("right")
	b.wantSetting("lanes.message.queue.capacity", "110")
	b.wantScreen("the scenario began with 100", " changed")
	b.press("enter", "ctrl+u")
	b.write("12")
	b.press("enter")
	b.wantSetting("lanes.message.queue.capacity", "12")
	if _, ok := b.m.overlay.(*settings); !ok {
		t.Error("after the field the list is not there")
	}
	b.press("enter", "esc")
	if _, ok := b.m.overlay.(*settings); !ok {
		t.Error("after a field that was left the list is not there")
	}
	b.write(" nowhere")
	b.wantScreen("no setting has these words")
	b.press("right", "delete", "enter", "tab", "up")
	b.press("esc")
	if b.m.overlay != nil {
		t.Error("esc does not close the list")
	}
}

func TestSettingsByGroup(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("s")
	list := b.m.overlay.(*settings)
	var heads []string
	for range 7 {
		heads = append(heads, list.current().group())
		b.press("tab")
	}
	want := "load,handler charge,handler reserve,handler mail,lane message,lane event,the run, from the next start on"
	if got := strings.Join(heads, ","); got != want {
		t.Errorf("groups are %s, want %s", got, want)
	}
	b.press("shift+tab")
	if got := list.current(); got.group() != "lane event" || list.list[list.found[list.selected-1]].group() == "lane event" {
		t.Errorf("back at %s of %s", got.param.Path, got.group())
	}
}

// What is fixed while a run goes on waits for the next one.
func TestFixedSettings(t *testing.T) {
	b := open(t, saleScenario(t))
	n := len(b.run().asked())
	b.press("s")
	b.write("seed")
	b.press("right")
	b.wantScreen("from the next start on")
	if len(b.run().asked()) != n {
		t.Errorf("the run was asked %+v", b.last())
	}
	b.press("esc", "r")
	if s := b.run().snap.Scenario; s.Seed != 44 {
		t.Errorf("started again with seed %d", s.Seed)
	}
	b.press("U", "r")
	if s := b.run().snap.Scenario; s.Seed != 42 {
		t.Errorf("taken back, started with seed %d", s.Seed)
	}
}

// Keys are pinned to publishers for as long as a run goes on: what it is to begin with
// next is not asked of it.
func TestPublishByFromTheNextStartOn(t *testing.T) {
	b := open(t, saleScenario(t))
	set := func(path, value string) {
		t.Helper()
		if err := b.m.set(path, value); err != nil {
			t.Error(err)
		}
		b.do(b.m.flush())
	}
	set("lanes.event.publish_by", "key")
	set("lanes.event.publishers", "3") // still of a run without
	if asked := b.run().asked(); len(asked) != 1 || asked[0].Path != "lanes.event.publishers" {
		t.Errorf("asked %+v", asked)
	}
	b.press("r")
	set("lanes.event.publishers", "5")
	if asked := b.run().asked(); len(asked) > 0 {
		t.Errorf("with keys pinned, asked %+v", asked)
	}
	b.press("r")
	if l := &b.run().snap.Scenario.Lanes[1]; l.PublishBy != "key" || l.Publishers != 5 {
		t.Errorf("started with %d publishers by %q", l.Publishers, l.PublishBy)
	}
}

func TestSettingsByMouse(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("s")
	list := b.m.overlay.(*settings)
	row := func(path string) int {
		for y, n := range list.shown {
			if n >= 0 && list.list[list.found[n]].param.Path == path {
				return list.rows.Y + y
			}
		}
		t.Fatalf("%s is not on the screen", path)
		return 0
	}
	click := func(x, y int) {
		b.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
		b.frame()
	}
	y := row("load.keys.count")
	click(list.rows.X+4, y)
	if got := list.path(); got != "load.keys.count" {
		t.Fatalf("selected is %s", got)
	}
	click(list.values.X, y)
	b.wantSetting("load.keys.count", "15")
	click(list.values.X+3, y) // after the value
	b.wantSetting("load.keys.count", "16")
	b.send(tea.MouseWheelMsg{X: list.values.X + 2, Y: row("load.rate"), Button: tea.MouseWheelUp})
	b.frame()
	b.wantSetting("load.rate", "130/s")
	b.send(tea.MouseWheelMsg{X: list.rows.X, Y: list.rows.Y, Button: tea.MouseWheelDown})
	b.frame()
	if got := list.path(); got != "load.arrivals" {
		t.Errorf("the wheel went to %s", got)
	}
	click(list.values.X+2, row("load.arrivals"))
	if _, ok := b.m.overlay.(*entry); !ok {
		t.Error("a click on the value opens no field")
	}
}

func TestUndo(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("U")
	b.wantScreen("nothing to take back")
	b.press("+", "+", "+") // at one go, as with a held key
	b.wantSetting("load.rate", "150/s")
	b.press("down", "right")
	b.wantSetting("lanes.message.workers", "3")
	b.press("U")
	if c := b.last(); c.Path != "lanes.message.workers" || c.Value != "2" || c.By != byUndo {
		t.Errorf("taken back, asked %+v", c)
	}
	b.wantScreen("taken back")
	b.press("U")
	if c := b.last(); c.Path != "load.rate" || c.Value != "120/s" {
		t.Errorf("taken back, asked %+v", c)
	}
	b.press("ctrl+r", "ctrl+r")
	if c := b.last(); c.Path != "lanes.message.workers" || c.Value != "3" || c.By != byRedo {
		t.Errorf("done again, asked %+v", c)
	}
	b.press("ctrl+r")
	b.wantScreen("nothing to do again")
	b.press("U", "down", "right", "ctrl+r") // another change: what was taken back is forgotten
	b.wantScreen("nothing to do again")
	b.press("r", "U")
	if c := b.last(); c.Path != "lanes.event.publishers" || c.Value != "2" {
		t.Errorf("after a restart, taken back: %+v", c)
	}
}

func TestChanges(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("w")
	b.wantScreen("what you changed", "nothing yet")
	b.press("esc", "+", "down", "right", "down", "right", "w")
	b.wantScreen("load.rate  120/s → 130/s", "lanes.message.workers  2 → 3", "as it began")
	b.press("down", "down", "enter") // back to where only the rate was changed
	if c := b.last(); c.Path != "lanes.message.workers" || c.Value != "2" {
		t.Errorf("asked %+v", c)
	}
	b.wantScreen("taken back")
	rows := b.m.overlay.(*changes).rows
	b.send(tea.MouseClickMsg{X: rows.X + 3, Y: rows.Y, Button: tea.MouseLeft})
	b.frame()
	if c := b.last(); c.Path != "lanes.event.publishers" || c.Value != "3" {
		t.Errorf("a click on the latest asked %+v", c)
	}
	b.send(tea.MouseWheelMsg{X: rows.X, Y: rows.Y, Button: tea.MouseWheelDown})
	b.press("enter", "U", "ctrl+r", "w")
	if b.m.overlay != nil {
		t.Error("w does not close the list")
	}
}

// A run that goes back to before a change has not got it, nor has what is
// started or saved then.
func TestChangesOfAFutureThatIsNot(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("v", "+")
	b.wantSetting("load.rate", "130/s")
	b.press("{", "enter") // ten seconds back
	if n := len(b.m.history.list); n != 0 {
		t.Errorf("%d changes are remembered", n)
	}
	if rate := b.m.toSave().Load.Rate; rate != 120 {
		t.Errorf("saved would be %v", rate)
	}
}

func TestSave(t *testing.T) {
	b := open(t, decode(t, append(sale, "cases:", "  - {name: calm, set: {load.rate: 10/s}}")...))
	files := map[string]*engine.Scenario{"there.yaml": nil}
	b.m.options.Save = func(name string, s *engine.Scenario, over bool) error {
		if strings.Contains(name, "/") {
			return errors.New("no such folder")
		}
		if _, exists := files[name]; exists && !over {
			return &fs.PathError{Path: name, Err: fs.ErrExist}
		}
		files[name] = s
		return nil
	}
	b.press("+", "ctrl+s")
	b.wantScreen("save the settings", "sale-calm.yaml")
	b.press("enter")
	b.wantScreen("saved as sale-calm.yaml: duet ./sale-calm.yaml plays it")
	if s := files["sale-calm.yaml"]; s == nil || s.Load.Rate != 11 || s.Title != "Flash sale: calm" {
		t.Errorf("saved %+v", s)
	}
	b.press("s", "ctrl+s", "ctrl+u")
	b.write("there")
	b.press("enter")
	b.wantScreen("there.yaml is there already")
	if files["there.yaml"] != nil {
		t.Fatal("written over unasked")
	}
	b.press("x", "backspace", "enter") // another name in between is another question
	if files["there.yaml"] != nil {
		t.Fatal("written over, though the question was not read")
	}
	b.press("enter")
	if files["there.yaml"] == nil {
		t.Error("not written over, though asked and answered")
	}
	if _, ok := b.m.overlay.(*settings); !ok {
		t.Error("after saving, the list is not there")
	}
	b.press("ctrl+s")
	b.write("/x")
	b.press("enter")
	b.wantScreen("no such folder")
	b.press("esc", "esc")
	if b.m.overlay != nil {
		t.Error("something is still open")
	}
}

// What the run refuses is neither in force nor what is saved or started next.
func TestRefusedChangeIsForgotten(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("+")
	b.m.history.list[0].made = time.Time{} // a while ago
	b.run().refuse = errors.New("not now")
	wants := func(what string, changes int, rate engine.Rate) {
		t.Helper()
		if h := &b.m.history; h.done != changes || len(h.list) != changes || b.m.toSave().Load.Rate != rate {
			t.Errorf("%s: %d of %+v in force, %v would be saved", what, h.done, h.list, b.m.toSave().Load.Rate)
		}
	}
	b.press("+")
	wants("a key", 1, 130)
	b.wantScreen("not now", "◂130/s▸")
	b.press("U")
	wants("taken back", 1, 130)
	b.run().refuse = nil
	b.press("U", "r")
	if rate := b.run().snap.Scenario.Load.Rate; rate != 120 {
		t.Errorf("started again at %v", rate)
	}
}

// One setting of several is refused; where it was changed again, that decides.
func TestRetract(t *testing.T) {
	rate := func(from, to string) edit { return edit{path: "load.rate", from: from, to: to} }
	workers := func(from, to string) edit { return edit{path: "lanes.message.workers", from: from, to: to} }
	for name, c := range map[string]struct {
		before  history
		refused engine.Change
		value   string
		want    history
	}{
		"the only one":     {history{[]edit{rate("1/s", "2/s")}, 1}, engine.Change{Path: "load.rate", By: byKey}, "1/s", history{nil, 0}},
		"a held key":       {history{[]edit{rate("1/s", "4/s")}, 1}, engine.Change{Path: "load.rate", By: byKey}, "2/s", history{[]edit{rate("1/s", "2/s")}, 1}},
		"an earlier one":   {history{[]edit{rate("1/s", "2/s"), workers("1", "2")}, 2}, engine.Change{Path: "load.rate", By: byRedo}, "1/s", history{[]edit{workers("1", "2")}, 1}},
		"taken back":       {history{[]edit{rate("1/s", "2/s")}, 0}, engine.Change{Path: "load.rate", By: byUndo}, "2/s", history{[]edit{rate("1/s", "2/s")}, 1}},
		"both taken back":  {history{[]edit{rate("1/s", "2/s"), workers("1", "2")}, 0}, engine.Change{Path: "lanes.message.workers", By: byUndo}, "2", history{[]edit{workers("1", "2"), rate("1/s", "2/s")}, 1}},
		"one lane's":       {history{[]edit{rate("1/s", "2/s")}, 1}, engine.Change{Path: "load.rate", Lane: "event", By: byKey}, "1/s", history{[]edit{rate("1/s", "2/s")}, 1}},
		"made by somebody": {history{nil, 0}, engine.Change{Path: "load.rate", By: byKey}, "1/s", history{nil, 0}},
	} {
		h := c.before.clone()
		h.retract(&c.refused, c.value)
		if h.done != c.want.done || !slices.Equal(h.list, c.want.list) {
			t.Errorf("%s: %+v, want %+v", name, h, c.want)
		}
	}
}

// Who has left the field for a name is told of a file that could not be written.
func TestSaveFailsLater(t *testing.T) {
	b := open(t, saleScenario(t))
	b.m.options.Save = func(string, *engine.Scenario, bool) error { return errors.New("the disk is full") }
	b.press("ctrl+s")
	field := b.m.overlay.(*saving)
	write := field.save(b.m)
	b.press("esc")
	b.do(write)
	b.frame()
	b.wantScreen("not saved: the disk is full")
}
