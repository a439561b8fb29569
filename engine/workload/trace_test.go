package workload

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"duet/engine"
)

// traceLoad returns a load that replays a text. What shape leaves out has its
// default.
func traceLoad(shape engine.TraceShape, text string) engine.Load {
	shape.File = "arrivals.csv"
	if shape.Speed == 0 {
		shape.Speed = 1
	}
	if shape.Scale == 0 {
		shape.Scale = time.Millisecond
	}
	shape.Open = func() ([]byte, error) { return []byte(text), nil }
	return engine.Load{Arrivals: engine.Trace, Trace: &shape}
}

// ats returns the intended times of the items.
func ats(items []engine.Item) []time.Duration {
	var all []time.Duration
	for _, it := range items {
		all = append(all, it.At)
	}
	return all
}

func TestTraceTimes(t *testing.T) {
	const ms = time.Millisecond
	want := []time.Duration{1, 500 * ms, 500 * ms, 2000 * ms}
	for name, text := range map[string]string{
		"seconds":            "time\n7\n7.5\n7.500\n9\n",
		"since 1970":         "time\n1700000000.25\n1700000000.75\n1700000000.75\n1700000002.25\n",
		"before 1970":        "time\n-1\n-0.5\n-.5\n1\n",
		"RFC 3339":           "time\n2023-11-16T18:17:03Z\n2023-11-16T18:17:03.5Z\n2023-11-16T19:17:03.500+01:00\n2023-11-16T18:17:05Z\n",
		"date and time":      "time\n2023-11-16 18:17:03.9799600\n2023-11-16 18:17:04.47996\n2023-11-16 18:17:04.47996\n2023-11-16 18:17:05.9799600\n",
		"other columns":      "id,time,note\n1,7,\"a\nb\"\n2,7.5,\n3, 7.5,x\n4,9,\n",
		"Windows line ends":  "time\r\n7\r\n7.5\r\n7.5\r\n9\r\n",
		"with byte order":    "\xef\xbb\xbftime\n7\n7.5\n7.5\n9\n",
		"without a last end": "time\n7\n7.5\n7.5\n9",
	} {
		st := stream(t, scenario(traceLoad(engine.TraceShape{AtEnd: engine.Stop}, text)))
		c := st.Cursor()
		if got := ats(take(c, 10)); !slices.Equal(got, want) {
			t.Errorf("%s: items at %v, want %v", name, got, want)
		}
		if at, ok := c.Peek(); ok {
			t.Errorf("%s: after the end an item comes at %v", name, at)
		}
		if got := st.Rate(0); got != 1.5 {
			t.Errorf("%s: rate %v, want 1.5", name, got)
		}
	}
}

// TestTraceLoops: a round takes the recorded span and one mean gap.
func TestTraceLoops(t *testing.T) {
	l := traceLoad(engine.TraceShape{Speed: 2, AtEnd: engine.Loop}, "time\n0\n1\n1\n6\n")
	const s = time.Second
	want := []time.Duration{1, s / 2, s / 2, 3 * s, 4 * s, 4*s + s/2, 4*s + s/2, 7 * s, 8 * s}
	if got := ats(take(stream(t, scenario(l)).Cursor(), len(want))); !slices.Equal(got, want) {
		t.Errorf("items at %v, want %v", got, want)
	}
	c := stream(t, scenario(l)).Cursor()
	if n := c.Count(1000*time.Hour - 1); n != 3_600_000 {
		t.Errorf("%d items in 1000 hours, want a million rounds less a hundred thousand: 3600000", n)
	}
}

// TestTraceRate scales the whole relative to the recorded mean.
func TestTraceRate(t *testing.T) {
	l := traceLoad(engine.TraceShape{AtEnd: engine.Loop}, "time\n0\n1\n2\n6\n") // 0.5/s
	s := scenario(l)
	s.Load.Rate = 5
	if got, want := ats(take(stream(t, s).Cursor(), 4)), []time.Duration{1, 100 * time.Millisecond, 200 * time.Millisecond, 600 * time.Millisecond}; !slices.Equal(got, want) {
		t.Errorf("at ten times the rate items at %v, want %v", got, want)
	}

	s = scenario(l)
	st := stream(t, s)
	c := st.Cursor()
	take(c, 2) // until 1s
	slow := *s
	slow.Handlers = slices.Clone(s.Handlers)
	slow.Handlers[0].Service.Mean *= 2
	st.Change(1500*time.Millisecond, &slow)
	if at, _ := c.Peek(); at != 2*time.Second {
		t.Errorf("a change of something else moves the next item to %v", at)
	}
	fast := slow
	shape := *slow.Load.Trace
	shape.Speed = 5
	fast.Load.Trace = &shape
	st.Change(1500*time.Millisecond, &fast)
	if at, _ := c.Peek(); at != 1600*time.Millisecond {
		t.Errorf("five times as fast the next item comes at %v", at)
	}
	st.Change(1500*time.Millisecond, with(&fast, 1))
	if at, _ := c.Peek(); at != 1750*time.Millisecond {
		t.Errorf("at 1/s the next item comes at %v", at)
	}
	st.Change(1600*time.Millisecond, with(&fast, 0))
	if at, ok := c.Peek(); ok {
		t.Errorf("at 0/s the next item comes at %v", at)
	}
}

