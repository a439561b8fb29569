package cli

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spf13/cobra"
)

// TestExamplesRun does what the help of each command says one can do.
func TestExamplesRun(t *testing.T) {
	var examples []string
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		found := false
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			if strings.HasPrefix(line, "duet") {
				examples, found = append(examples, line), true
			}
		}
		if cmd.HasSubCommands() && !found {
			t.Errorf("%s has no examples", cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newStage().root())
	if len(examples) < 20 {
		t.Errorf("%d examples: does this test still know where to look?", len(examples))
	}
	for _, example := range examples {
		t.Run(example, func(t *testing.T) {
			inFolder(t, map[string]string{"mine.yaml": tiny})
			command, _, _ := strings.Cut(example, " > ")
			command, _, _ = strings.Cut(command, " | ")
			args := words(command)[1:]
			if strings.Contains(example, "presets new") {
				if err := os.Remove("mine.yaml"); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Test(t, func(t *testing.T) {
				s := seated()
				if code := s.do(t, args...); code == exitInput || code == exitRun {
					t.Errorf("exit code %d, %s", code, s.errs.String())
				}
			})
		})
	}
}

// words splits a command line as a shell does, as far as examples need it.
func words(line string) []string {
	var all []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 0 {
			all = append(all, strings.Fields(part)...)
		} else {
			all = append(all, part)
		}
	}
	return all
}
