package export_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/export"
)

var update = flag.Bool("update", false, "write the programs in testdata anew")

// TestPrograms holds some programs to the letter: look at them when they change.
func TestPrograms(t *testing.T) {
	for _, name := range []string{"bare", "fan_out", "careful", "impatient", "shared"} {
		t.Run(name, func(t *testing.T) {
			s := read(t, name)
			got, err := export.Go(s, export.Options{})
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")); !bytes.Equal(got, want) {
				t.Errorf("%s is not what Go writes; look at the difference after go test ./engine/export -update", file)
			}
		})
	}
}

func read(t *testing.T, name string) *engine.Scenario {
	t.Helper()
	s, err := engine.Open(filepath.Join("testdata", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestABareQueueIsShort: what no setting needs is not there.
func TestABareQueueIsShort(t *testing.T) {
	got, err := export.Go(read(t, "bare"), export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lines, code := 0, ""
	for line := range strings.Lines(string(got)) {
		line, _, _ = strings.Cut(line, "//")
		if strings.TrimSpace(line) != "" {
			lines, code = lines+1, code+line
		}
	}
	if lines > 150 {
		t.Errorf("%d lines of code for one queue and one worker:\n%s", lines, got)
	}
	for _, other := range []string{"Bus", "retry", "panic", "dropped", "failed", "rand", "Key", "handlers"} {
		if strings.Contains(code, other) {
			t.Errorf("it speaks of %s, which it does not need", other)
		}
	}
}
