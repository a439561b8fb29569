package cli

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
)

func TestVirtualRuns(t *testing.T) {
	s, code := run(t, "claiming.yaml", "--virtual", "--format", "json")
	if code != exitClaim || s.errs.String() != "duet: 2 of 5 claims failed\n" {
		t.Errorf("exit code %d, %q", code, s.errs.String())
	}
	if len(s.simulated) != 3 || len(s.ran) != 0 {
		t.Errorf("%d runs simulated and %d in real time, want 3 and none", len(s.simulated), len(s.ran))
	}
	r := decoded(t, s.out.Bytes())
	if r.Mode != engine.Virtual || len(r.Cases) != 3 || r.Cases[1].Lanes[0].Done != 20 {
		t.Fatalf("%+v, want three cases with their settings", r)
	}
	if c := r.Cases[2]; len(c.NotChecked) != 0 || len(c.Expect) != 2 || c.Expect[1].Holds {
		t.Errorf("checked %+v and not %+v, want what is claimed of virtual runs checked", c.Expect, c.NotChecked)
	}
}

// TestVirtualRunsAreLookedAtInTheirOwnTime: what went on is found at moments of
// the run, however fast it is over.
func TestVirtualRunsAreLookedAtInTheirOwnTime(t *testing.T) {
	s, _ := run(t, "tiny.yaml", "--virtual", "--for", "10s", "--format", "json")
	for _, f := range decoded(t, s.out.Bytes()).Cases[0].Findings {
		if f.Kind != "stopped" {
			continue
		}
		if f.Lane != "message" || f.From < 2 || f.From > 2.3 || f.To < 3.7 || f.To > 4 {
			t.Errorf("%+v, want message from second 2 to 4", f)
		}
		return
	}
	t.Errorf("nothing is stopped in %s", s.out.String())
}

func TestLongVirtualRunsAreNotLookedAtForEver(t *testing.T) {
	seen := 0
	inFolder(t, map[string]string{"tiny.yaml": tiny})
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		s.watchVirtual = func(scenario *engine.Scenario, every time.Duration, look func(*engine.Snapshot)) (engine.Run, error) {
			run := &simulatedRun{newFakeRun(scenario)}
			run.show(every, func(snap *engine.Snapshot) {
				seen++
				look(snap)
			})
			return run, nil
		}
		s.do(t, "run", "tiny.yaml", "--virtual", "--for", "1h")
	})
	if seen < 1000 || seen > looks {
		t.Errorf("looked %d times", seen)
	}
}

func TestVirtualInterruption(t *testing.T) {
	inFolder(t, map[string]string{"tiny.yaml": tiny})
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		code := s.main(ctx, []string{"run", "tiny.yaml", "--virtual", "--format", "json"})
		if r := decoded(t, s.out.Bytes()); code != exitInterrupted || !r.Cases[0].Interrupted || r.Seconds != 0.5 {
			t.Errorf("exit code %d, %+v", code, r.Cases[0])
		}
	})
}

func TestVirtualRunFails(t *testing.T) {
	s := newStage()
	s.watchVirtual = func(*engine.Scenario, time.Duration, func(*engine.Snapshot)) (engine.Run, error) {
		return nil, errBroken
	}
	inFolder(t, map[string]string{"tiny.yaml": tiny})
	if code := s.do(t, "run", "tiny.yaml", "--virtual"); code != exitRun || s.errs.String() != "duet: it broke\n" {
		t.Errorf("exit code %d, %q", code, s.errs.String())
	}
}

// TestPagesAreWritten: the charts are there, of all lanes, in turn or not.
func TestPagesAreWritten(t *testing.T) {
	for _, args := range [][]string{{}, {"--in-turn"}, {"--virtual"}} {
		s, code := run(t, append([]string{"tiny.yaml", "--format", "html"}, args...)...)
		page := s.out.String()
		if code != exitFine || !strings.HasPrefix(page, "<!doctype html>") || strings.Count(page, "<figure") < 3 {
			t.Errorf("%v: exit code %d, %d charts", args, code, strings.Count(page, "<figure"))
		}
		if n := strings.Count(page, "load.rate 10/s"); n != 1 {
			t.Errorf("%v: the change is told %d times", args, n)
		}
		if !strings.Contains(page, "rate: 10/s") {
			t.Errorf("%v: without the scenario", args)
		}
	}
}

func TestTablesAreWritten(t *testing.T) {
	s, code := run(t, "claiming.yaml", "--format", "csv")
	if n := strings.Count(s.out.String(), "\n"); code != exitClaim || n != 1+3*2 {
		t.Errorf("exit code %d, %d lines, want a heading and two lanes of three cases", code, n)
	}
}