func TestTraceKeysAndDemands(t *testing.T) {
	l := traceLoad(engine.TraceShape{Key: "user", Service: "tokens", Scale: 2 * time.Millisecond, AtEnd: engine.Loop},
		"time,user,tokens\n0,ann,10\n1,bob,0\n2,ann,1.5\n3,eve,1e300\n4,dan,7\n")
	l.Keys.Count = 3
	s := scenario(l)
	s.Handlers = append(s.Handlers, engine.Handler{Name: "replay", Service: engine.Service{Dist: engine.DistTrace}})
	st := stream(t, s)
	items := take(st.Cursor(), 10)
	keys := []int32{0, 1, 0, 2, 0, 0, 1, 0, 2, 0} // dan is the fourth of three
	demands := []time.Duration{20 * time.Millisecond, 0, 3 * time.Millisecond, never, 14 * time.Millisecond}
	for i, it := range items {
		if it.Key != keys[i] {
			t.Errorf("item %d has key %d, want %d", it.Seq, it.Key, keys[i])
		}
		if got, want := st.Demand(it, 1), demands[i%5]; got != want {
			t.Errorf("item %d demands %v, want %v", it.Seq, got, want)
		}
	}
	longer := *s
	shape := *s.Load.Trace
	shape.Scale *= 10
	longer.Load.Trace = &shape
	st.Change(time.Hour, &longer)
	it := engine.Item{Seq: 1, Epoch: 1}
	if got := st.Demand(it, 1); got != 200*time.Millisecond {
		t.Errorf("with ten times the scale item 1 demands %v", got)
	}
}

// TestTraceRoundTrip writes times and reads them back.
func TestTraceRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		offsets := rapid.SliceOfN(times(0, 24*time.Hour), 2, 50).Draw(t, "offsets")
		slices.Sort(offsets)
		first := offsets[0]
		if offsets[len(offsets)-1] == first {
			t.Skip("no two differ")
		}
		start := time.Date(2023, 11, 16, 18, 17, 3, 0, time.UTC)
		layout := rapid.SampledFrom([]string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999"}).Draw(t, "layout")
		text := "time\n"
		for _, o := range offsets {
			text += start.Add(o).Format(layout) + "\n"
		}
		st, err := New(scenario(traceLoad(engine.TraceShape{AtEnd: engine.Stop}, text)))
		if err != nil {
			t.Fatal(err)
		}
		for i, it := range take(st.Cursor(), len(offsets)+1) {
			want := max(1, offsets[i]-first)
			if off := it.At - want; off < -1 || off > 1 {
				t.Fatalf("item %d comes at %v, recorded at %v", it.Seq, it.At, want)
			}
		}
	})
}

// TestTraceKeepsMoments: looped at another speed, the gaps have the recorded
// mean and variance.
func TestTraceKeepsMoments(t *testing.T) {
	const text = "time\n0\n0.1\n0.1\n0.4\n3\n3.2\n3.3\n10\n"
	recorded := []float64{0.1, 0, 0.3, 2.6, 0.2, 0.1, 6.7, 10. / 7} // the last closes the loop
	l := traceLoad(engine.TraceShape{Speed: 4, AtEnd: engine.Loop}, text)
	g := gaps(take(stream(t, scenario(l)).Cursor(), 8*1000+1))[1:]
	wantMean, wantVariance := stat.PopMeanVariance(recorded, nil)
	mean, variance := stat.PopMeanVariance(g, nil)
	if math.Abs(mean*4-wantMean) > 1e-8 || math.Abs(variance*16-wantVariance) > 1e-7 {
		t.Errorf("mean %v and variance %v, want %v and %v", mean*4, variance*16, wantMean, wantVariance)
	}
}

