package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/presets"
	"duet/ui/report"
)

// checked does duet verify in fake time, in a folder with some files.
func checked(t *testing.T, stop time.Duration, args ...string) (s *stage, code int) {
	t.Helper()
	inFolder(t, map[string]string{"tiny.yaml": tiny, "claiming.yaml": claiming})
	synctest.Test(t, func(t *testing.T) {
		s = newStage()
		ctx, cancel := context.WithTimeout(t.Context(), stop)
		defer cancel()
		code = s.main(ctx, append([]string{"verify"}, args...))
	})
	return s, code
}

func verification(t *testing.T, s *stage) (v report.Verification) {
	t.Helper()
	if err := json.Unmarshal(s.out.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, s.out.String())
	}
	return v
}

func TestVerifyChecksEveryPresetInBothModes(t *testing.T) {
	s, code := checked(t, 10_000*time.Hour, "--real", "--format", "json")
	if code != exitClaim || !strings.HasSuffix(s.errs.String(), " claims failed\n") { // of runs in which nothing happens
		t.Errorf("exit code %d, %s", code, s.errs.String())
	}
	v := verification(t, s)
	if len(v.Scenarios) != len(presets.List()) {
		t.Fatalf("%d scenarios, want every preset", len(v.Scenarios))
	}
	for i, p := range presets.List() {
		one := v.Scenarios[i]
		if one.Scenario != p.Name || one.Real == nil || one.Real.Mode != engine.Real || (one.Virtual == nil) != inBroker(t, p.Name) || one.Virtual != nil && one.Virtual.Mode != engine.Virtual || len(one.Claims) == 0 {
			t.Errorf("%+v, want both reports of %s", one, p.Name)
		}
	}
}

// inBroker tells whether a preset has a queue in a broker: such cannot be simulated.
func inBroker(t *testing.T, name string) bool {
	t.Helper()
	s, err := presets.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return !simulable(s)
}

// TestVerifySaysWhatItCannotSimulate: what is in a broker is for real runs.
func TestVerifySaysWhatItCannotSimulate(t *testing.T) {
	s, code := checked(t, time.Hour, "broker-ack", "tiny.yaml")
	if want := "not checked: broker-ack; a broker takes its time in the real world only, and --real runs them there"; code != exitFine || !strings.Contains(s.errs.String(), want) {
		t.Errorf("exit code %d, %s", code, s.errs.String())
	}
	if strings.Contains(s.out.String(), "broker-ack") {
		t.Errorf("it is in the table:\n%s", s.out.String())
	}
}

func TestVerifyOneMode(t *testing.T) {
	for _, c := range []struct {
		args            []string
		real, simulated int
		failed          string
	}{
		{[]string{"--virtual"}, 0, 40, "2 of 5 claims failed"},
		{[]string{"--real"}, 4, 40, "3 of 9 claims failed"},
		{nil, 0, 40, "2 of 5 claims failed"},
	} {
		s, code := checked(t, time.Hour, append(c.args, "tiny.yaml", "./claiming.yaml")...)
		if len(s.ran) != c.real || len(s.simulated) != c.simulated {
			t.Errorf("%v: %d real runs and %d simulated, want %d and %d", c.args, len(s.ran), len(s.simulated), c.real, c.simulated)
		}
		if code != exitClaim || s.errs.String() != "duet: "+c.failed+"\n" || !strings.HasSuffix(s.out.String(), "\n"+c.failed+"\n") {
			t.Errorf("%v: exit code %d, %q after\n%s", c.args, code, s.errs.String(), s.out.String())
		}
	}
}

func TestVerifyAllIsWell(t *testing.T) {
	s, code := checked(t, time.Hour, "--virtual", "tiny.yaml")
	if code != exitFine || s.errs.Len() > 0 || !strings.HasSuffix(s.out.String(), "all of 0 claims hold\n") {
		t.Errorf("exit code %d, %q, %s", code, s.errs.String(), s.out.String())
	}
}

func TestVerifyInterrupted(t *testing.T) {
	const simulated = 4 * 10 // runs of a second, some at once
	atOnce := min(runtime.GOMAXPROCS(0), simulated)
	stop := time.Duration((simulated+atOnce-1)/atOnce)*time.Second + 500*time.Millisecond
	s, code := checked(t, stop, "tiny.yaml", "claiming.yaml", "--real", "--format", "json") // in the first real runs
	if code != exitInterrupted || s.errs.String() != "duet: interrupted\n" {
		t.Errorf("exit code %d, %q", code, s.errs.String())
	}
	v := verification(t, s)
	if len(v.Scenarios) != 2 || v.Scenarios[0].Real == nil || !v.Scenarios[0].Real.Cases[0].Interrupted || v.Scenarios[1].Virtual == nil {
		t.Errorf("%+v, want what there is", v.Scenarios)
	}
}

func TestVerifyFails(t *testing.T) {
	inFolder(t, map[string]string{"tiny.yaml": tiny})
	s := newStage()
	s.newVirtual = func(*engine.Scenario) (engine.Run, error) { return nil, errBroken }
	if code := s.do(t, "verify", "tiny.yaml", "--real", "--out", "report.txt"); code != exitRun || s.errs.String() != "duet: it broke\n" || s.out.Len() > 0 {
		t.Errorf("exit code %d, %q, %s", code, s.errs.String(), s.out.String())
	}
	s = newStage()
	s.newVirtual = func(*engine.Scenario) (engine.Run, error) { return nil, errBroken }
	if code := s.do(t, "verify", "--voices"); code != exitRun || s.errs.String() != "duet: it broke\n" || s.out.Len() > 0 {
		t.Errorf("--voices: exit code %d, %q, %s", code, s.errs.String(), s.out.String())
	}
}

// TestVerifyVoices: runs whose waits are all the same agree with no theory.
func TestVerifyVoices(t *testing.T) {
	for _, c := range []struct {
		args []string
		real int
	}{{nil, 8 * 10}, {[]string{"--virtual"}, 0}} {
		s, code := checked(t, 100*time.Hour, append([]string{"--voices", "--seed", "9"}, c.args...)...)
		if code != exitClaim || s.errs.String() != "duet: the voices disagree\n" {
			t.Errorf("%v: exit code %d, %q", c.args, code, s.errs.String())
		}
		lowest := slices.MinFunc(s.simulated, func(a, b *engine.Scenario) int { return cmp.Compare(a.Seed, b.Seed) }).Seed
		if len(s.ran) != c.real || lowest != 9 { // several begin at once
			t.Errorf("%v: %d real runs, want %d; the lowest seed is %d", c.args, len(s.ran), c.real, lowest)
		}
		for _, want := range []string{"M/M/1 1 worker", "M/D/1", "M/M/4", "M/M/2/10", "inline, 3 publishers", "M/M/inf", "fan-out of 4"} {
			if !strings.Contains(s.out.String(), want) {
				t.Errorf("%v: %s is not in the table", c.args, want)
			}
		}
	}
}

func TestVerifyVoicesInterrupted(t *testing.T) {
	s, code := checked(t, 30*time.Second, "--voices", "--out", "voices.txt")
	if code != exitInterrupted || s.errs.String() != "duet: interrupted\n" {
		t.Errorf("exit code %d, %q", code, s.errs.String())
	}
}
