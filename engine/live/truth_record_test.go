package live_test

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
	"duet/engine/workload"
)

// The tests of truth hold what a run says of itself against what its handlers
// wrote down on their own, by the same clock.

// handled is one handling of an item, as its handler saw it.
type handled struct {
	engine.Item
	start, end time.Duration
}

func (h handled) wait() time.Duration    { return h.start - h.At }
func (h handled) service() time.Duration { return h.end - h.start }
func (h handled) latency() time.Duration { return h.end - h.At }

// recorder is a handler that sleeps for what each item demands, and writes down
// when. It may be run by many goroutines.
type recorder struct {
	clock *clock.Lane
	// demand is how long an item takes.
	demand func(engine.Item) time.Duration

	mu   sync.Mutex
	list []handled // in the order of their ends
}

func newRecorder(c *clock.Lane, demand func(engine.Item) time.Duration) *recorder {
	return &recorder{clock: c, demand: demand}
}

func (r *recorder) handle(ctx context.Context, it engine.Item) error {
	start := r.clock.Now()
	var err error
	if d := r.demand(it); d > 0 {
		err = r.clock.NewSleeper(clock.Precise).Until(ctx, start+d)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, handled{it, start, r.clock.Now()})
	return err
}

// ended is all that was handled, in the order of completion.
func (r *recorder) ended() []handled {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

// bySeq is all that was handled, in the order of arrival.
func (r *recorder) bySeq() []handled {
	list := r.ended()
	slices.SortFunc(list, func(a, b handled) int { return cmp.Compare(a.Seq, b.Seq) })
	return list
}

// decode reads a scenario written in a test.
func decode(t testing.TB, text string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("truth.yaml", []byte("duet: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// demands is what the items of a scenario demand of its first handler.
func demands(t testing.TB, s *engine.Scenario) func(engine.Item) time.Duration {
	t.Helper()
	of := demandsOf(t, s)
	return func(it engine.Item) time.Duration { return of(it, 0) }
}

// demandsOf is the same of any handler.
func demandsOf(t testing.TB, s *engine.Scenario) func(engine.Item, int) time.Duration {
	t.Helper()
	st, err := workload.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return st.Demand
}

// items is what arrives in a scenario before a time.
func items(t testing.TB, s *engine.Scenario, until time.Duration) []engine.Item {
	t.Helper()
	st, err := workload.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return itemsOf(st, until)
}

func itemsOf(st *workload.Stream, until time.Duration) []engine.Item {
	var all []engine.Item
	c, some := st.Cursor(), make([]engine.Item, 256)
	for {
		n := c.Next(until-1, some)
		if n == 0 {
			return all
		}
		all = append(all, some[:n]...)
	}
}

// inFakeTime runs a test in a bubble, where a minute takes no time and is
// exact, with the clock for its run.
func inFakeTime(t *testing.T, f func(t *testing.T, c *clock.Lane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, clock.NewLane(clock.TimersOnly())) })
}

// start starts a run, which the test's end closes.
func start(t testing.TB, s *engine.Scenario, o live.Options) *live.Run {
	t.Helper()
	r, err := live.New(s, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// whole runs a scenario to its end, and returns what it says of itself.
func whole(t testing.TB, s *engine.Scenario, o live.Options) (*live.Run, *engine.Snapshot) {
	t.Helper()
	r := start(t, s, o)
	<-r.Done()
	return r, look(r)
}

// look takes a snapshot that outlives the next.
func look(r *live.Run) *engine.Snapshot {
	snap := new(engine.Snapshot)
	r.Snapshot(snap)
	return snap
}

// durations picks one time of each handling.
func durations(list []handled, of func(handled) time.Duration) []time.Duration {
	all := make([]time.Duration, len(list))
	for i, h := range list {
		all[i] = of(h)
	}
	return all
}

// describe is the exact summary of some durations.
func describe(all []time.Duration) engine.Summary {
	all = slices.Sorted(slices.Values(all))
	n := len(all)
	if n == 0 {
		return engine.Summary{}
	}
	at := func(q float64) time.Duration { return all[max(0, int(math.Ceil(q*float64(n)))-1)] }
	sum := 0.0
	for _, d := range all {
		sum += float64(d)
	}
	return engine.Summary{
		Count: int64(n), Mean: time.Duration(sum / float64(n)), Max: all[n-1],
		P50: at(0.5), P90: at(0.9), P95: at(0.95), P99: at(0.99), P999: at(0.999),
	}
}

// agree compares what a run says with what is exact: counts to the item,
// durations within 1 % and so much on top, or in the tail so much.
func agree(t testing.TB, what string, said, exact engine.Summary, on, tail time.Duration) {
	t.Helper()
	if said.Count != exact.Count {
		t.Errorf("%s: %d were measured, %d there were", what, said.Count, exact.Count)
		return
	}
	for _, c := range []struct {
		name            string
		said, exact, on time.Duration
	}{
		{"mean", said.Mean, exact.Mean, on},
		{"p50", said.P50, exact.P50, on},
		{"p90", said.P90, exact.P90, on},
		{"p95", said.P95, exact.P95, tail},
		{"p99", said.P99, exact.P99, tail},
		{"max", said.Max, exact.Max, tail},
	} {
		if off := (c.said - c.exact).Abs(); float64(off) > 0.01*float64(c.exact)+float64(c.on) {
			t.Errorf("%s: the %s is said to be %v, and was %v", what, c.name, c.said, c.exact)
		}
	}
}

// near says whether two numbers agree within a part of the second.
func near(got, want, part float64) bool { return math.Abs(got-want) <= part*math.Abs(want) }
