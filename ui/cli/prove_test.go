package cli

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/live"
	"duet/ui/report"
)

// lateRun is one whose sender was late.
type lateRun struct {
	*fakeRun
	by time.Duration
}

func (r *lateRun) Snapshot(dst *engine.Snapshot) {
	r.fakeRun.Snapshot(dst)
	dst.Lanes[0].Whole.Lateness = engine.Summary{Count: 1, P99: r.by}
}

// TestVerifyMeasuresAgain: what failed while the machine was busy is run again,
// and nothing else.
func TestVerifyMeasuresAgain(t *testing.T) {
	inFolder(t, map[string]string{"claiming.yaml": claiming})
	for _, c := range []struct {
		by   time.Duration // in the first runs
		runs int
		note bool
	}{{report.Busy, 3 + 2, true}, {report.Busy / 2, 3, false}} {
		synctest.Test(t, func(t *testing.T) {
			s := newStage()
			start := s.newRun
			s.newRun = func(scenario *engine.Scenario, o live.Options) (engine.Run, error) {
				run, err := start(scenario, o)
				return &lateRun{run.(*fakeRun), c.by}, err
			}
			code := s.do(t, "verify", "claiming.yaml", "--real")
			if code != exitClaim || len(s.ran) != c.runs || strings.Contains(s.out.String(), "the machine was busy") != c.note {
				t.Errorf("%v late: exit code %d, %d real runs, want %d\n%s", c.by, code, len(s.ran), c.runs, s.out.String())
			}
		})
	}
}

// TestVerifyOtherSeeds: each run has a seed of its own, from the one that is given
// on.
func TestVerifyOtherSeeds(t *testing.T) {
	s, _ := checked(t, time.Hour, "tiny.yaml", "--seed", "70", "--real")
	seeds := map[uint64]int{}
	for _, scenario := range append(s.simulated, s.ran...) {
		seeds[scenario.Seed]++
	}
	if len(seeds) != 10 || seeds[70] != 2 || seeds[79] != 1 {
		t.Errorf("runs by seed: %v, want 70 twice, and 71 to 79", seeds)
	}
}

// TestVerifySimulatesTheLongRun as the scenario says.
func TestVerifySimulatesTheLongRun(t *testing.T) {
	inFolder(t, map[string]string{"long.yaml": tiny + "steady: {runs: 3, duration: 1h, warmup: 5m}\nexpect: [{claim: message.done == 36000, in: steady}]\n"})
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		code := s.do(t, "verify", "long.yaml", "--real")
		if code != exitFine || len(s.simulated) != 3 || s.simulated[2].Duration != time.Hour || s.simulated[2].Warmup != 5*time.Minute || s.ran[0].Duration != time.Second {
			t.Errorf("exit code %d, %d runs, %s", code, len(s.simulated), s.out.String())
		}
		if want := "10 ·"; !strings.Contains(s.out.String(), want) {
			t.Errorf("the real run, which is too short to count, is not shown as %s\n%s", want, s.out.String())
		}
	})
}

// TestRealRunsAtOnce: those that leave the processors alone.
func TestRealRunsAtOnce(t *testing.T) {
	for _, c := range []struct {
		load, work string
		want       bool
	}{
		{"rate: 500/s", "wait", true},
		{"rate: 501/s", "wait", false},
		{"rate: 10/s", "cpu", false},
		{"rate: 10/s, arrivals: bursts", "wait", false},
		{"rate: 100/s, arrivals: steps, steps: [{at: 1s, times: 5}]", "wait", true},
		{"rate: 100/s, arrivals: steps, steps: [{at: 1s, times: 6}]", "wait", false},
	} {
		s, err := engine.Decode("quiet.yaml", fmt.Appendf(nil, "duet: 1\nload: {%s}\nhandlers: [{name: work, work: %s}]\n", c.load, c.work))
		if err != nil {
			t.Fatal(err)
		}
		if got := quiet(s); got != c.want {
			t.Errorf("%s, %s: %v, want %v", c.load, c.work, got, c.want)
		}
	}
}
