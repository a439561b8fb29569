package cli

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/live"
	"duet/ui/report"
)

const claiming = tiny + `
expect:
  - message.done == event.done
cases:
  - name: fine
  - {name: wrong, set: {load.rate: 20/s}, expect: [message.done > 1000]}
  - {name: foreseen, expect: [{claim: message.done > 1000, in: virtual}]}
`

// run does duet run in fake time, in a folder with some files.
func run(t *testing.T, args ...string) (s *stage, code int) {
	t.Helper()
	inFolder(t, map[string]string{"tiny.yaml": tiny, "claiming.yaml": claiming})
	synctest.Test(t, func(t *testing.T) {
		s = newStage()
		code = s.do(t, append([]string{"run"}, args...)...)
	})
	return s, code
}

func decoded(t *testing.T, text []byte) (r report.Report) {
	t.Helper()
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return r
}

func TestRunWritesTextForPeople(t *testing.T) {
	s, code := run(t, "tiny.yaml")
	if code != exitFine || s.errs.Len() > 0 {
		t.Fatalf("exit code %d, %s", code, s.errs.String())
	}
	for _, want := range []string{"tiny, real run", "items", "offered", "balanced", "latency"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("%q is not in the report:\n%s", want, s.out.String())
		}
	}
	if strings.Contains(s.out.String(), "\x1b") {
		t.Error("escape sequences, and no terminal")
	}
}

func TestRunAllCases(t *testing.T) {
	s, code := run(t, "claiming.yaml", "--format", "json")
	if code != exitClaim || s.errs.String() != "duet: 1 of 4 claims failed\n" {
		t.Errorf("exit code %d, %q", code, s.errs.String())
	}
	r := decoded(t, s.out.Bytes())
	if len(r.Cases) != 3 || r.Cases[1].Name != "wrong" || r.Cases[1].Lanes[0].Done != 20 {
		t.Fatalf("%+v, want three cases with their settings", r.Cases)
	}
	if n := r.Cases[2].NotChecked; len(n) != 1 || n[0].Note != "virtual only" {
		t.Errorf("not checked are %+v", n)
	}
}

func TestRunOneCase(t *testing.T) {
	s, code := run(t, "claiming.yaml", "--case", "fine", "--format", "json")
	if r := decoded(t, s.out.Bytes()); code != exitFine || len(r.Cases) != 1 || r.Cases[0].Name != "fine" || len(r.Lanes) != 2 {
		t.Errorf("exit code %d, cases %+v", code, r.Cases)
	}
}

func TestFlagsHaveTheLastWord(t *testing.T) {
	s, _ := run(t, "claiming.yaml", "--case", "wrong", "--set", "load.rate=30/s", "--set", "lanes.message.workers=7",
		"--for", "2s", "--seed", "9223372036854775808", "--format", "json")
	got := s.ran[0]
	if got.Load.Rate != 30 || got.Lanes[0].Workers != 7 || got.Duration != 2*time.Second || s.endless[0] {
		t.Errorf("ran with %+v", got)
	}
	if r := decoded(t, s.out.Bytes()); r.Seed != engine.MaxSeed || r.Seconds != 2 || r.Lanes[1].Done != 60 {
		t.Errorf("seed %d, %v s, %d done", r.Seed, r.Seconds, r.Lanes[1].Done)
	}
}

func TestOutWritesANewFile(t *testing.T) {
	s, code := run(t, "tiny.yaml", "--format", "json", "--out", "report.json")
	if code != exitFine || s.out.Len() > 0 {
		t.Fatalf("exit code %d, and on standard output %q", code, s.out.String())
	}
	text, err := os.ReadFile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	if r := decoded(t, text); r.Scenario != "tiny" {
		t.Errorf("a report of %q", r.Scenario)
	}
}

func TestColourOnATerminal(t *testing.T) {
	inFolder(t, map[string]string{"tiny.yaml": tiny})
	for _, c := range []struct {
		name, value string
		colour      bool
	}{{"", "", true}, {"NO_COLOR", "1", false}, {"TERM", "dumb", false}} {
		synctest.Test(t, func(t *testing.T) {
			s := seated()
			s.env = func(name string) string { return map[string]string{c.name: c.value}[name] }
			s.do(t, "run", "tiny.yaml")
			if got := strings.Contains(s.out.String(), "\x1b[1m"); got != c.colour {
				t.Errorf("with %s=%s coloured: %v", c.name, c.value, got)
			}
		})
	}
}

