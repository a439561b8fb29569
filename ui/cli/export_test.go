package cli

import (
	"go/format"
	"os"
	"strings"
	"testing"
)

// TestExport looks at what is written for some command lines.
func TestExport(t *testing.T) {
	for _, c := range []struct{ args, has, lacks string }{
		{"export tiny.yaml", "func eventLane(", "Not carried over"},
		{"export tiny.yaml --as go --lane message", "const rate = 10.0 ", "eventLane"},
		{"export tiny.yaml --set load.rate=25/s --seed 77", "const rate = 25.0 ", "const seed = 1 "},
		{"export tiny.yaml --seed 77", "const seed = 77 ", ""},
		{"export latency --case quiet", "(latency), case quiet, as a program", "cases:"},
		{"export latency", "; --case NAME writes one", ""},
		{"export real-traffic", "const rate = 1", "NaN"},
	} {
		t.Run(c.args, func(t *testing.T) {
			inFolder(t, folder)
			s := newStage()
			if code := s.do(t, strings.Fields(c.args)...); code != exitFine || s.errs.Len() > 0 {
				t.Fatalf("exit code %d, %s", code, s.errs.String())
			}
			text := s.out.String()
			if _, err := format.Source(s.out.Bytes()); err != nil {
				t.Errorf("%v in\n%s", err, text)
			}
			if !strings.Contains(text, c.has) || c.lacks != "" && strings.Contains(text, c.lacks) {
				t.Errorf("want %q and not %q in\n%s", c.has, c.lacks, text)
			}
		})
	}
}

// TestExportToAFile: nothing is on standard output, and what cannot be written leaves no
// file behind.
func TestExportToAFile(t *testing.T) {
	inFolder(t, folder)
	s := newStage()
	if code := s.do(t, "export", "tiny.yaml", "--out", "main.go"); code != exitFine || s.out.Len() > 0 {
		t.Errorf("exit code %d, %s, on standard output: %s", code, s.errs.String(), s.out.String())
	}
	if text, err := os.ReadFile("main.go"); err != nil || !strings.Contains(string(text), "package main") {
		t.Errorf("%v, in the file: %s", err, text)
	}
	if code := s.do(t, "export", "trace.yaml", "--out", "other.go"); code != exitInput {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat("other.go"); err == nil {
		t.Error("a file is left of what could not be written")
	}
}
