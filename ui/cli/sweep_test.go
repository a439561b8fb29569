package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/ui/report"
)

// swept does duet sweep in fake time, in a folder with some files.
func swept(t *testing.T, args ...string) (s *stage, code int) {
	t.Helper()
	inFolder(t, map[string]string{"tiny.yaml": tiny, "claiming.yaml": claiming})
	synctest.Test(t, func(t *testing.T) {
		s = newStage()
		code = s.do(t, append([]string{"sweep", "tiny.yaml"}, args...)...)
	})
	return s, code
}

func sweepOf(t *testing.T, text []byte) (r report.Sweep) {
	t.Helper()
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return r
}

func TestSweepWritesATableForEachLane(t *testing.T) {
	s, code := swept(t, "--vary", "load.rate=10/s..50/s:5", "--vary", "lanes.message.workers=1,2", "--metric", "done", "--metric", "loss")
	if code != exitFine || s.errs.Len() > 0 {
		t.Fatalf("exit code %d, %s", code, s.errs.String())
	}
	for _, want := range []string{
		`(?m)^tiny, virtual runs on go, 1 processors`, `(?m)^load.rate: 10/s, 20/s, 30/s, 40/s, 50/s$`, `(?m)^message +rate +workers +done +loss$`,
		`(?m)^ +30/s +2 +30 +-$`, `(?m)^event +rate +done +loss$`, `(?m)^ +50/s +50 +-$`,
	} {
		if !regexp.MustCompile(want).MatchString(s.out.String()) {
			t.Errorf("%s is not in\n%s", want, s.out.String())
		}
	}
	if n := strings.Count(s.out.String(), "\n"); n > 30 {
		t.Errorf("%d lines; the event lane has as many rows as there are rates", n)
	}
}

func TestSweepIsVirtualUnlessAskedOtherwise(t *testing.T) {
	s, _ := swept(t, "--vary", "load.rate=10/s,20/s", "--seeds", "3", "--seed", "7")
	if len(s.simulated) != 6 || len(s.ran) != 0 {
		t.Errorf("%d runs simulated and %d in real time, want 6 and none", len(s.simulated), len(s.ran))
	}
	var seeds []uint64
	for _, ran := range s.simulated {
		seeds = append(seeds, ran.Seed)
	}
	slices.Sort(seeds)
	if !slices.Equal(seeds, []uint64{7, 7, 8, 8, 9, 9}) {
		t.Errorf("seeds %v", seeds)
	}
	began := time.Now()
	s, _ = swept(t, "--vary", "load.rate=10/s,20/s", "--real", "--for", "500ms")
	if len(s.ran) != 2 || len(s.simulated) != 0 || s.ran[0].Duration != 500*time.Millisecond || s.endless[0] {
		t.Errorf("%d runs in real time, %d simulated, after %v", len(s.ran), len(s.simulated), time.Since(began))
	}
}

func TestSweepAsJSON(t *testing.T) {
	s, code := swept(t, "--vary", "load.rate=10/s..50/s:3", "--metric", "done", "--format", "json")
	r := sweepOf(t, s.out.Bytes())
	if code != exitFine || r.Duet != 1 || r.Scenario != "tiny" || r.Mode != engine.Virtual || r.Seconds != 1 || r.Seeds != 1 || len(r.Points) != 3 {
		t.Fatalf("exit code %d, %+v", code, r)
	}
	if p := r.Points[1]; p.At[0] != "30/s" || p.Lanes[1].Name != "event" || p.Lanes[1].Figures["done"].Mean != 30 {
		t.Errorf("%+v", p)
	}
}

func TestSweepAsCSV(t *testing.T) {
	s, code := swept(t, "--vary", "handlers.work.service.mean=1ms,20ms", "--vary", "lanes.event.dispatch=inline,goroutine", "--metric", "done", "--format", "csv")
	rows, err := csv.NewReader(&s.out).ReadAll()
	if code != exitFine || err != nil || len(rows) != 5 {
		t.Fatalf("exit code %d, %v, %d rows", code, err, len(rows))
	}
	if got, want := strings.Join(rows[0][:8], " "), "handlers.work.service.mean lanes.event.dispatch message.done message.done.low message.done.high message.done.theory message.overload message.knee"; got != want {
		t.Errorf("the names are %s, want %s", got, want)
	}
	if got := strings.Join(rows[2][:6], "|"); got != "0.02|inline|10|||" {
		t.Errorf("the second row is %s", got)
	}
}

func TestSweepOfACase(t *testing.T) {
	inFolder(t, map[string]string{"claiming.yaml": claiming})
	for _, c := range []struct {
		args []string
		rate engine.Rate
	}{{nil, 10}, {[]string{"--case", "wrong"}, 20}} {
		synctest.Test(t, func(t *testing.T) {
			s := newStage()
			if code := s.do(t, append([]string{"sweep", "claiming.yaml", "--vary", "lanes.message.workers=1,2"}, c.args...)...); code != exitFine {
				t.Fatalf("exit code %d, %s", code, s.errs.String())
			}
			if got := s.simulated[0].Load.Rate; len(s.simulated) != 2 || got != c.rate {
				t.Errorf("%v: %d runs at %v, want 2 at %v", c.args, len(s.simulated), got, c.rate)
			}
		})
	}
}

func TestSweepSaysHowLongItTakes(t *testing.T) {
	inFolder(t, map[string]string{"tiny.yaml": tiny})
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		s.errTerminal = true
		s.do(t, "sweep", "tiny.yaml", "--vary", "load.rate=10/s..40/s:4", "--real")
		lines := strings.Split(s.errs.String(), clearLine)
		want := []string{"", "1 of 4 runs, 3s left", "2 of 4 runs, 2s left", "3 of 4 runs, 1s left", "4 of 4 runs", ""}
		if !slices.Equal(lines, want) {
			t.Errorf("progress was %q, want %q", lines, want)
		}
	})
}

