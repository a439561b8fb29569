package tui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// keyRow is what a key of the key map must do on the scene: change the picture
// on every size of screen, and on large ones show a text.
type keyRow struct {
	scenario func(t testing.TB) *engine.Scenario // nil: the sale
	before   string                              // keys pressed first
	shows    string
}

// keyRows are rows by the name of the key in the key map.
var keyRows = map[string]keyRow{
	"Faster":     {shows: "◂130/s▸"},
	"Slower":     {shows: "◂110/s▸"},
	"More":       {shows: "◂130/s▸"},
	"Less":       {shows: "◂110/s▸"},
	"FineMore":   {shows: "◂121.2/s▸"},
	"FineLess":   {shows: "◂118.8/s▸"},
	"Next":       {shows: "◂2▸"},
	"Previous":   {before: "down", shows: "◂120/s▸"},
	"Enter":      {shows: "load.rate"},
	"Settings":   {shows: "settings"},
	"Save":       {shows: "save"},
	"Undo":       {before: "+", shows: "◂120/s▸"},
	"Redo":       {before: "+ U", shows: "◂130/s▸"},
	"Changes":    {before: "+", shows: "130/s"},
	"Pause":      {shows: "paused"},
	"Step":       {shows: "paused"},
	"Back":       {shows: "look around"},
	"Ahead":      {before: "[ [", shows: "look around"},
	"LeapBack":   {shows: "look around"},
	"LeapAhead":  {before: "{ {", shows: "look around"},
	"FarBack":    {shows: "look around"},
	"FarAhead":   {before: "home", shows: "look around"},
	"Begin":      {shows: "look around"},
	"Latest":     {before: "[", shows: "look around"},
	"Voice":      {shows: "VIRTUAL"},
	"Forecast":   {},
	"SlowMotion": {shows: "x0.5"},
	"FullMotion": {shows: "x2"},
	"Fault":      {shows: "break something"},
	"FaultAgain": {before: "f enter"},
	"Unlink":     {shows: "unlinked"},
	"Lanes":      {scenario: fourLanes},
	"Ask":        {scenario: asked, shows: "Which lane loses orders"},
	"NoAsk":      {scenario: asked, before: "a", shows: "no more questions"},
	"Compare":    {shows: "compare"},
	"Keys":       {shows: "items by key"},
	"View":       {},
	"ViewBefore": {},
	"Closer":     {shows: "-30s"},
	"Further":    {},
	"Alike":      {},
	"Pin":        {},
	"Enlarge":    {},
	"Presets":    {shows: "presets"},
	"Case":       {shows: "no cases"},
	"Restart":    {before: "+", shows: "◂130/s▸"},
	"NewSeed":    {shows: "seed 43"},
	"Help":       {shows: "keys"},
	"Close":      {before: "?"},
	"Suspend":    {},
	"Quit":       {},
}

func fourLanes(t testing.TB) *engine.Scenario { return scenes["four"](t).Scenario }

// at opens the playground on a screen and presses keys.
func at(t *testing.T, w, h int, scenario func(t testing.TB) *engine.Scenario, keys string) *bench {
	t.Helper()
	if scenario == nil {
		scenario = saleScenario
	}
	preset := func(name string) Preset {
		return Preset{Name: name, Title: name, Group: "all", Open: func() (*engine.Scenario, error) { return scenes[name](t).Scenario, nil }}
	}
	b := open(t, scenario(t), preset("four"), preset("crowd"), preset("goroutines"))
	b.send(tea.WindowSizeMsg{Width: w, Height: h})
	b.press(strings.Fields(keys)...)
	return b
}

// changes presses a key and checks that the picture is another one.
func (b *bench) changes(key string) {
	b.t.Helper()
	before := b.m.view.Content
	b.press(key)
	exact(b.t, b.m)
	if b.m.view.Content == before {
		b.t.Errorf("%s changes nothing on %dx%d:\n%s", key, b.m.grid.W, b.m.grid.H, b.m.grid.String())
	}
}

