package cli

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestCompletionsAreScripts: those of a shell that is here are read by it.
func TestCompletionsAreScripts(t *testing.T) {
	for _, shell := range shellNames {
		s := newStage()
		if code := s.do(t, "completion", shell); code != exitFine || !strings.Contains(s.out.String(), "duet") || s.errs.Len() > 0 {
			t.Errorf("%s: exit code %d, %d bytes, %s", shell, code, s.out.Len(), s.errs.String())
		}
		if path, err := exec.LookPath(shell); err == nil && shell != "powershell" {
			script := t.TempDir() + "/script"
			if err := os.WriteFile(script, s.out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.CommandContext(t.Context(), path, "-n", script).CombinedOutput(); err != nil {
				t.Errorf("%s does not read it: %v: %s", shell, err, out)
			}
		}
	}
}

func TestManualTellsOfEveryCommandAndFlag(t *testing.T) {
	s := newStage()
	if code := s.do(t, "man"); code != exitFine || s.errs.Len() > 0 || !strings.HasPrefix(s.out.String(), ".TH DUET 1") {
		t.Fatalf("exit code %d, %s%s", code, s.errs.String(), s.out.String())
	}
	page := strings.ReplaceAll(s.out.String(), `\-`, "-")
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if !strings.Contains(page, cmd.Name()) {
			t.Errorf("the manual lacks %s", cmd.CommandPath())
		}
		for _, word := range strings.Fields(cmd.LocalFlags().FlagUsages()) {
			if strings.HasPrefix(word, "--") && !strings.Contains(page, word) {
				t.Errorf("the manual lacks %s of %s", word, cmd.CommandPath())
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newStage().root())
}

func TestCompletionAndManualAreListed(t *testing.T) {
	s := newStage()
	s.do(t, "--help")
	for _, want := range []string{"completion SHELL", "man", "verify"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("%s is not in the help:\n%s", want, s.out.String())
		}
	}
}

// TestWhatFlagsTakeIsCompleted asks as a shell does.
func TestWhatFlagsTakeIsCompleted(t *testing.T) {
	inFolder(t, folder)
	for _, c := range []struct {
		args string
		want []string // offers, among others
		not  string   // and one that is not
	}{
		{"run duality --format *", []string{"text", "json", "csv", "html"}, "yaml"},
		{"verify --format *", []string{"text", "json"}, "csv"},
		{"run duality --case *", []string{"one_and_one", "four_and_four"}, "quiet"},
		{"run tiny.yaml --set *", []string{"load.rate=\tmean arrivals; patterns multiply it", "lanes.message.workers=\tof each subscription"}, "load.rate"},
		{"run duality --set lanes.event.dispatch=*", []string{"lanes.event.dispatch=inline", "lanes.event.dispatch=goroutine"}, "lanes.event.dispatch="},
		{"run duality --set load.rate=*", nil, "load.rate="},
		{"run --set *", nil, "load.rate="},
		{"run none.yaml --set *", nil, "load.rate="},
		{"run tiny.yaml --case *", nil, "tiny"},
		{"run duality --for *", []string{":4"}, "tiny.yaml"},
		{"run duality --out *", []string{":0"}, "tiny.yaml"}, // files, by the shell
		{"run duality --trace *", []string{":0"}, "tiny.yaml"},
		{"completion *", []string{"bash", "zsh", "fish", "powershell"}, "tcsh"},
		{"verify *", []string{"duality\tTwo names for one machine"}, "tiny.yaml"},
		{"*", []string{"run\tRun a scenario without a screen, report, and check its claims"}, "ruin"},
	} {
		s := newStage()
		args := []string{"__complete"}
		for _, arg := range strings.Fields(c.args) {
			args = append(args, strings.TrimSuffix(arg, "*"))
		}
		s.do(t, args...)
		offers := strings.Split(s.out.String(), "\n")
		for _, want := range c.want {
			if !slices.Contains(offers, want) {
				t.Errorf("%s: %q is not offered in %q", c.args, want, offers)
			}
		}
		if slices.Contains(offers, c.not) {
			t.Errorf("%s: %q is offered", c.args, c.not)
		}
	}
}
