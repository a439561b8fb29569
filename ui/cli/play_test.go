package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/presets"
	"duet/ui/tui"
)

// seated is a stage with a person at a terminal.
func seated() *stage {
	s := newStage()
	s.inTerminal, s.outTerminal, s.errTerminal = true, true, true
	return s
}

func TestPlay(t *testing.T) {
	inFolder(t, folder)
	for _, c := range []struct {
		name  string
		args  []string
		env   map[string]string
		holds func(o *tui.Options) bool
	}{
		{"the first preset", nil, nil, func(o *tui.Options) bool { return o.Scenario.Name == "flash-sale" }},
		{"a preset", []string{"order"}, nil, func(o *tui.Options) bool { return o.Scenario.Name == "order" && len(o.Scenario.Cases) > 0 }},
		{"a file", []string{"./tiny.yaml"}, nil, func(o *tui.Options) bool { return o.Scenario.Name == "tiny" }},
		{"as it comes", nil, nil, func(o *tui.Options) bool { return !o.ASCII && !o.NoColor && !o.ReducedMotion }},
		{"--virtual", []string{"--virtual", "order"}, nil, func(o *tui.Options) bool { return o.Virtual && o.NewVirtual != nil }},
		{"questions", nil, nil, func(o *tui.Options) bool { return o.Ask && o.Remember == nil }},
		{"--no-ask", []string{"--no-ask"}, nil, func(o *tui.Options) bool { return !o.Ask }},
		{"--ascii", []string{"--ascii"}, nil, func(o *tui.Options) bool { return o.ASCII && !o.NoColor && !o.ReducedMotion }},
		{"--no-color", []string{"--no-color"}, nil, func(o *tui.Options) bool { return !o.ASCII && o.NoColor && !o.ReducedMotion }},
		{"--reduced-motion", []string{"--reduced-motion"}, nil, func(o *tui.Options) bool { return !o.ASCII && !o.NoColor && o.ReducedMotion }},
		{"NO_COLOR", nil, map[string]string{"NO_COLOR": "1"}, func(o *tui.Options) bool { return !o.ASCII && o.NoColor }},
		{
			"settings",
			[]string{"duality", "--set", "load.rate=7/s", "--set", "lanes.event.publishers=3", "--seed", "99"},
			nil,
			func(o *tui.Options) bool {
				return o.Scenario.Load.Rate == 7 && o.Scenario.Lanes[1].Publishers == 3 && o.Scenario.Seed == 99
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := seated()
			s.env = func(name string) string { return c.env[name] }
			if code := s.do(t, c.args...); code != exitFine || s.errs.Len() > 0 || len(s.played) != 1 {
				t.Fatalf("exit code %d, played %d times, %s", code, len(s.played), s.errs.String())
			}
			if !c.holds(&s.played[0]) {
				t.Errorf("played with %+v", s.played[0])
			}
		})
	}
}

// TestPlayOffersWhatGoesThroughTheBroker of presets and files: what does not, says why
// in a sentence.
func TestPlayOffersWhatGoesThroughTheBroker(t *testing.T) {
	inFolder(t, folder)
	for _, url := range []string{"embedded", "kafka://localhost", "amqp://localhost"} {
		s := seated()
		s.do(t, "duality", "--broker", url)
		o := s.played[0]
		refused := make(map[string]string)
		for _, p := range o.Presets() {
			opened, err := p.Open()
			if err != nil {
				refused[p.Name] = err.Error()
				continue
			}
			for _, v := range opened.Variants() {
				for _, l := range v.Lanes {
					if l.Model == engine.Message && l.Queue.URL != url {
						t.Errorf("%s, %s: lane %s has its queue in %q", p.Name, v.Name, l.Name, l.Queue.URL)
					}
				}
			}
		}
		for name, why := range map[string]string{"telemetry": "nothing can be taken back out", "overload-control": "only fifo", "priority": "only fifo"} {
			if text := refused[name]; !strings.HasPrefix(text, "--broker: "+name+" does not go through it: ") || !strings.Contains(text, why) || strings.Contains(text, "\n") {
				t.Errorf("%s: %s is refused with %q", url, name, text)
			}
		}
		if len(refused) > 4 {
			t.Errorf("%s: refused are %q", url, refused)
		}
		if own, err := o.OpenFile("./tiny.yaml"); err != nil || own.Lanes[0].Queue.URL != url {
			t.Errorf("a file opens as %v, %v", own, err)
		}
	}
}