// Every key of the key map changes the picture within a frame, on screens of
// all sizes. A key without a row here is an error.
func TestEveryKey(t *testing.T) {
	t.Parallel()
	keys := reflect.ValueOf(newKeyMap()).Elem()
	for i := range keys.NumField() {
		name, binding := keys.Type().Field(i).Name, keys.Field(i).Interface().(key.Binding)
		r, ok := keyRows[name]
		if !ok {
			t.Errorf("the key %s, %v, has no row", name, binding.Keys())
			continue
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, pressed := range binding.Keys() {
					for _, size := range sizes {
						pressOne(t, name, pressed, size.w, size.h, r)
					}
				}
			})
		})
	}
}

// pressOne presses one key on one screen.
func pressOne(t *testing.T, name, pressed string, w, h int, r keyRow) {
	t.Helper()
	before := r.before
	if pressed == "1" { // is looked at from the beginning
		before = "2"
	}
	b := at(t, w, h, r.scenario, before)
	defer b.m.runs.end()
	switch name {
	case "Quit":
		if b.press(pressed); !b.quit {
			t.Errorf("%s does not quit", pressed)
		}
	case "Suspend":
		_, cmd := b.m.Update(keyPress(pressed))
		if _, suspends := cmd().(tea.SuspendMsg); !suspends {
			t.Errorf("%s does not suspend", pressed)
		}
	default:
		time.Sleep(time.Second)
		b.changes(pressed)
		if w >= 120 && r.shows != "" {
			b.wantScreen(r.shows)
		}
	}
}

// overlayRows are the keys that change the picture in an overlay, one after
// another, by the overlay's type. The last of them leaves it or opens another.
var overlayRows = map[string]struct {
	keyRow
	keys string
}{
	"helpBox":    {keyRow{before: "?"}, "right left q"},
	"tour":       {keyRow{before: "? enter"}, "right left enter enter enter enter"},
	"picker":     {keyRow{before: "p"}, "down up f backspace down enter"},
	"faults":     {keyRow{before: "f"}, "down up right left down enter"},
	"settings":   {keyRow{before: "s"}, "down up right left pgdown pgup w backspace tab enter"},
	"changes":    {keyRow{before: "+ tab right w"}, "down up U ctrl+r w"},
	"entry":      {keyRow{before: "enter"}, "5 backspace 5 enter"},
	"saving":     {keyRow{before: "ctrl+s"}, "x backspace esc"},
	"comparison": {keyRow{before: "t"}, "right left t"},
	"question":   {keyRow{scenario: asked, before: "a"}, "down up enter"},
	"answer":     {keyRow{scenario: asked}, "enter"},
}

// Every overlay obeys its keys on screens of all sizes. An overlay without a
// row here is an error.
func TestEveryOverlay(t *testing.T) {
	t.Parallel()
	for _, name := range overlayTypes(t) {
		r, ok := overlayRows[name]
		if !ok {
			t.Errorf("the overlay %s has no row", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, size := range sizes {
					b := at(t, size.w, size.h, r.scenario, r.before)
					if name == "answer" {
						b.m.overlay = &answer{}
						b.frame()
					}
					if got := strings.TrimPrefix(reflect.TypeOf(b.m.overlay).String(), "*"); got != "tui."+name {
						t.Fatalf("%s opens %s", r.before, got)
					}
					for pressed := range strings.FieldsSeq(r.keys) {
						time.Sleep(time.Second)
						b.changes(pressed)
					}
					b.m.runs.end()
				}
			})
		})
	}
}

// overlayTypes are the types that are overlays, as the sources declare them.
func overlayTypes(t *testing.T) []string {
	t.Helper()
	var names []string
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || fn.Name.Name != "update" {
				continue
			}
			of := fn.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			names = append(names, of.(*ast.Ident).Name)
		}
	}
	if len(names) < 5 || !slices.Contains(names, "helpBox") {
		t.Fatalf("found the overlays %q: does this test still know where to look?", names)
	}
	return names
}
