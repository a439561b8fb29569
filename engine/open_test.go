package engine

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const traced = "load: {arrivals: trace, trace: {file: data/times.csv.gz}}\nhandlers: [{name: charge}]\n"

func packed(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestOpenFindsTheRecordingBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "real.yaml"), []byte(traced))
	write(t, filepath.Join(dir, "data", "times.csv.gz"), packed(t, []byte("time\n1\n2\n")))
	s, err := Open(filepath.Join(dir, "real.yaml"))
	if err != nil || s.Name != "real" {
		t.Fatalf("%v, %v", s, err)
	}
	if data, err := s.Load.Trace.Open(); err != nil || string(data) != "time\n1\n2\n" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(dir, "wrong.yaml")
	write(t, path, []byte("load: {}"))
	var input *InputError
	if _, err := Open(path); !errors.As(err, &input) || input.File != path || input.Line != 1 || input.Column != 7 || input.Path != "load.rate" {
		t.Errorf("a wrong file: %+v, %v", input, err)
	}
	path = filepath.Join(dir, "real.yaml")
	write(t, path, []byte(traced))
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load.Trace.Open(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no recording: %v", err)
	}
}

// zeros is an endless recording.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestReadTraceIsBounded(t *testing.T) {
	_, err := ReadTrace("times.csv", zeros{})
	if want := "times.csv: a recording has at most 64 MiB, and this one more"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if _, err := ReadTrace("times.csv.gz", strings.NewReader("not packed")); err == nil {
		t.Error("a file that is not packed was unpacked")
	}
}
