package live_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
	"duet/engine/workload"
)

// TestPacingIsExact counts what real pacers let go in some seconds.
func TestPacingIsExact(t *testing.T) {
	t.Parallel()
	insist(t, paceExactly)
}

func paceExactly(t testing.TB) {
	s := decode(t, `
duration: 3s
load: {rate: 10000/s, arrivals: constant}
handlers: [{name: a, service: {mean: 0s}}, {name: b, service: {mean: 0s}}]
lanes:
  - {model: message, handlers: [a], workers: 1, queue: {capacity: 10000}}
  - {model: event, handlers: [b]}
`)
	c := clock.NewLane()
	recorders := [...]*recorder{newRecorder(c, nothing), newRecorder(c, nothing)}
	_, snap := whole(t, s, live.Options{Clock: c, Handlers: map[string]live.Func{
		"a": recorders[0].handle, "b": recorders[1].handle,
	}})
	offered := items(t, s, s.Duration)
	for i, r := range recorders {
		lane, list := &snap.Lanes[i], r.bySeq()
		same(t, lane.Name, list, offered)
		// The rate is that between the middles of the first and of the second half,
		// each as late as half of its items are, so that a few late ones do not
		// matter: a pacer that is too slow makes all of them later and later.
		half := len(list) / 2
		first, second := list[:half], list[half:2*half]
		span := second[half/2].At - first[half/2].At + describe(durations(second, handled.wait)).P50 - describe(durations(first, handled.wait)).P50
		rate := float64(half) / span.Seconds()
		t.Logf("%s: %.3f/s; released %v late at most, p50 %v, p99 %v",
			lane.Name, rate, lane.Whole.Lateness.Max, lane.Whole.Lateness.P50, lane.Whole.Lateness.P99)
		if !near(rate, 10000, 0.001) {
			t.Errorf("%s: 10,000/s were paced at %v/s", lane.Name, rate)
		}
	}
	if snap.Offered < 29_970 || snap.Offered > 30_030 {
		t.Errorf("%d were offered in 3 s at 10,000/s", snap.Offered)
	}
}

func nothing(engine.Item) time.Duration { return 0 }

// same holds that a lane handled exactly what was offered.
func same(t testing.TB, lane string, list []handled, offered []engine.Item) {
	t.Helper()
	if len(list) != len(offered) {
		t.Errorf("%s handled %d items of %d", lane, len(list), len(offered))
		return
	}
	for i, h := range list {
		if h.Item != offered[i] {
			t.Errorf("%s: item %+v should be %+v", lane, h.Item, offered[i])
			return
		}
	}
}

// TestEveryRateIsKept holds that by schedule as many arrive as the rate says,
// and that each of them comes, in every lane.
func TestEveryRateIsKept(t *testing.T) {
	for _, c := range []struct {
		rate int
		take time.Duration
	}{
		{1, 100 * time.Second},
		{100, 10 * time.Second},
		{100_000, 300 * time.Millisecond},
		{1_000_000, 30 * time.Millisecond},
	} {
		inFakeTime(t, func(t *testing.T, lanes *clock.Lane) {
			s := decode(t, fmt.Sprintf(`
duration: %v
load: {rate: %d/s, arrivals: constant}
handlers: [{name: work, service: {mean: 0s}}]
lanes: [{model: message, queue: {capacity: 1000}}, {model: event}]
`, c.take, c.rate))
			_, snap := whole(t, s, live.Options{Clock: lanes})
			// Item n is there at n/rate; at the end of the run nothing arrives any more.
			want := int64(c.take.Seconds()*float64(c.rate)+0.5) - 1
			for _, l := range snap.Lanes {
				if l.Ledger.Offered != want || l.Ledger.Done != want {
					t.Errorf("%d/s for %v in lane %s: %d offered and %d done, not %d",
						c.rate, c.take, l.Name, l.Ledger.Offered, l.Ledger.Done, want)
				}
				if l.Whole.Latency.Max != 0 {
					t.Errorf("%d/s in lane %s: in exact time, without work, the latency is %v", c.rate, l.Name, l.Whole.Latency.Max)
				}
			}
		})
	}
}

