package tui

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// asked is the sale with a question, a timeline and claims.
func asked(t testing.TB) *engine.Scenario {
	return decode(t, append(sale,
		"story: Orders arrive faster than they can be charged for half a minute. What is not charged in time has to wait somewhere, and somebody pays for it.",
		"ask:", "  question: Which lane loses orders in the sale?", "  choices: [message, event, both, neither]", "  answer: neither",
		"  because: A full queue makes its producer wait, and a bus makes its caller wait, so both lose nothing and pay in time.",
		"duration: 30s",
		"lanes:", "  - {model: message, workers: 2}", "  - {model: event, publishers: 2}",
		"timeline: [{at: 12s, fault: {stall: charge, for: 2s}}]",
		"expect:",
		"  - message.dropped + message.lost == 0",
		"  - event.latency.p99 > 1.3 * message.latency.p99",
		"  - {claim: message.throughput > 1/s, in: virtual}",
	)...)
}

// inquire starts a playground that asks, on a run at its beginning.
func inquire(t testing.TB, s *engine.Scenario, o func(o *Options), presets ...Preset) *bench {
	b := &bench{t: t}
	options := b.options(s, presets)
	options.Ask = true
	if o != nil {
		o(&options)
	}
	b.m = newModel(options)
	b.m.pace.tick = noTick
	t.Cleanup(b.m.runs.end)
	b.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	b.do(b.m.start(b.m.piece))
	b.do(b.m.readPresets())
	b.run().snap.At = 0
	b.frame()
	return b
}

// at lets the run come to a lane time.
func (b *bench) at(d time.Duration) {
	b.run().snap.At = d
	b.frame()
}

// controls are what the run was told about its clock.
func (b *bench) controls() string {
	var all []string
	for _, c := range b.run().asked() {
		all = append(all, string(c.Control))
	}
	return strings.Join(all, " ")
}

const theQuestion = "Which lane loses orders in the sale?"

func TestOverlaysAsk(t *testing.T) {
	begun := func(t testing.TB) *engine.Snapshot {
		snap := startSnapshot(asked(t))
		snap.Paused = true
		return snap
	}
	overlaid(t, "question", begun, func(m *model) overlay {
		m.wager = wager{of: m.piece.opened, choice: -1}
		m.presets = []Preset{{Name: "one", Ask: &engine.Ask{Answer: "a"}}, {Name: "two", Ask: &engine.Ask{Answer: "a"}}}
		m.memory.Bets = map[string]string{"one": "a", "two": "b"}
		return &question{selected: 1}
	})
	for name, choice := range map[string]int{"right": 3, "wrong": 1, "unbet": -1} {
		overlaid(t, "answer "+name, func(t testing.TB) *engine.Snapshot { return atWork(asked(t)) }, func(m *model) overlay {
			m.wager = wager{of: m.piece.opened, choice: choice, answered: true}
			return &answer{}
		})
	}
}

// The first picture is the question; the run stands until there is a bet, and
// answers in time.
func TestBet(t *testing.T) {
	b := inquire(t, asked(t), nil)
	b.wantScreen(theQuestion, "paused")
	if !b.run().snap.Paused || b.controls() != "" {
		t.Errorf("while the question is asked the run is paused: %v, and was told %q", b.run().snap.Paused, b.controls())
	}
	b.press("4")
	b.wantScreen("you bet on neither")
	b.wantNoScreen(theQuestion)
	if b.controls() != "resume" {
		t.Errorf("after the bet the run was told %q", b.controls())
	}
	b.at(17 * time.Second)
	b.wantNoScreen(theQuestion)
	b.at(18 * time.Second)
	b.wantScreen("right: neither", "A full queue makes its producer wait", "message.dropped + message.lost == 0", "message.dropped 0")
	b.wantNoScreen("message.throughput") // is for simulations
	b.press("enter")
	b.wantNoScreen("right: neither")
	b.at(25 * time.Second)
	b.wantNoScreen("right: neither") // once is enough
	b.press("a")
	b.wantScreen("right: neither")
}

