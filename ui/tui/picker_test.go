package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// shelf are some presets in two groups, of which one cannot be opened.
func shelf(t testing.TB) []Preset {
	preset := func(name, group string, lines ...string) Preset {
		p := Preset{Name: name, Group: group, Title: "The " + name, Story: "About " + name + ", and what it is good for."}
		p.Open = func() (*engine.Scenario, error) {
			if name == "broken" {
				return nil, errors.New("broken.yaml:3:5: handlers: nothing is known of a field servise; did you mean service?\n" +
					strings.Repeat("and this goes on for a while ", 8) + "until here")
			}
			s := decode(t, append(append([]string{"title: The " + name}, sale[1:]...), lines...)...)
			s.Name = name
			return s, nil
		}
		p.Ask = &engine.Ask{Question: "Which of them keeps what " + name + " promises?", Choices: []string{"yes", "no"}, Answer: "no"}
		return p
	}
	return []Preset{
		preset("order", "The textbook, tested", "lanes: [{model: message, workers: 1, ack: after, queue: {partitions: 4}}, {model: event, dispatch: buffered}]",
			"timeline: [{at: 9s, set: {load.rate: 1/s}}]", "expect: [message.done > 1]",
			"cases: [{name: calm, set: {load.rate: 10/s}}, {name: storm, set: {load.rate: 90/s}, expect: [event.done > 1]}]"),
		preset("latency", "The textbook, tested"),
		preset("broken", "Failure, felt"),
	}
}

func TestOverlaysPick(t *testing.T) {
	busy := scenes["busy"]
	pick := func(m *model) *picker {
		m.presets = shelf(t)
		m.memory.Seen = []string{"order", "latency", "broken"}
		m.memory.Bets = map[string]string{"order": "no", "broken": "yes"}
		p := newPicker(m)
		for i := range m.presets {
			if s, err := m.presets[i].Open(); err == nil {
				p.opened[s.Name] = s
			}
		}
		return p
	}
	overlaid(t, "list", busy, func(m *model) overlay { return pick(m) })
	overlaid(t, "error", busy, func(m *model) overlay {
		p := pick(m)
		_, p.err = m.presets[2].Open()
		return p
	})
	overlaid(t, "file", busy, func(m *model) overlay {
		p := pick(m)
		p.field.SetValue("./scenarios/mine.yaml")
		return p
	})
}

func TestPicker(t *testing.T) {
	b := open(t, saleScenario(t), shelf(t)...)
	b.press("p")
	b.wantScreen("The order", "About order", "The textbook, tested", "Failure, felt", "Which of them keeps what order promises?",
		"1 worker, room for 100, block, 4 partitions, ack after", "1 publisher, buffered, room for 100", "calm, storm", "1 moment")
	b.write("lat")
	b.wantScreen("The latency", "About latency", "120/s poisson")
	b.wantNoScreen("The order")
	b.press("enter")
	b.wantScreen("The latency")
	b.runsClosed(1)
	if b.m.overlay != nil || !slices.Contains(b.m.memory.Seen, "latency") {
		t.Errorf("%T is open, seen are %q", b.m.overlay, b.m.memory.Seen)
	}
	b.press("p")
	b.write("nothing has this")
	b.wantScreen("no preset has these words")
	b.press("enter", "esc")
	b.runsClosed(1)
}