func TestProgressOnATerminal(t *testing.T) {
	inFolder(t, map[string]string{"claiming.yaml": claiming})
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		s.errTerminal = true
		s.do(t, "run", "claiming.yaml")
		lines := strings.Split(s.errs.String(), clearLine)
		if !slices.Contains(lines, "2 of 3, wrong: 0.4 s of 1s   message: 8 done   event: 8 done") {
			t.Errorf("progress was %q", lines)
		}
		if last := lines[len(lines)-1]; last != "duet: 1 of 4 claims failed\n" {
			t.Errorf("the line is not cleared before %q", last)
		}
	})
}

func TestRunFails(t *testing.T) {
	broken := func(s *engine.Scenario) (engine.Run, error) {
		r := newFakeRun(s)
		r.closeErr = errBroken
		return r, nil
	}
	for _, c := range []struct {
		name    string
		newRun  func(*engine.Scenario) (engine.Run, error)
		code    int
		says    string
		reports bool
	}{
		{"at the start", func(*engine.Scenario) (engine.Run, error) { return nil, errBroken }, exitRun, "duet: it broke\n", false},
		{"for its input", func(*engine.Scenario) (engine.Run, error) { return nil, &engine.InputError{Msg: "no such column"} }, exitInput, "duet: no such column\n", false},
		{"on the way", broken, exitRun, "duet: it broke\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			inFolder(t, map[string]string{"tiny.yaml": tiny})
			synctest.Test(t, func(t *testing.T) {
				s := newStage()
				s.newRun = func(scenario *engine.Scenario, _ live.Options) (engine.Run, error) { return c.newRun(scenario) }
				if code := s.do(t, "run", "tiny.yaml", "--out", "report.txt"); code != c.code || s.errs.String() != c.says {
					t.Errorf("exit code %d, %q; want %d, %q", code, s.errs.String(), c.code, c.says)
				}
				if _, err := os.Stat("report.txt"); (err == nil) != c.reports {
					t.Errorf("the report is there: %v, want %v", err == nil, c.reports)
				}
			})
		})
	}
}

// interrupted does duet run and interrupts it after a while.
func interrupted(t *testing.T, after time.Duration, args ...string) (s *stage, code int) {
	t.Helper()
	inFolder(t, map[string]string{"claiming.yaml": claiming})
	synctest.Test(t, func(t *testing.T) {
		s = newStage()
		ctx, cancel := context.WithTimeout(t.Context(), after)
		defer cancel()
		code = s.main(ctx, append([]string{"run", "claiming.yaml", "--format", "json"}, args...))
	})
	return s, code
}

func TestInterruptionReportsWhatThereIs(t *testing.T) {
	s, code := interrupted(t, 1500*time.Millisecond)
	if code != exitInterrupted || s.errs.String() != "duet: interrupted\n" {
		t.Errorf("exit code %d, %q", code, s.errs.String())
	}
	r := decoded(t, s.out.Bytes())
	if len(r.Cases) != 2 || r.Cases[0].Interrupted || !r.Cases[1].Interrupted {
		t.Fatalf("%+v, want a whole case and a part of the next", r.Cases)
	}
	if c := r.Cases[1]; c.Seconds != 0.5 || len(c.Expect) != 0 || len(c.NotChecked) != 2 {
		t.Errorf("%v s, %d claims checked, %d not", c.Seconds, len(c.Expect), len(c.NotChecked))
	}
}

func TestInterruptionInTurn(t *testing.T) {
	s, code := interrupted(t, 500*time.Millisecond, "--in-turn")
	r := decoded(t, s.out.Bytes())
	if code != exitInterrupted || len(r.Cases) != 1 || !r.Cases[0].Interrupted || len(r.Cases[0].Lanes) != 1 {
		t.Errorf("exit code %d, %+v, want what there is of the first lane", code, r.Cases)
	}
}

func TestInterruptionBeforeTheStart(t *testing.T) {
	s, code := interrupted(t, 0, "--out", "report.json")
	if _, err := os.Stat("report.json"); code != exitInterrupted || len(s.ran) != 0 || err == nil {
		t.Errorf("exit code %d, %d runs, a report: %v", code, len(s.ran), err == nil)
	}
}

func TestADurationOfZeroHasNoEnd(t *testing.T) {
	s, _ := run(t, "tiny.yaml", "--set", "duration=0s")
	if len(s.endless) != 1 || !s.endless[0] {
		t.Errorf("%d runs, without an end: %v", len(s.ran), s.endless)
	}
}