func TestSweepInterrupted(t *testing.T) {
	for _, c := range []struct {
		after  time.Duration
		points int
	}{{2500 * time.Millisecond, 2}, {0, 0}} {
		inFolder(t, map[string]string{"tiny.yaml": tiny})
		synctest.Test(t, func(t *testing.T) {
			s := newStage()
			ctx, cancel := context.WithTimeout(t.Context(), c.after)
			defer cancel()
			code := s.main(ctx, strings.Fields("sweep tiny.yaml --vary load.rate=10/s..40/s:4 --real --format json --out sweep.json"))
			if code != exitInterrupted || s.errs.String() != "duet: interrupted\n" {
				t.Errorf("exit code %d, %q", code, s.errs.String())
			}
			text, err := os.ReadFile("sweep.json")
			if (err == nil) != (c.points > 0) {
				t.Fatalf("after %v: %v", c.after, err)
			}
			if c.points > 0 {
				if r := sweepOf(t, text); len(r.Points) != c.points || !r.Interrupted {
					t.Errorf("%d points, interrupted: %v", len(r.Points), r.Interrupted)
				}
			}
		})
	}
}

func TestSweepFails(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		says string
	}{{errBroken, exitRun, "duet: it broke\n"}, {&engine.InputError{Msg: "no such column"}, exitInput, "duet: no such column\n"}} {
		inFolder(t, map[string]string{"tiny.yaml": tiny})
		s := newStage()
		s.newVirtual = func(*engine.Scenario) (engine.Run, error) { return nil, c.err }
		code := s.do(t, strings.Fields("sweep tiny.yaml --vary load.rate=10/s,20/s --out sweep.txt")...)
		if _, err := os.Stat("sweep.txt"); code != c.code || s.errs.String() != c.says || err == nil {
			t.Errorf("exit code %d, %q, a report: %v", code, s.errs.String(), err == nil)
		}
	}
}

// TestWrongSweep: as of all commands, one sentence and nothing done.
func TestWrongSweep(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"", `^duet: duet sweep takes one preset or file, and 0 arguments were given$`},
		{"zebra --vary load.rate=1/s,2/s", `no preset "zebra"`},
		{"tiny.yaml", `^duet: nothing varies; name a setting and its values, such as --vary load.rate=20/s..200/s:10$`},
		{"tiny.yaml --vary load.rate", `^duet: --vary "load.rate": a path and values are needed, such as load.rate=20/s..200/s:10 or `},
		{"tiny.yaml --vary load.rate=1,2", `^duet: --vary load.rate is "1": a unit is missing; write 1/s or 1/min$`},
		{"tiny.yaml --vary lod.rate=1/s", `^duet: --vary lod.rate: there is no such setting; `},
		{"tiny.yaml --vary load.rate=1/s..9/s", `^duet: --vary load.rate=1/s..9/s: how many values is missing, such as 1/s..9/s:10$`},
		{"tiny.yaml --vary lanes.message.workers=1..9:x", `^duet: --vary lanes.message.workers=1..9:x: a number of values from 2 to 1000 is needed`},
		{"tiny.yaml --vary lanes.message.workers=1,200000", `^duet: --vary: lanes.message.workers is 200000: a whole number from 0 to 100,000 is needed$`},
		{"tiny.yaml --vary seed=1,2 --vary seed=3,4", `^duet: --vary: seed varies twice$`},
		{"tiny.yaml --vary duration=0s,1s", `^duet: --vary: duration is 0s: `},
		{"tiny.yaml --vary seed=1,2 --metric latency.p98", `^duet: --metric latency.p98: a lane has no figure "latency.p98"; `},
		{"tiny.yaml --vary seed=1,2 --metric done+lost", `^duet: --metric done\+lost: the name of a figure is needed, such as latency.p99 or loss$`},
		{"tiny.yaml --vary seed=1,2 --seeds 0", `"0" for "--seeds" flag: a whole number from 1 to 1000 is needed$`},
		{"tiny.yaml --vary seed=1,2 --seeds many", `a whole number from 1 to 1000 is needed$`},
		{"tiny.yaml --vary seed=1,2 --for 0s", `a duration above 0 is needed`},
		{"tiny.yaml --vary seed=1,2 --case busy", `--case busy: tiny has no cases$`},
		{"tiny.yaml --vary seed=1,2 --set load.rate=5", `load.rate is 5: a unit is missing`},
		{"tiny.yaml --vary seed=1,2 --format pdf", `"pdf" for "--format" flag: text, csv, json or html is needed$`},
		{"tiny.yaml --vary seed=1,2 --out taken.txt", `^duet: taken.txt: this file exists already`},
		{"tiny.yaml --vary seed=1,2 --in-turn", `unknown flag: --in-turn`},
	} {
		t.Run(c.args, func(t *testing.T) {
			inFolder(t, folder)
			s := newStage()
			code := s.do(t, append([]string{"sweep"}, strings.Fields(c.args)...)...)
			message := strings.TrimSuffix(s.errs.String(), "\n")
			if code != exitInput || !regexp.MustCompile(c.says).MatchString(message) || strings.Contains(message, "\n") {
				t.Errorf("exit code %d, %q, want %d and %s", code, message, exitInput, c.says)
			}
			if files, _ := os.ReadDir("."); s.out.Len() > 0 || len(s.ran)+len(s.simulated) > 0 || len(files) != len(folder) {
				t.Errorf("%d runs, %d files, and on standard output: %s", len(s.ran)+len(s.simulated), len(files), s.out.String())
			}
		})
	}
}
