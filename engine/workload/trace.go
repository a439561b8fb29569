package workload

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"duet/engine"
)

// recording is what a trace holds. It is immutable and shared.
type recording struct {
	offsets  []time.Duration // since the first, never decreasing
	keys     []int32         // the keys' numbers in the order of their first appearance; nil: none recorded
	services []float64       // demands, in units of load.trace.scale; nil: none recorded
	meanGap  float64         // of the arrivals, in nanoseconds, above 0
	shift    int64           // how many records before that of item 1 are left out in the first round
}

// rate returns the mean rate a second.
func (r *recording) rate() float64 { return 1e9 / r.meanGap }

// index returns the record of item n.
func (r *recording) index(n int64) int { return int((n - 1 + r.shift) % int64(len(r.offsets))) }

// readTrace reads and parses the trace of a load; nil if it has none.
func readTrace(l engine.Load) (*recording, error) {
	if l.Arrivals != engine.Trace {
		return nil, nil
	}
	if l.Trace == nil || l.Trace.Open == nil {
		return nil, errors.New("load.arrivals is trace, which needs load.trace with a file")
	}
	data, err := l.Trace.Open()
	if err != nil {
		return nil, fmt.Errorf("load.trace.file: %w", err)
	}
	r, err := parseTrace(data, *l.Trace)
	if err != nil {
		return nil, fmt.Errorf("trace %s, %w", l.Trace.File, err)
	}
	return r, nil
}

// parseTrace reads a CSV file with a header. Its errors begin with the line.
func parseTrace(data []byte, shape engine.TraceShape) (*recording, error) {
	p, err := newTraceParser(data, shape)
	if err != nil {
		return nil, err
	}
	for {
		row, err := p.read()
		if errors.Is(err, io.EOF) {
			return p.finish()
		}
		if err == nil {
			err = p.record(row)
		}
		if err != nil {
			return nil, p.at(err)
		}
	}
}

// traceParser is the state between the lines of a trace.
type traceParser struct {
	csv                *csv.Reader
	line               int // of the last record
	time, key, service int // columns; -1: none
	format             *timeFormat
	first, latest      time.Time
	numbers            map[string]int32 // of the keys
	recording          *recording
}

// newTraceParser reads the header.
func newTraceParser(data []byte, shape engine.TraceShape) (*traceParser, error) {
	p := &traceParser{
		csv:       csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))), // some editors mark UTF-8
		line:      1,
		key:       -1,
		service:   -1,
		numbers:   map[string]int32{},
		recording: &recording{},
	}
	p.csv.ReuseRecord = true
	p.csv.TrimLeadingSpace = true
	header, err := p.read()
	if errors.Is(err, io.EOF) {
		err = errors.New("found nothing; it must begin with a header such as time,key,service")
	}
	if err != nil {
		return nil, p.at(err)
	}
	columns := []struct {
		of   *int
		name string
	}{{&p.time, cmp.Or(shape.Time, "time")}, {&p.key, shape.Key}, {&p.service, shape.Service}}
	for _, c := range columns {
		if c.name == "" {
			continue
		}
		if *c.of = slices.Index(header, c.name); *c.of < 0 {
			return nil, p.at(fmt.Errorf("has no column %q; its columns are %s", c.name, strings.Join(header, ", ")))
		}
	}
	return p, nil
}

// read returns the fields of the next record.
func (p *traceParser) read() ([]string, error) {
	row, err := p.csv.Read()
	if err == nil {
		p.line, _ = p.csv.FieldPos(0)
	}
	return row, err
}

// at puts the line in front of an error.
func (p *traceParser) at(err error) error {
	if syntax := (*csv.ParseError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("line %d: %w", syntax.Line, syntax.Err)
	}
	return fmt.Errorf("line %d: %w", p.line, err)
}

// record takes one line.
func (p *traceParser) record(row []string) error {
	if err := p.arrival(row[p.time]); err != nil {
		return err
	}
	if p.key >= 0 {
		number, known := p.numbers[row[p.key]]
		if !known {
			number = int32(len(p.numbers))
			p.numbers[strings.Clone(row[p.key])] = number
		}
		p.recording.keys = append(p.recording.keys, number)
	}
	if p.service >= 0 {
		demand, err := strconv.ParseFloat(row[p.service], 64)
		if err != nil || !(demand >= 0) || math.IsInf(demand, 0) {
			return fmt.Errorf("found service %q, which must be a number of at least 0", row[p.service])
		}
		p.recording.services = append(p.recording.services, demand)
	}
	return nil
}

// arrival takes the time of one line. All are written like the first.
func (p *traceParser) arrival(text string) error {
	if p.format == nil {
		i := slices.IndexFunc(timeFormats, func(f timeFormat) bool {
			_, err := f.parse(text)
			return err == nil
		})
		if i < 0 {
			return fmt.Errorf("found time %q, which must be seconds such as 12.5, or a time such as 2006-01-02T15:04:05Z or 2006-01-02 15:04:05.999", text)
		}
		p.format = &timeFormats[i]
	}
	at, err := p.format.parse(text)
	if err != nil {
		return fmt.Errorf("found time %q, which must be %s as in the first line", text, p.format.name)
	}
	if len(p.recording.offsets) == 0 {
		p.first, p.latest = at, at
	}
	if at.Before(p.latest) {
		return fmt.Errorf("found time %q, which is before the line above; the lines must be sorted by time", text)
	}
	p.latest = at
	p.recording.offsets = append(p.recording.offsets, at.Sub(p.first))
	return nil
}

// finish checks the whole.
func (p *traceParser) finish() (*recording, error) {
	r := p.recording
	if n := len(r.offsets); n > 1 {
		r.meanGap = float64(r.offsets[n-1]) / float64(n-1)
	}
	if r.meanGap == 0 {
		return nil, fmt.Errorf("line %d: found no two times that differ by the end, without which there is no rate", p.line)
	}
	return r, nil
}

// timeFormat is one way to write a time.
type timeFormat struct {
	name  string
	parse func(string) (time.Time, error)
}

// timeFormats are all ways to write a time. Parsing accepts a fraction of the
// seconds in each.
var timeFormats = []timeFormat{
	{"seconds", parseSeconds},
	{"like 2006-01-02T15:04:05Z", func(s string) (time.Time, error) { return time.Parse(time.RFC3339, s) }},
	{"like 2006-01-02 15:04:05.999", func(s string) (time.Time, error) { return time.Parse(time.DateTime, s) }},
}

// parseSeconds reads a decimal number to the nanosecond, which a float could
// not hold for seconds since 1970.
func parseSeconds(s string) (time.Time, error) {
	if strings.ContainsFunc(s, unicode.IsLetter) {
		return time.Time{}, errors.New("not a number")
	}
	d, err := time.ParseDuration(s + "s")
	return time.Unix(0, 0).Add(d), err
}