func TestTraceErrors(t *testing.T) {
	shape := engine.TraceShape{Key: "user", Service: "tokens"}
	const header = "time,user,tokens\n"
	for name, test := range map[string]struct{ text, want string }{
		"nothing":        {"", "trace arrivals.csv, line 1: found nothing; it must begin with a header such as time,key,service"},
		"only ends":      {"\n\n", "trace arrivals.csv, line 1: found nothing; it must begin with a header such as time,key,service"},
		"no time column": {"when,user,tokens\n1,a,1\n", `line 1: has no column "time"; its columns are when, user, tokens`},
		"no key column":  {"time,tokens\n1,1\n", `line 1: has no column "user"; its columns are time, tokens`},
		"no service":     {"time,user\n1,1\n", `line 1: has no column "tokens"; its columns are time, user`},
		"no items":       {header, "line 1: found no two times that differ by the end, without which there is no rate"},
		"one item":       {header + "1,a,1\n", "line 2: found no two times that differ"},
		"equal times":    {header + "1,a,1\n1,b,1\n", "line 3: found no two times that differ"},
		"bad time":       {header + "noon,a,1\n", `line 2: found time "noon", which must be seconds such as 12.5, or a time such as 2006-01-02T15:04:05Z or 2006-01-02 15:04:05.999`},
		"another format": {header + "1,a,1\n\n2023-11-16T18:17:03Z,a,1\n", `line 4: found time "2023-11-16T18:17:03Z", which must be seconds as in the first line`},
		"no unit please": {header + "1,a,1\n1h2,a,1\n", `line 3: found time "1h2", which must be seconds`},
		"backwards":      {header + "2,a,1\n1.5,a,1\n", `line 3: found time "1.5", which is before the line above; the lines must be sorted by time`},
		"bad service":    {header + "1,a,much\n", `line 2: found service "much", which must be a number of at least 0`},
		"negative":       {header + "1,a,-1\n", `line 2: found service "-1", which must be a number of at least 0`},
		"infinite":       {header + "1,a,inf\n", `line 2: found service "inf", which must be a number of at least 0`},
		"not a number":   {header + "1,a,NaN\n", `line 2: found service "NaN", which must be a number of at least 0`},
		"short line":     {header + "1,a,1\n2,a\n", "line 3: wrong number of fields"},
		"open quote":     {header + "1,\"a,1\n", "line 2: extraneous or missing \" in quoted-field"},
	} {
		_, err := New(scenario(traceLoad(shape, test.text)))
		var input *engine.InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q, an error of input", name, err, test.want)
		}
	}
	l := traceLoad(shape, "")
	l.Trace.Open = func() ([]byte, error) { return nil, errors.New("open arrivals.csv: no such file") }
	if _, err := New(scenario(l)); err == nil || err.Error() != "load.trace.file: open arrivals.csv: no such file" {
		t.Errorf("got %v", err)
	}
	if _, err := New(scenario(engine.Load{Arrivals: engine.Trace})); err == nil || !strings.Contains(err.Error(), "needs load.trace") {
		t.Errorf("got %v", err)
	}
}

// FuzzTrace: whatever a file holds, it is refused with its line, or replayed in
// order.
func FuzzTrace(f *testing.F) {
	for _, text := range []string{
		"time,user,tokens\n1,a,1\n2,b,2\n",
		"time,user,tokens\n2023-11-16 18:17:03.97,a,1\n2023-11-16 18:17:04,b,1e9\n",
		"time,user,tokens\n0001-01-01T00:00:00Z,a,1\n9999-12-31T23:59:59Z,b,1\n",
		"time,user,tokens\n-9223372036,a,0\n9223372036,a,0\n",
		"tokens,time,user\n\"1\",\"0.000000001\",\"\n\"\n1,0.000000002,\n",
	} {
		f.Add([]byte(text))
	}
	shape := engine.TraceShape{Key: "user", Service: "tokens", AtEnd: engine.Loop}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := scenario(traceLoad(shape, string(data)))
		s.Handlers[0].Service.Dist = engine.DistTrace
		st, err := New(s)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "trace arrivals.csv, line ") {
				t.Fatalf("an error without a line: %v", err)
			}
			return
		}
		last := engine.Item{At: 1}
		for _, it := range take(st.Cursor(), 100) {
			if it.Seq != last.Seq+1 || it.At < last.At || it.Key < 0 || it.Key >= 16 || st.Demand(it, 0) < 0 {
				t.Fatalf("item %+v, demanding %v, comes after %+v", it, st.Demand(it, 0), last)
			}
			last = it
		}
	})
}
