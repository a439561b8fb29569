package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/ui/internal/grid"
)

func TestOverlaysHelp(t *testing.T) {
	busy := scenes["busy"]
	overlaid(t, "over the table", busy, func(*model) overlay { return &helpBox{under: &comparison{}} })
	overlaid(t, "words", busy, func(*model) overlay { return &helpBox{words: true, scroll: scroll{top: 12, rows: 100, room: 10}} })
}

func TestOverlaysTour(t *testing.T) {
	for i, name := range []string{"rate", "queue", "observers", "latency"} {
		overlaid(t, name, scenes["busy"], func(*model) overlay { return &tour{step: i} })
	}
}

func TestHelpKeys(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("?", "right")
	b.wantScreen("one unit of work", "5,076 arrived, 120/s")
	b.press("down")
	b.wantNoScreen("one unit of work")
	b.press("end")
	b.wantScreen("what a closed form says")
	b.press("left")
	b.wantScreen("load and knobs")
	b.press("right")
	b.wantScreen("one unit of work")
	b.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	b.frame()
	b.wantNoScreen("one unit of work")
	for _, key := range []string{"esc", "?", "f1", "q"} {
		b.press(key)
		if b.m.overlay != nil || b.quit {
			t.Errorf("%s does not close the help", key)
		}
		b.press("?")
	}
	b.send(tea.MouseClickMsg{X: 3, Y: 3, Button: tea.MouseLeft})
	if b.m.overlay != nil {
		t.Error("a click does not close the help")
	}
}

// What is open says which keys come first, and comes back afterwards.
func TestHelpByScreen(t *testing.T) {
	b := open(t, asked(t), shelf(t)...)
	for opens, says := range map[string]string{
		"f": "faults", "t": "the table of all lanes", "p": "the presets", "s": "all settings", "w": "what you changed",
		"enter": "an exact value", "ctrl+s": "save as a scenario", "a": "the question",
	} {
		b.press(opens)
		before := b.m.overlay
		b.press("f1")
		b.wantScreen(says)
		b.press("esc")
		if b.m.overlay != before {
			t.Errorf("after the help over %q, %T is open", opens, b.m.overlay)
		}
		b.press("esc")
	}
	b.press("p", "?")
	if p, ok := b.m.overlay.(*picker); !ok || p.field.Value() != "?" {
		t.Error("? is no letter where words are typed")
	}
	b.press("esc", "[", "?")
	b.wantScreen("while you look back", "go on from here, virtually")
}

// Every overlay that a key opens says which keys it takes.
func TestEveryOverlayHasHelp(t *testing.T) {
	b := open(t, asked(t), shelf(t)...)
	for r := '!'; r <= '~'; r++ {
		b.press("esc", "esc")
		if r == 'q' {
			continue
		}
		b.press(string(r))
		if o := b.m.overlay; o != nil {
			if _, isHelp := o.(*helpBox); isHelp {
				continue
			}
			if title, keys := b.m.keysOf(o); title == "" || len(keys) < 2 {
				t.Errorf("%c opens %T, of which help says %q, %v", r, o, title, keys)
			}
		}
	}
}

// Every word has an explanation of its own, and what is said of a lane is short.
func TestGlossary(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range []string{"busy", "start", "four", "goroutines", "dead"} {
		snap := scenes[name](t)
		for _, w := range glossary {
			if name == "busy" && (w.means == "" || seen[w.word]) {
				t.Errorf("%s: %q", w.word, w.means)
			}
			seen[w.word] = true
			if w.now == nil {
				continue
			}
			for i := range snap.Lanes {
				if now := w.now(&snap.Lanes[i], snap.Scenario); now == "" && len(snap.Lanes[i].Handlers) > 0 || len(now) > 40 {
					t.Errorf("%s in %s of lane %d: %q", w.word, name, i, now)
				}
			}
		}
	}
	snap := scenes["busy"](t)
	for word, want := range map[string]string{"depth": "63 now, 80 at most", "done": "4,930", "late": "12.0%", "queue": "room for 100", "observer": "-"} {
		for _, w := range glossary {
			if w.word == word {
				if got := w.now(&snap.Lanes[0], snap.Scenario); !strings.HasPrefix(got, want) {
					t.Errorf("%s is %q, want %q", word, got, want)
				}
			}
		}
	}
}

