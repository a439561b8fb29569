package cli

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"duet/engine"
	"duet/engine/live"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		env  map[string]string
		says string
	}{
		{"--plain", []string{"duality", "--plain", "--set", "load.rate=7/s"}, nil, ", real, seed"},
		{"a dumb terminal", nil, map[string]string{"TERM": "dumb"}, "duet: Flash sale"},
		{"simulated", []string{"duality", "--plain", "--virtual"}, nil, ", virtual (simulated), seed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := seated()
				s.env = func(name string) string { return c.env[name] }
				s.stdin = strings.NewReader("help\nload.rate=9/s\nquit\n")
				if len(c.args) == 0 || c.args[len(c.args)-1] != "--virtual" {
					s.stdin = strings.NewReader("help\nquit\n") // a fake run takes no changes
				}
				if code := s.do(t, c.args...); code != exitFine || s.errs.Len() > 0 || len(s.played) != 0 {
					t.Fatalf("exit code %d, played %d times, %s", code, len(s.played), s.errs.String())
				}
				for _, text := range []string{c.says, "rate RATE:", "quit: end"} {
					if !strings.Contains(s.out.String(), text) {
						t.Errorf("it does not say %q:\n%s", text, s.out.String())
					}
				}
			})
		})
	}
}

func TestPlainFails(t *testing.T) {
	s := seated()
	s.newRun = func(*engine.Scenario, live.Options) (engine.Run, error) { return nil, errBroken }
	if code := s.do(t, "duality", "--plain"); code != exitRun || s.errs.String() != "duet: it broke\n" {
		t.Errorf("exit code %d, %s", code, s.errs.String())
	}
	s = seated()
	if code := s.do(t, "./nowhere.yaml", "--plain"); code != exitInput {
		t.Errorf("of a file that is not there: exit code %d, %s", code, s.errs.String())
	}
	s = seated()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if code := s.main(ctx, []string{"duality", "--plain"}); code != exitInterrupted {
		t.Errorf("interrupted: exit code %d", code)
	}
}
