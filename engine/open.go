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

// Open reads a scenario from a file and attaches the files that it names, which
// lie beside it. The error is an [*InputError] where the file
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
	s.Attach(func(name string) ([]byte, error) {
		name = filepath.FromSlash(name)
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return ReadTrace(name, f)
	})
	return s, nil
}

// Attach says how to open the files that the scenario names: its recording, and
// measured times. open is given the name as the scenario has it; the text is to
// be unpacked, as by [ReadTrace]. Nothing is opened before it is needed.
func (s *Scenario) Attach(open func(name string) ([]byte, error)) {
	if t := s.Load.Trace; t != nil {
		name := t.File
		t.Open = func() ([]byte, error) { return open(name) }
	}
	for i := range s.Handlers {
		if v := &s.Handlers[i].Service; v.File != "" {
			v.Times = newTimes(v, open)
		}
	}
}

// ReadTrace reads a recording or measured times whole, and unpacks them if the
// name ends in .gz.
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
