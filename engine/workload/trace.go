package workload

import (
	"bytes"
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

// trace is a recording of arrivals, and the process that replays it. It is
// immutable and shared. Item n is record (n-1) modulo their number.
type trace struct {
	offsets  []time.Duration // since the first, never decreasing
	keys     []int32         // the keys' numbers in the order of their first appearance; nil: none recorded
	services []float64       // demands in units of scale; nil: none recorded
	meanGap  float64         // of the recorded times, in nanoseconds, above 0
	scale    time.Duration
	speed    float64
	stops    bool
}

// openTrace reads and parses the trace of a load; nil if it has none.
func openTrace(l engine.Load) (*trace, error) {
	if l.Arrivals != engine.Trace {
		return nil, nil
	}
	shape := l.Trace
	if shape == nil || shape.Open == nil {
		return nil, errors.New("load.arrivals is trace, which needs load.trace with a file")
	}
	data, err := shape.Open()
	if err != nil {
		return nil, fmt.Errorf("load.trace: %w", err)
	}
	t, err := parseTrace(data, *shape)
	if err != nil {
		return nil, fmt.Errorf("trace %s, %w", shape.File, err)
	}
	return t, nil
}

// parseTrace reads a CSV file with a header. Its errors begin with the line.
func parseTrace(data []byte, shape engine.TraceShape) (*trace, error) {
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
	trace              *trace
}

// newTraceParser reads the header.
func newTraceParser(data []byte, shape engine.TraceShape) (*traceParser, error) {
	p := &traceParser{
		csv:     csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))), // some editors mark UTF-8
		line:    1,
		key:     -1,
		service: -1,
		numbers: map[string]int32{},
		trace:   &trace{scale: shape.Scale, speed: shape.Speed, stops: shape.AtEnd == engine.Stop},
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
	}{{&p.time, shape.Time}, {&p.key, shape.Key}, {&p.service, shape.Service}}
	for _, c := range columns {
		if c.name == "" && c.of != &p.time {
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
		p.trace.keys = append(p.trace.keys, number)
	}
	if p.service >= 0 {
		demand, err := strconv.ParseFloat(row[p.service], 64)
		if err != nil || !(demand >= 0) || math.IsInf(demand, 0) {
			return fmt.Errorf("found service %q, which must be a number of at least 0", row[p.service])
		}
		p.trace.services = append(p.trace.services, demand)
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
	if len(p.trace.offsets) == 0 {
		p.first, p.latest = at, at
	}
	if at.Before(p.latest) {
		return fmt.Errorf("found time %q, which is before the line above; the lines must be sorted by time", text)
	}
	p.latest = at
	p.trace.offsets = append(p.trace.offsets, at.Sub(p.first))
	return nil
}

// finish checks the whole.
func (p *traceParser) finish() (*trace, error) {
	t := p.trace
	if n := len(t.offsets); n > 1 {
		t.meanGap = float64(t.offsets[n-1]) / float64(n-1)
	}
	if t.meanGap == 0 {
		return nil, errors.New("line 2 to the end: found no two times that differ, without which there is no rate")
	}
	return t, nil
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

// rate returns the recorded mean rate times speed. A round of the trace takes
// the recorded span and one mean gap, so it is the rate of the loop as well.
func (t *trace) rate() float64 { return t.speed / t.meanGap * 1e9 }

// gap is in recorded mean gaps; the loop is closed by one such gap.
func (t *trace) gap(n int64) float64 {
	switch i := t.index(n); {
	case n == 1:
		return 0
	case i == 0:
		return 1
	default:
		return float64(t.offsets[i]-t.offsets[i-1]) / t.meanGap
	}
}

func (t *trace) last() int64 {
	if t.stops {
		return int64(len(t.offsets))
	}
	return endless
}

// key returns the key of item n.
func (t *trace) key(n int64, count int) int32 { return t.keys[t.index(n)] % int32(count) }

// demand returns the recorded demand of item n.
func (t *trace) demand(n int64) time.Duration {
	return nanoseconds(t.services[t.index(n)] * float64(t.scale))
}

// index returns the record of item n.
func (t *trace) index(n int64) int { return int((n - 1) % int64(len(t.offsets))) }
