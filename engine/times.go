package engine

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Times is a file of measured times. It is read when it is first asked for, and
// once; all copies of a scenario share it. Any goroutine may use it.
//
// The file has one time a line, such as 12.5ms; or it is a CSV file, where the
// first line names the columns and Service.Column picks one. A first line that
// is not a time is taken for a name, lines that begin with # are left out.
type Times struct {
	name, column string
	scale        time.Duration
	open         func(name string) ([]byte, error)

	once   sync.Once
	sample *Sample
	err    error
}

// Sample is measured times.
type Sample struct {
	Times []time.Duration // the shortest first; at least one, and at least one of them above 0
	Mean  float64         // in nanoseconds
	SCV   float64         // squared coefficient of variation: variance over squared mean
}

func newTimes(s *Service, open func(name string) ([]byte, error)) *Times {
	return &Times{name: s.File, column: s.Column, scale: s.Scale, open: open}
}

// Sample returns what the file holds. It is shared and must not be changed. The
// error says in one sentence what is wrong with the file, with name and line.
func (t *Times) Sample() (*Sample, error) {
	t.once.Do(func() {
		data, err := t.open(t.name)
		if err != nil {
			t.err = err
			return
		}
		times, err := t.parse(data)
		if err != nil {
			t.err = fmt.Errorf("times %s, %w", t.name, err)
			return
		}
		t.sample = newSample(times)
	})
	return t.sample, t.err
}

func newSample(times []time.Duration) *Sample {
	s := &Sample{Times: times}
	n := float64(len(times))
	for _, t := range times {
		s.Mean += float64(t) / n
	}
	for _, t := range times {
		off := float64(t)/s.Mean - 1
		s.SCV += off * off / n
	}
	return s
}

// parse reads the file's text. Its errors begin with the line.
func (t *Times) parse(data []byte) ([]time.Duration, error) {
	lines := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))) // some editors mark UTF-8
	lines.Comment, lines.TrimLeadingSpace, lines.ReuseRecord = '#', true, true
	all, err := t.read(lines)
	if syntax := (*csv.ParseError)(nil); errors.As(err, &syntax) {
		return nil, fmt.Errorf("line %d: %w", syntax.Line, syntax.Err)
	}
	if err != nil {
		line, _ := lines.FieldPos(0)
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	slices.Sort(all)
	if len(all) == 0 || all[len(all)-1] == 0 {
		return nil, errors.New("found no time above 0")
	}
	return all, nil
}

// read reads all lines. Its errors are about the last one.
func (t *Times) read(lines *csv.Reader) (all []time.Duration, err error) {
	field := -1 // of a line
	for {
		row, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		named := false
		if err == nil && field < 0 {
			field, named, err = t.header(row)
		}
		if err != nil {
			return nil, err
		}
		if named {
			continue
		}
		d, err := t.time(strings.TrimSpace(row[field]))
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
}

// header looks at the first line: which field of a line has the time, and
// whether the first only names it.
func (t *Times) header(row []string) (field int, named bool, err error) {
	switch {
	case t.column != "":
		if field = slices.Index(row, t.column); field < 0 {
			return 0, false, fmt.Errorf("has no column %s; its columns are %s", shown(t.column), strings.Join(row, ", "))
		}
		return field, true, nil
	case len(row) > 1:
		return 0, false, fmt.Errorf("has %d columns, and service.column has to name one of them: %s", len(row), strings.Join(row, ", "))
	}
	return 0, !strings.ContainsAny(row[0][:min(len(row[0]), 1)], "+-.0123456789"), nil
}

// longest is how long a measured time may be.
const longest = day * time.Second

// time reads one time: with its unit, or in units of the scale.
func (t *Times) time(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if n, bare := strconv.ParseFloat(text, 64); bare == nil {
		if t.scale == 0 {
			return 0, fmt.Errorf("found %s, which has no unit; write it as in 12.5ms, or let service.scale say what 1 is", shown(text))
		}
		d, err = -1, nil
		if n *= float64(t.scale); n >= 0 && n <= float64(longest) {
			d = time.Duration(n + 0.5)
		}
	}
	if err != nil || d < 0 || d > longest {
		return 0, fmt.Errorf("found %s, which must be a time from 0s to %s such as 12.5ms", shown(text), FormatDuration(longest))
	}
	return d, nil
}