// TestARateChangesAtItsStamp holds that a change of the rate takes effect
// exactly when its mark says: who is given the log of changes as stamped draws
// the same items, in every lane, also in one that lags.
func TestARateChangesAtItsStamp(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		var seen [3][]engine.Item
		record := func(lane int) live.Func {
			return func(ctx context.Context, it engine.Item) error {
				seen[lane] = append(seen[lane], it)
				return c.SleepUntil(ctx, c.Now()+time.Duration(1+7*min(lane, 1))*time.Millisecond)
			}
		}
		s := decode(t, `
duration: 10s
drain: 20s
load: {rate: 100/s}
handlers: [{name: quick}, {name: slow}, {name: stuck}]
lanes:
  - {model: message, handlers: [quick], workers: 1}
  - {model: event, handlers: [slow]}
  - {model: message, name: blocked, handlers: [stuck], workers: 1, queue: {capacity: 1}}
timeline:
  - {at: 7s, set: {load.rate: 50/s, load.keys.count: 3}}
`)
		r := start(t, s, live.Options{Clock: c, Handlers: map[string]live.Func{
			"quick": record(0), "slow": record(1), "stuck": record(2),
		}})
		settings := s
		for _, rate := range []string{"300/s", "0/s", "211/s"} {
			time.Sleep(1537*time.Millisecond + 7*time.Microsecond)
			if err := r.Apply(engine.Change{By: "key", Path: "load.rate", Value: rate}); err != nil {
				t.Fatal(err)
			}
		}
		<-r.Done()
		synctest.Wait()

		st, err := workload.New(s)
		if err != nil {
			t.Fatal(err)
		}
		marks := r.Marks(nil, 0)
		if len(marks) != 5 {
			t.Fatalf("%d changes are marked: %+v", len(marks), marks)
		}
		for _, m := range marks {
			if settings, err = settings.With(m.Path, m.Value); err != nil {
				t.Fatal(err)
			}
			if at := st.Change(m.At, settings); at != m.At {
				t.Errorf("the change marked at %v takes effect at %v", m.At, at)
			}
		}
		want := itemsOf(st, s.Duration)
		for i := range seen {
			list := make([]handled, len(seen[i]))
			for k, it := range seen[i] {
				list[k] = handled{Item: it}
			}
			same(t, look(r).Lanes[i].Name, list, want)
		}
		if late := look(r).Lanes[1].Whole.Latency.Max; late < time.Second {
			t.Errorf("no lane lagged: %v", late)
		}
	})
}

// TestARateChangesAtItsStampInRealTime is the same while producers run.
func TestARateChangesAtItsStampInRealTime(t *testing.T) {
	s := decode(t, `
duration: 300ms
load: {rate: 50000/s}
handlers: [{name: a}, {name: b}]
lanes: [{model: message, handlers: [a], queue: {capacity: 100000}}, {model: event, handlers: [b]}]
`)
	c := clock.NewLane()
	recorders := [...]*recorder{newRecorder(c, nothing), newRecorder(c, nothing)}
	r := start(t, s, live.Options{Clock: c, Handlers: map[string]live.Func{"a": recorders[0].handle, "b": recorders[1].handle}})
	for i := range 10 {
		time.Sleep(20 * time.Millisecond)
		rate := fmt.Sprintf("%d/s", 10_000*(1+i*7%10))
		if err := r.Apply(engine.Change{Path: "load.rate", Value: rate}); err != nil {
			t.Fatal(err)
		}
	}
	<-r.Done()
	st, err := workload.New(s)
	if err != nil {
		t.Fatal(err)
	}
	settings := s
	for _, m := range r.Marks(nil, 0) {
		if settings, err = settings.With(m.Path, m.Value); err != nil {
			t.Fatal(err)
		}
		st.Change(m.At, settings)
	}
	want := itemsOf(st, s.Duration)
	for i, rec := range recorders {
		same(t, s.Lanes[i].Name, rec.bySeq(), want)
	}
}