func TestPlayOffersAllPresetsAndRunsWithoutAnEnd(t *testing.T) {
	s := seated()
	s.do(t)
	o := s.played[0]
	var names []string
	for _, p := range o.Presets() {
		names = append(names, p.Name)
		if opened, err := p.Open(); err != nil || opened.Name != p.Name || p.Title == "" || p.Story == "" || p.Group == "" || p.Ask == nil {
			t.Errorf("%+v opens as %v, %v", p, opened, err)
		}
	}
	var want []string
	for _, p := range presets.List() {
		want = append(want, p.Name)
	}
	if !slices.Equal(names, want) {
		t.Errorf("offered are %q, want %q", names, want)
	}
	inFolder(t, folder)
	if own, err := o.OpenFile("./tiny.yaml"); err != nil || own.Name != "tiny" {
		t.Errorf("a file opens as %v, %v", own, err)
	}
	if _, err := o.OpenFile("nowhere.yaml"); err == nil || err.Error() != "nowhere.yaml: there is no such file" {
		t.Errorf("a file that is not there: %v", err)
	}
	run, err := o.NewRun(o.Scenario, false)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	if !s.endless[0] {
		t.Error("the run has an end")
	}
}

func TestPlayFails(t *testing.T) {
	for _, c := range []struct {
		name string
		play func(stop func()) error
		code int
		says string
	}{
		{"the run", func(func()) error { return errBroken }, exitRun, "duet: it broke\n"},
		{"a setting", func(func()) error { return &engine.InputError{Msg: "no such column"} }, exitInput, "duet: no such column\n"},
		{"a signal", func(stop func()) error { stop(); return context.Canceled }, exitInterrupted, "duet: interrupted\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := seated()
			ctx, stop := context.WithCancel(t.Context())
			s.play = func(context.Context, tui.Options) error { return c.play(stop) }
			if code := s.main(ctx, nil); code != c.code || s.errs.String() != c.says {
				t.Errorf("exit code %d, %q; want %d, %q", code, s.errs.String(), c.code, c.says)
			}
		})
	}
}

// The playground can switch to a simulation, and go back in it.
func TestPlaygroundSimulates(t *testing.T) {
	s := seated()
	if code := s.do(t, "duality"); code != exitFine {
		t.Fatal(s.errs.String())
	}
	o := s.played[0]
	run, err := o.NewVirtual(o.Scenario.Variants()[0], false)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	var snap engine.Snapshot
	if run.Snapshot(&snap); snap.Mode != engine.Virtual || snap.Finished {
		t.Errorf("it is %s, finished %v", snap.Mode, snap.Finished)
	}
	if _, ok := run.(engine.Rewinder); !ok {
		t.Error("one cannot go back in it")
	}

	fork, err := o.Fork(&snap, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer fork.Close()
	var later engine.Snapshot
	if fork.Snapshot(&later); later.Mode != engine.Virtual || later.At < snap.At {
		t.Errorf("a fork from %v is %s and at %v", snap.At, later.Mode, later.At)
	}

	var f engine.Forecast
	if err := o.Forecast(t.Context(), &f, &snap, nil, time.Minute); err != nil {
		t.Fatal(err)
	}
	if f.From != snap.At || len(f.Lanes) != len(snap.Lanes) || time.Duration(len(f.Lanes[0].Depth.Mid))*f.Step != time.Minute {
		t.Errorf("a forecast from %v of %d lanes, %d steps of %v", f.From, len(f.Lanes), len(f.Lanes[0].Depth.Mid), f.Step)
	}
}

func TestForecastsAreAffordable(t *testing.T) {
	for _, c := range []struct {
		rate         float64
		asked, reach time.Duration
		n            int
	}{
		{0, time.Minute, time.Minute, 20},
		{100, time.Minute, time.Minute, 20},
		{100, time.Hour, 750 * time.Second, 20},
		{1000, time.Minute, time.Minute, 20},
		{1000, 5 * time.Minute, 75 * time.Second, 20},
		{4000, time.Minute, 18 * time.Second, 20},
		{10_000, time.Minute, 10 * time.Second, 15},
		{10_000, 5 * time.Second, 5 * time.Second, 20},
	} {
		from := &engine.Snapshot{Lanes: []engine.LaneSnapshot{{Rate: c.rate}, {Rate: c.rate}}}
		if reach, n, err := affordable(from, c.asked); err != nil || reach != c.reach || n != c.n {
			t.Errorf("at %v/s it reaches %v in %d simulations, %v; not %v in %d", c.rate, reach, n, err, c.reach, c.n)
		}
	}
	if _, _, err := affordable(&engine.Snapshot{Lanes: []engine.LaneSnapshot{{Rate: 100_000}}}, time.Minute); !errors.Is(err, errTooMuch) {
		t.Errorf("at 100,000/s: %v", err)
	}
}