func TestEveryWayToBet(t *testing.T) {
	for name, bet := range map[string]struct {
		do   func(b *bench)
		want int
	}{
		"number": {func(b *bench) { b.press("2") }, 1},
		"arrows": {func(b *bench) { b.press("down", "down", "up", "enter") }, 1},
		"round":  {func(b *bench) { b.press("up", "enter") }, 3},
		"wheel": {func(b *bench) {
			b.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
			b.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
			b.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
			b.press("enter")
		}, 1},
		"mouse": {func(b *bench) {
			rows := b.m.overlay.(*question).rows
			b.send(tea.MouseClickMsg{X: rows.X + 4, Y: rows.Y + 2, Button: tea.MouseLeft})
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := inquire(t, asked(t), nil)
			bet.do(b)
			b.frame()
			if b.m.wager.choice != bet.want || b.m.overlay != nil || b.controls() != "resume" {
				t.Errorf("bet on choice %d, the run was told %q, open is %T", b.m.wager.choice, b.controls(), b.m.overlay)
			}
		})
	}
}

func TestSkip(t *testing.T) {
	b := inquire(t, asked(t), nil)
	b.press("esc")
	if b.controls() != "resume" || b.m.overlay != nil {
		t.Errorf("esc leaves the run with %q", b.controls())
	}
	b.at(29 * time.Second)
	b.wantNoScreen("neither") // who does not bet is not told
	b.press("a")
	b.wantScreen(theQuestion)
	if b.controls() != "resume" {
		t.Errorf("a question asked meanwhile stops the run: %q", b.controls())
	}
	b.press("a")
	b.wantScreen("the answer: neither")
	b.press("+") // what it has no use for does what it does
	b.wantSetting("load.rate", "130/s")
	if b.m.overlay != nil {
		t.Error("the answer is in the way")
	}
	b.press("a")
	b.wantScreen("with your changes")
	lane := b.m.scene.layout.lanes[1]
	b.send(tea.MouseClickMsg{X: lane.X + lane.W - 2, Y: lane.Y + 1, Button: tea.MouseLeft})
	if b.m.overlay != nil || b.m.scene.focus != 1 {
		t.Error("a click beside the answer does not do what it does")
	}
	if len(b.m.memory.Bets) != 0 {
		t.Errorf("bets: %v", b.m.memory.Bets)
	}
}

func TestQuitAtTheQuestion(t *testing.T) {
	b := inquire(t, asked(t), nil)
	b.press("q")
	if !b.quit {
		t.Error("q does not quit")
	}
}

func TestNoMoreQuestions(t *testing.T) {
	var kept *Memory
	b := inquire(t, asked(t), func(o *Options) { o.Remember = func(m Memory) { kept = &m } })
	b.press("x")
	b.wantScreen("no more questions")
	if b.controls() != "resume" {
		t.Errorf("the run was told %q", b.controls())
	}
	b.opens(asked(t))
	b.frame()
	b.wantNoScreen(theQuestion)
	b.m.remember()
	if kept == nil || !kept.NoAsk {
		t.Errorf("remembered is %+v", kept)
	}
	b = inquire(t, asked(t), func(o *Options) { o.Memory = *kept })
	b.wantNoScreen(theQuestion)
	if b.controls() != "" {
		t.Errorf("the run was told %q", b.controls())
	}
	b.press("a")
	b.wantScreen(theQuestion)
}

// Nothing is remembered where there is nothing new, and nobody asks who was not
// told to.
func TestWithoutQuestions(t *testing.T) {
	b := inquire(t, asked(t), func(o *Options) {
		o.Ask = false
		o.Remember = func(m Memory) { t.Errorf("remembered %+v", m) }
	})
	b.wantNoScreen(theQuestion)
	b.m.remember()
	b = inquire(t, saleScenario(t), nil)
	b.press("a")
	b.wantScreen("this scenario asks no question")
}

