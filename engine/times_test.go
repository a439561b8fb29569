package engine

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// readTimes reads a file of measured times that has this text.
func readTimes(s Service, text string) (*Sample, error) {
	s.File = "took.csv"
	return newTimes(&s, func(string) ([]byte, error) { return []byte(text), nil }).Sample()
}

func TestTimesAreReadInEveryForm(t *testing.T) {
	const ms = time.Millisecond
	want := []time.Duration{0, 2 * ms, 2 * ms, 2500 * time.Microsecond}
	for _, c := range []struct {
		name string
		s    Service
		text string
	}{
		{"with units", Service{}, "2ms\n0s\n2500us\n0.002s\n"},
		{"with a scale", Service{Scale: ms}, "2\n0\n2.5\n2e0\n"},
		{"with a scale and a unit", Service{Scale: time.Second}, "2ms\n0\n.0025\n2e-3"},
		{"with a name", Service{}, "took\n2ms\n2ms\n0ms\n2.5ms\n"},
		{"with notes and gaps", Service{}, "# by night\n\n2ms\n 2ms \n\n# by day\n0ms\n2.5ms"},
		{"of a column", Service{Column: "took", Scale: ms}, "id,took,note\n1,2,\"a\nb\"\n2,2,\n3, 2.5,x\n4,0,\n"},
		{"of a column, with units", Service{Column: "took"}, "took,id\n2ms,1\n2ms,2\n2.5ms,3\n0s,4\n"},
		{"from another system", Service{}, "\xef\xbb\xbf2ms\r\n2ms\r\n0s\r\n2.5ms\r\n"},
	} {
		s, err := readTimes(c.s, c.text)
		if err != nil || !slices.Equal(s.Times, want) {
			t.Errorf("%s: %v, %v", c.name, s, err)
			continue
		}
		if mean := 1625e3; s.Mean != mean || math.Abs(s.SCV-(1625.*1625+2*375*375+875*875)/4/1625/1625) > 1e-12 {
			t.Errorf("%s: mean %v, squared coefficient of variation %v", c.name, s.Mean, s.SCV)
		}
	}
}

func TestTimesNameLineFoundAndRemedy(t *testing.T) {
	for _, c := range []struct {
		s    Service
		text string
		want string
	}{
		{Service{}, "", "found no time above 0"},
		{Service{}, "took\n", "found no time above 0"},
		{Service{}, "0ms\n0ms\n", "found no time above 0"},
		{Service{}, "2ms\n2\n", "line 2: found 2, which has no unit; write it as in 12.5ms, or let service.scale say what 1 is"},
		{Service{}, "2ms\n\nlong\n", `line 3: found "long", which must be a time from 0s to 24h such as 12.5ms`},
		{Service{}, "2ms\n-2ms\n", `line 2: found "-2ms", which must be a time from 0s to 24h such as 12.5ms`},
		{Service{}, "25h\n", `line 1: found "25h", which must be a time from 0s to 24h such as 12.5ms`},
		{Service{Scale: time.Hour}, "25\n", "line 1: found 25, which must be a time from 0s to 24h such as 12.5ms"},
		{Service{Scale: time.Hour}, "1\nNaN\n", `line 2: found "NaN", which must be a time from 0s to 24h such as 12.5ms`},
		{Service{Scale: time.Hour}, "-1\n", "line 1: found -1, which must be a time from 0s to 24h such as 12.5ms"},
		{Service{}, "id,took\n1,2ms\n", "line 1: has 2 columns, and service.column has to name one of them: id, took"},
		{Service{Column: "ms"}, "id,took\n1,2ms\n", `line 1: has no column "ms"; its columns are id, took`},
		{Service{Column: "took"}, "id,took\n1\n", "line 2: wrong number of fields"},
		{Service{}, "\"2ms\n", `line 1: extraneous or missing " in quoted-field`},
	} {
		if _, err := readTimes(c.s, c.text); err == nil || err.Error() != "times took.csv, "+c.want {
			t.Errorf("%q: %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestTimesAreReadOnceAndShared(t *testing.T) {
	s := decoded(t, "load: {rate: 1/s}\nhandlers: [{name: a, service: {dist: empirical, file: took.txt}}, {name: b}]")
	opened := 0
	s.Attach(func(name string) ([]byte, error) {
		if opened++; name != "took.txt" {
			t.Errorf("opened %s", name)
		}
		return []byte("2ms\n4ms\n"), nil
	})
	changed, err := s.With("handlers.a.service.mean", "1s")
	if err != nil {
		t.Fatal(err)
	}
	if s.Handlers[1].Service.Times != nil {
		t.Error("handler b has times")
	}
	for _, x := range []*Scenario{s, changed, s.Clone()} {
		if sample, err := x.Handlers[0].Service.Times.Sample(); err != nil || sample.Mean != 3e6 {
			t.Errorf("%v, %v", sample, err)
		}
	}
	if opened != 1 {
		t.Errorf("opened %d times", opened)
	}
	gone := errors.New("gone")
	s.Attach(func(string) ([]byte, error) { return nil, gone })
	if _, err := s.Handlers[0].Service.Times.Sample(); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}

func TestOpenAttachesTimes(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "sub", "took.txt.gz"), packed(t, []byte("2ms\n4ms\n")))
	write(t, filepath.Join(dir, "shop.yaml"), []byte("load: {rate: 1/s}\nhandlers: [{name: a, service: {dist: empirical, file: sub/took.txt.gz}}, {name: b, service: {dist: empirical, file: none.txt}}]"))
	s, err := Open(filepath.Join(dir, "shop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if sample, err := s.Handlers[0].Service.Times.Sample(); err != nil || len(sample.Times) != 2 {
		t.Errorf("%v, %v", sample, err)
	}
	if _, err := s.Handlers[1].Service.Times.Sample(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.txt") {
		t.Errorf("got %v", err)
	}
}

// FuzzTimes holds that any file is read or refused in one line.
func FuzzTimes(f *testing.F) {
	f.Add("2ms\n4ms\n", "", false)
	f.Add("id,took\n1,2.5\n", "took", true)
	f.Fuzz(func(t *testing.T, text, column string, scaled bool) {
		s := Service{Column: column}
		if scaled {
			s.Scale = time.Millisecond
		}
		sample, err := readTimes(s, text)
		if err != nil {
			return
		}
		if !slices.IsSorted(sample.Times) || sample.Times[0] < 0 || sample.Times[len(sample.Times)-1] > longest ||
			!(sample.Mean > 0 && sample.SCV >= 0 && sample.SCV <= math.MaxFloat64) {
			t.Fatalf("%+v", sample)
		}
	})
}