// A queue without a limit has no room to tell of, whatever its capacity.
func TestGlossaryOfAQueueWithoutALimit(t *testing.T) {
	snap := atWork(decode(t, append(sale, "lanes: [{model: message, ack: after, queue: {broker: kafka, url: 'kafka://localhost:9092', partitions: 2}}]")...))
	for _, w := range glossary {
		if w.word == "queue" {
			if got := w.now(&snap.Lanes[0], snap.Scenario); got != "no limit in kafka" {
				t.Errorf("it is %q", got)
			}
		}
	}
}

func TestTourKeys(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("?", "enter")
	for i, says := range []string{"Items arrive at 120/s", "63 wait in it now", "17 now", "How long things took"} {
		b.wantScreen(says, string(rune('1'+i))+" of 4")
		b.press("enter")
	}
	if b.m.overlay != nil {
		t.Error("the tour does not end")
	}
	b.press("?", "enter", "right", "space", "left", "up")
	b.wantScreen("1 of 4")
	b.press("+")
	b.wantSetting("load.rate", "130/s")
	b.wantScreen("Items arrive at 130/s")
	b.send(tea.MouseClickMsg{X: 3, Y: 3, Button: tea.MouseLeft})
	b.frame()
	b.wantScreen("2 of 4")
	b.press("esc")
	b.wantNoScreen("2 of 4")
}

// Who was never here is shown round once there is something to see; nobody else
// is.
func TestTourOfTheNew(t *testing.T) {
	remember := func(o *Options) { o.Remember = func(Memory) {} }
	b := inquire(t, asked(t), remember)
	b.press("4")
	b.wantNoScreen("1 of 4")
	b.at(tourFrom)
	b.wantScreen("1 of 4")
	b.at(20 * time.Second)
	b.wantNoScreen("right: neither") // one thing after the other
	b.press("esc")
	b.frame()
	b.wantScreen("right: neither")
	if !b.m.memory.Toured {
		t.Error("it is not remembered")
	}
	for name, o := range map[string]func(o *Options){
		"who knows it":            func(o *Options) { remember(o); o.Memory.Toured = true },
		"who wants no questions":  func(o *Options) { remember(o); o.Ask = false },
		"who is never remembered": nil,
	} {
		b := inquire(t, saleScenario(t), o)
		b.at(2 * time.Second)
		if b.m.overlay != nil {
			t.Errorf("%s is shown round", name)
		}
	}
}

// The tour finds something to point at whatever lanes there are.
func TestTourOfAnyLanes(t *testing.T) {
	for _, name := range []string{"four", "goroutines", "dead", "start"} {
		for _, size := range sizes {
			m := picture(t, scenes[name](t), size.w, size.h)
			for step := range stops {
				m.scene.focus = step % len(m.scene.snap.Lanes)
				m.overlay = &tour{step: step}
				got := text(t, m)
				if at := stops[step].at(&m.scene); at.Empty() {
					t.Errorf("%s %dx%d: step %d points at nothing", name, size.w, size.h, step)
				}
				if !strings.Contains(got, "enter goes on") {
					t.Errorf("%s %dx%d: step %d is cut off:\n%s", name, size.w, size.h, step, got)
				}
			}
		}
	}
	s := &scene{}
	if r := s.within(2, grid.Rect{W: 3, H: 3}); !r.Empty() {
		t.Errorf("a lane that is not shown is at %v", r)
	}
	m := picture(t, scenes["goroutines"](t), 80, 24)
	m.build(time.Time{})
	if got := stops[1].text(&m.scene); !strings.Contains(got, "There is none here") {
		t.Errorf("without a message lane the tour says %q", got)
	}
	m.scene.snap.Lanes[0].Model, m.scene.snap.Lanes[1].Model = engine.Message, engine.Message
	if got := stops[2].text(&m.scene); !strings.Contains(got, "There is none here") {
		t.Errorf("without an event lane the tour says %q", got)
	}
}