// A scenario is asked about once, with all its cases, and a bet of an earlier
// time counts.
func TestAskedOnce(t *testing.T) {
	other := asked(t)
	other.Name = "other"
	presets := []Preset{
		{Name: "sale", Ask: asked(t).Ask, Open: func() (*engine.Scenario, error) { return asked(t), nil }},
		{Name: "other", Ask: other.Ask, Open: func() (*engine.Scenario, error) { return other, nil }},
	}
	b := inquire(t, asked(t), nil, presets...)
	b.press("1", "a")
	b.wantScreen("not message, but neither", "0 of 1 right")
	b.press("esc", "r")
	b.wantNoScreen(theQuestion)
	b.opens(other)
	b.at(0)
	b.wantScreen(theQuestion)
	b.press("4", "a")
	b.wantScreen("right: neither", "1 of 2 right")
	b.press("esc")
	b.opens(asked(t))
	b.at(20 * time.Second)
	b.wantNoScreen(theQuestion)
	b.press("a")
	b.wantScreen("not message, but neither")
	if got := b.m.memory; len(got.Seen) != 2 || got.Bets["sale"] != "message" || got.Bets["other"] != "neither" {
		t.Errorf("remembered is %+v", got)
	}
	again := inquire(t, asked(t), func(o *Options) { o.Memory = b.m.memory }, presets...)
	again.wantNoScreen(theQuestion)
	again.press("a")
	again.wantScreen("not message, but neither", "1 of 2 right")
}

// The answer waits until nothing else is open, and while the past is looked at.
func TestAnswerIsNotInTheWay(t *testing.T) {
	b := inquire(t, asked(t), nil)
	b.press("4", "f")
	b.at(20 * time.Second)
	b.wantScreen("break something")
	b.press("esc")
	b.frame()
	b.wantScreen("right: neither")

	b = inquire(t, asked(t), nil)
	b.press("4", "[")
	b.at(20 * time.Second)
	b.wantNoScreen("right: neither")
	b.press("space")
	b.frame()
	b.wantScreen("right: neither")
}

// Who bets before the run is there does not wait for it twice.
func TestBetBeforeTheRun(t *testing.T) {
	b := &bench{t: t}
	o := b.options(asked(t), nil)
	o.Ask = true
	b.m = newModel(o)
	b.m.pace.tick = noTick
	t.Cleanup(b.m.runs.end)
	b.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	b.frame()
	b.wantScreen(theQuestion)
	start := b.m.start(b.m.piece)
	b.press("4")
	b.do(start)
	b.frame()
	if b.controls() != "resume" {
		t.Errorf("the run was told %q", b.controls())
	}
}

// A question about what cannot be played is not asked.
func TestQuestionOfAFailedStart(t *testing.T) {
	b := open(t, saleScenario(t))
	b.m.options.Ask = true
	b.fail = errors.New("no such trace")
	b.opens(asked(t))
	b.frame()
	b.wantScreen("no such trace")
	b.wantNoScreen(theQuestion)
	b.press("a")
	b.wantScreen("asks no question")
}

func TestDecisive(t *testing.T) {
	for _, c := range []struct {
		lines string
		want  time.Duration
	}{
		{"", 10 * time.Second},
		{"duration: 8s", 8 * time.Second},
		{"duration: 0s", 10 * time.Second},
		{"timeline: [{at: 20s, fault: {stall: charge, for: 2s}}]", 26 * time.Second},
		{"timeline: [{at: 20s, fault: {crash: worker}}]", 26 * time.Second},
		{"timeline: [{at: 28s, set: {load.rate: 1/s}}]", 30 * time.Second},
	} {
		lines := append(sale[:5:5], "lanes: [{model: message}]")
		if c.lines != "" {
			lines = append(lines, c.lines)
		}
		if got := decisive(decode(t, lines...)); got != c.want {
			t.Errorf("%q has shown it after %v, want %v", c.lines, got, c.want)
		}
	}
	steps := decode(t, append([]string{"load: {rate: 1/s, arrivals: steps, steps: [{at: 9s, times: 2}]}"}, sale[3:5]...)...)
	ramp := decode(t, append([]string{"load: {rate: 1/s, arrivals: ramp, ramp: {over: 9s}}"}, sale[3:5]...)...)
	if a, b := decisive(steps), decisive(ramp); a != 13*time.Second || b != 13*time.Second {
		t.Errorf("steps show it after %v, a ramp after %v", a, b)
	}
}

// opens plays a scenario that was picked.
func (b *bench) opens(s *engine.Scenario) {
	p := newPicker(b.m)
	b.m.overlay = p
	b.send(openedMsg{by: p, scenario: s})
}

