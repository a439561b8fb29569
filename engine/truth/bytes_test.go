package truth_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSameSeedSameBytes builds a program twice, with the compiler's optimisations
// and without, and lets each simulate drawn scenarios on one processor and on
// two: all of them print the same, to the last byte.
func TestSameSeedSameBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	dir := t.TempDir()
	files := draw(t, dir, 25)
	var first []byte
	for name, flags := range map[string]string{"optimised": "", "plain": "-gcflags=duet/...=-N -l"} {
		program := filepath.Join(dir, name)
		build := exec.Command("go", "build", "-o", program, "./testdata/figures")
		if flags != "" {
			build.Args = slices.Insert(build.Args, 2, flags)
		}
		if text, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		for processors := range 2 {
			run := exec.Command(program, files...)
			run.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", processors+1))
			text, err := run.Output()
			switch {
			case err != nil:
				t.Fatalf("%s: %v", name, err)
			case first == nil:
				first = text
			case !bytes.Equal(text, first):
				t.Errorf("%s, on %d: %s", name, processors+1, firstLines(first, text))
			}
		}
	}
	if lines := bytes.Count(first, []byte("\n")); lines < 2*len(files) {
		t.Errorf("only %d lines were printed", lines)
	}
}

// draw writes drawn scenarios to files, the same each time.
func draw(t *testing.T, dir string, n int) (files []string) {
	scenarios := rapid.Custom(drawCalm)
	for i := range n {
		file := filepath.Join(dir, fmt.Sprintf("drawn%d.yaml", i))
		if err := os.WriteFile(file, []byte("duet: 1\n"+scenarios.Example(i).Story), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// firstLines is the first line in which two texts differ, of both.
func firstLines(a, b []byte) string {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return fmt.Sprintf("\n%s\nhere, and before\n%s", y[i], x[i])
		}
	}
	return "there is more or less of it"
}