func TestPickerMoves(t *testing.T) {
	b := open(t, saleScenario(t), shelf(t)...)
	b.press("p")
	at := func(want int, why string) {
		t.Helper()
		if got := b.m.overlay.(*picker).selected; got != want {
			t.Errorf("%s selects preset %d, want %d", why, got, want)
		}
	}
	for _, step := range []struct {
		key  string
		want int
	}{{"down", 1}, {"tab", 2}, {"down", 2}, {"up", 1}, {"shift+tab", 0}, {"pgdown", 2}, {"pgup", 0}} {
		b.press(step.key)
		at(step.want, step.key)
	}
	b.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	at(1, "the wheel")
	b.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	at(0, "the wheel")
	b.frame()
	p := b.m.overlay.(*picker)
	b.send(tea.MouseClickMsg{X: p.rows.X + 3, Y: p.rows.Y, Button: tea.MouseLeft})
	if b.m.overlay == nil {
		t.Error("a click on a heading picks something")
	}
	b.send(tea.MouseClickMsg{X: p.rows.X + 3, Y: p.rows.Y + 2, Button: tea.MouseLeft})
	b.frame() // the last picture may be one of between the list and the run
	if b.m.overlay != nil || b.m.piece.opened.Name != "latency" {
		t.Errorf("%T is open, %s is played", b.m.overlay, b.m.piece.opened.Name)
	}
	b.wantScreen("The latency")
	b.runsClosed(1)
}

// What cannot be played is said in full, and the list stays.
func TestPickerTellsErrors(t *testing.T) {
	b := open(t, saleScenario(t), shelf(t)...)
	b.press("p", "down", "down", "enter")
	b.wantScreen("broken.yaml:3:5: handlers: nothing is known of a field servise; did you mean service?", "until here")
	b.runsClosed(0)
	b.press("up")
	b.wantScreen("The latency")
	b.wantNoScreen("broken.yaml")
}

func TestPickerOpensFiles(t *testing.T) {
	var asked []string
	b := open(t, saleScenario(t), shelf(t)...)
	b.m.options.OpenFile = func(path string) (*engine.Scenario, error) {
		asked = append(asked, path)
		if len(asked) == 1 {
			return nil, errors.New("mine/a.yml: there is no such file")
		}
		return decode(t, append([]string{"title: My own"}, sale[1:]...)...), nil
	}
	b.press("p")
	b.write("mine/a.yml")
	b.wantScreen("enter plays this file")
	b.press("enter")
	b.wantScreen("there is no such file")
	b.press("backspace")
	b.wantNoScreen("there is no such file")
	b.write("l")
	b.press("enter")
	b.wantScreen("My own")
	b.runsClosed(1)
	if !slices.Equal(asked, []string{"mine/a.yml", "mine/a.yml"}) || b.m.overlay != nil {
		t.Errorf("opened %q", asked)
	}
}

// The list fills once the presets have been read, which nothing waits for.
func TestPickerFillsLater(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("p")
	b.wantScreen("no preset has these words")
	b.send(presetsMsg(shelf(t)))
	b.frame()
	b.wantScreen("The order", "Failure, felt")
	b.press("enter")
	b.runsClosed(1)
	played := b.m.piece.opened.Name
	b.m.memory.Seen = nil
	b.send(presetsMsg(shelf(t)))
	if !b.m.memory.hasSeen(played) {
		t.Error("what was played before the presets were known is not seen")
	}
}

// Who closes the list before what was picked has been opened wants it no more.
func TestPickerClosedMeanwhile(t *testing.T) {
	b := open(t, saleScenario(t), shelf(t)...)
	b.press("p")
	p := b.m.overlay.(*picker)
	picked := p.pick(b.m)
	b.press("esc")
	b.do(picked)
	b.runsClosed(0)
}

func TestInWords(t *testing.T) {
	s := decode(t,
		"load: {rate: 50/s, timeout: 500ms, retry: {attempts: 3}}",
		"handlers: [{name: charge, service: {mean: 20ms, dist: constant}, work: cpu, fail: 1%, panic: 2%}, {name: mail}]",
		"lanes: [{model: message, workers: 0, queue: {when_full: drop_oldest}}, {model: event, publishers: 2}]",
		"expect: [message.done > 1]")
	want := []labelled{
		{"load", "50/s poisson, clients wait 500ms and try 3 times"},
		{"handlers", "charge 20ms constant of a core, 1% fail, 2% panic; mail 10ms exponential"},
		{"message", "0 workers, room for 100, drop oldest"},
		{"event", "2 publishers, inline"},
		{"claims", "1"},
	}
	if got := inWords(s); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