// The whole program in fake time: the question is the first picture, the answer
// comes by itself, and in the end the bet is remembered.
func TestProgramAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept Memory
		p := play(t.Context(), t, nil, func(o *Options) {
			o.Scenario, o.Ask, o.Memory.Toured = asked(t), true, true
			o.Remember = func(m Memory) { kept = m }
		})
		wants := func(texts ...string) {
			t.Helper()
			screen := p.out.screen(t, 100, 30)
			for _, text := range texts {
				if !strings.Contains(screen, text) {
					t.Errorf("no %q on the screen:\n%s", text, screen)
				}
			}
		}
		time.Sleep(60 * time.Millisecond)
		wants(theQuestion, "4  neither", "paused")
		p.program.Send(keyPress("4"))
		time.Sleep(20 * time.Second)
		wants("right: neither", "event.latency.p99")
		p.program.Send(keyPress("q"))
		if err := <-p.ended; err != nil {
			t.Error(err)
		}
		settled()
		if kept.Bets["sale"] != "neither" {
			t.Errorf("remembered is %+v", kept)
		}
	})
}

// later asks for a scenario that was picked, whose run comes when that is called.
func (b *bench) later(s *engine.Scenario) (comes func()) {
	p := newPicker(b.m)
	b.m.overlay = p
	start := b.m.open(openedMsg{by: p, scenario: s})
	return func() {
		b.do(start)
		b.frame()
	}
}

// What cannot be played takes no bet away from what goes on, and is asked about when
// it can.
func TestFailedStartKeepsTheBet(t *testing.T) {
	for _, skipped := range []bool{true, false} {
		b := inquire(t, asked(t), nil)
		b.press("4")
		other := asked(t)
		other.Name, other.Ask.Question = "other", "Which one?"
		b.fail = errors.New("no such trace")
		comes := b.later(other)
		b.frame()
		b.wantScreen("Which one?")
		if skipped { // and so its run would not be held
			b.press("esc")
		}
		comes()
		b.wantScreen("no such trace")
		b.wantNoScreen("Which one?")
		b.at(18 * time.Second)
		b.wantScreen("right: neither")
		b.press("esc")
		b.fail = nil
		b.opens(other)
		b.frame()
		b.wantScreen("Which one?")
	}
}

// The answer to what is still being started, asked for at its question, goes with it.
func TestAnswerOfAFailedStart(t *testing.T) {
	b := open(t, saleScenario(t))
	b.m.options.Ask = true
	b.fail = errors.New("no such trace")
	comes := b.later(asked(t))
	b.press("a", "?")
	comes()
	b.wantScreen("no such trace")
	b.press("a")
	b.wantScreen("asks no question")
}

// A bet on what is still being started is not answered by what is played meanwhile.
func TestBetBeforeTheOtherRun(t *testing.T) {
	b := open(t, saleScenario(t))
	b.m.options.Ask = true
	comes := b.later(asked(t))
	b.press("4")
	b.frame()
	b.wantNoScreen("right: neither")
	comes()
	b.at(18 * time.Second)
	b.wantScreen("right: neither")
}

// An error of what nobody wants any more changes nothing.
func TestLateError(t *testing.T) {
	b := open(t, saleScenario(t))
	b.m.options.Ask = true
	first, second := asked(t), asked(t)
	second.Name = "second"
	fails := b.later(first)
	b.press("esc")
	comes := b.later(second)
	b.fail = errors.New("no such broker")
	fails()
	b.wantNoScreen("no such broker")
	b.wantScreen(theQuestion)
	b.fail = nil
	comes()
	b.at(0)
	b.wantScreen(theQuestion, "paused")
	b.press("4")
	if b.controls() != "resume" {
		t.Errorf("after the bet the run was told %q", b.controls())
	}
}

// A fork is of what is played, though something else was being started.
func TestForkKeepsTheBet(t *testing.T) {
	b := inquire(t, asked(t), nil)
	b.press("4")
	other := asked(t)
	other.Name = "other"
	comes := b.later(other)
	b.press("esc", "[", "enter")
	b.wantMode(engine.Virtual, "◆ VIRTUAL")
	comes()
	b.press("a")
	b.wantScreen("right: neither")
	b.wantMode(engine.Virtual, "◆ VIRTUAL")
}
