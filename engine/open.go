package engine

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxTrace is how large a recording may be, unpacked.
const maxTrace = 64 << 20

// Open reads a scenario from a file and sets its Trace.Open, which looks for
// the recording beside the file. The error is an [*InputError] where the file
// was read and something in it is wrong.
func Open(path string) (*Scenario, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s, err := Decode(path, src)
	if err != nil {
		return nil, err
	}
	if t := s.Load.Trace; t != nil {
		recording := t.File
		if !filepath.IsAbs(recording) {
			recording = filepath.Join(filepath.Dir(path), filepath.FromSlash(recording))
		}
		t.Open = func() ([]byte, error) {
			f, err := os.Open(recording)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			return ReadTrace(recording, f)
		}
	}
	return s, nil
}

// ReadTrace reads a recording whole, and unpacks it if its name ends in .gz.
// More than 64 MiB is an error.
func ReadTrace(name string, from io.Reader) ([]byte, error) {
	if strings.HasSuffix(name, ".gz") {
		unpacked, err := gzip.NewReader(from)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		from = unpacked
	}
	var data bytes.Buffer
	n, err := data.ReadFrom(io.LimitReader(from, maxTrace+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case n > maxTrace:
		return nil, fmt.Errorf("%s: a recording has at most %d MiB, and this one more", name, maxTrace>>20)
	}
	return data.Bytes(), nil
}
