package workload

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

// anyScenario draws a scenario of any arrivals, at a rate that gives some
// thousand items a second at most.
func anyScenario(t *rapid.T) *engine.Scenario {
	var l engine.Load
	switch rapid.IntRange(0, 3).Draw(t, "process") {
	case 0:
		l = patterned(t)
	case 1:
		l.Arrivals = engine.Constant
	case 2:
		l.Arrivals = engine.Bursts
		l.Bursts = &engine.BurstShape{Size: rapid.IntRange(1, 20).Draw(t, "size"), Duty: engine.Share(rapid.Float64Range(0, 1).Draw(t, "duty"))}
	case 3:
		text := "time,user,tokens\n10,ann,5\n10,bob,7\n10.5,ann,1\n12,eve,3\n"
		l = traceLoad(engine.TraceShape{Key: rapid.SampledFrom([]string{"", "user"}).Draw(t, "key"), AtEnd: rapid.SampledFrom([]string{engine.Loop, engine.Stop}).Draw(t, "at_end")}, text)
	}
	l.Rate = engine.Rate(rates(t))
	l.Keys = engine.Keys{Count: rapid.IntRange(1, 100).Draw(t, "keys"), Skew: rapid.Float64Range(0, 3).Draw(t, "skew")}
	s := scenario(l)
	s.Seed = rapid.Uint64().Draw(t, "seed")
	return s
}

// rates draws a rate, often 0.
func rates(t *rapid.T) float64 {
	return rapid.OneOf(rapid.Just(0.), rapid.Float64Range(0.1, 2000)).Draw(t, "rate")
}

// anyChange draws what a key may change.
func anyChange(t *rapid.T, s *engine.Scenario) *engine.Scenario {
	changed := *s
	switch rapid.IntRange(0, 4).Draw(t, "change") {
	case 0:
		changed.Load.Keys.Count = rapid.IntRange(1, 50).Draw(t, "keys")
	case 1:
		changed.Load.Payload = rapid.IntRange(0, 100).Draw(t, "payload")
	case 2:
		changed.Handlers = slices.Clone(s.Handlers)
		changed.Handlers[0].Service.Mean = times(0, time.Hour).Draw(t, "mean")
	default:
		changed.Load.Rate = engine.Rate(rates(t))
	}
	return &changed
}

// reader pulls through one cursor and checks what every cursor keeps.
type reader struct {
	cursor *Cursor
	items  []engine.Item
}

func (r *reader) read(t *rapid.T, now time.Duration) {
	dst := make([]engine.Item, rapid.IntRange(1, 300).Draw(t, "room"))
	for _, it := range dst[:r.cursor.Next(now, dst)] {
		var last engine.Item
		if len(r.items) > 0 {
			last = r.items[len(r.items)-1]
		}
		if it.Seq != last.Seq+1 || it.At < last.At || it.Epoch < last.Epoch || it.At > now {
			t.Fatalf("by %v item %+v comes after %+v", now, it, last)
		}
		r.items = append(r.items, it)
	}
}

// finish reads the rest up to now.
func (r *reader) finish(t *rapid.T, now time.Duration) {
	for {
		before := len(r.items)
		if r.read(t, now); len(r.items) == before {
			return
		}
	}
}

// last is the intended time of the last item read.
func (r *reader) last() time.Duration {
	if len(r.items) == 0 {
		return 0
	}
	return r.items[len(r.items)-1].At
}

// TestCursorsAgree drives several cursors of one stream, each at its own pace,
// while the load changes: in the end all have seen the same items, and so has a
// counter, and a stream that is told the same changes ahead of all items.
func TestCursorsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		st, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		readers := []*reader{{cursor: st.Cursor()}, {cursor: st.Cursor()}}
		counter := st.Cursor()
		replay, _ := New(s)
		late := &reader{cursor: replay.Cursor()}

		var end, held time.Duration
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now := times(0, 5*time.Second).Draw(t, "now")
			end = max(end, now)
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				s = anyChange(t, s)
				from := st.Change(now, s)
				if from < max(now, held, readers[0].last(), readers[1].last()) {
					t.Fatalf("a change at %v holds from %v, though items were handed out until %v and %v, and the one before holds from %v",
						now, from, readers[0].last(), readers[1].last(), held)
				}
				held = st.log.Load().latest().from
				if again := replay.Change(from, s); again != from {
					t.Fatalf("a change at %v holds from %v", from, again)
				}
			case 1:
				counter.Count(now)
			default:
				rapid.SampledFrom(readers).Draw(t, "reader").read(t, now)
			}
		}
		end += time.Second
		for _, r := range append(readers, late) {
			r.finish(t, end)
		}
		for i, r := range readers {
			if !slices.Equal(r.items, late.items) {
				t.Fatalf("reader %d saw %d items, a replay of the changes has %d; first difference at item %d",
					i, len(r.items), len(late.items), firstDifference(r.items, late.items)+1)
			}
		}
		if n := counter.Count(end); n != int64(len(late.items)) {
			t.Fatalf("counted %d items, there are %d", n, len(late.items))
		}
		for _, it := range late.items {
			if a, b := st.Demand(it, 0), replay.Demand(it, 0); a != b {
				t.Fatalf("item %+v demands %v and %v", it, a, b)
			}
		}
	})
}

func firstDifference(a, b []engine.Item) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// TestCountAgreesWithNext has counters ahead of all others, which have to go
// through the items, and behind, which go on from where others are.
func TestCountAgreesWithNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		st, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		ahead, behind, r := st.Cursor(), st.Cursor(), &reader{cursor: st.Cursor()}
		var now time.Duration
		for range 5 {
			before := now
			now += times(0, time.Second).Draw(t, "later")
			counter := ahead
			if rapid.Bool().Draw(t, "new") {
				counter = st.Cursor()
			}
			n := counter.Count(now)
			if r.finish(t, now); n != int64(len(r.items)) {
				t.Fatalf("by %v counted %d items, got %d", now, n, len(r.items))
			}
			between := times(before, now).Draw(t, "between")
			want := len(r.items) - len(slices.DeleteFunc(slices.Clone(r.items), func(it engine.Item) bool { return it.At <= between }))
			if n := behind.Count(between); n != int64(want) {
				t.Fatalf("at %v counted %d items by %v, got %d", now, n, between, want)
			}
			s = anyChange(t, s)
			now = st.Change(now, s)
		}
	})
}

// TestConcurrentCursorsAgree is for the race detector, and for the order of
// locks.
func TestConcurrentCursorsAgree(t *testing.T) {
	s := scenario(engine.Load{Rate: 100_000, Arrivals: engine.Poisson})
	st := stream(t, s)
	cursors := []*Cursor{st.Cursor(), st.Cursor(), st.Cursor()}
	counter := st.Cursor()
	seen := make([][]engine.Item, len(cursors))
	const end = time.Second
	var wg sync.WaitGroup
	for i, c := range cursors {
		wg.Go(func() {
			dst := make([]engine.Item, 10*(i+1))
			for now := time.Duration(0); now < end; now += time.Duration(i+1) * 100 * time.Microsecond {
				n := c.Next(now, dst)
				seen[i] = append(seen[i], dst[:n]...)
				c.Peek()
				for _, it := range dst[:n] {
					st.Demand(it, 0)
				}
			}
		})
	}
	wg.Go(func() {
		for now := time.Duration(0); now < end; now += 10 * time.Millisecond {
			counter.Count(now)
			st.Rate(now)
		}
	})
	wg.Go(func() {
		for i := range 100 {
			st.Change(time.Duration(i)*10*time.Millisecond, with(s, float64(i%7)*10_000))
		}
	})
	wg.Wait()
	var total int
	for i, c := range cursors {
		dst := make([]engine.Item, 1000)
		for n := c.Next(2*end, dst); n > 0; n = c.Next(2*end, dst) {
			seen[i] = append(seen[i], dst[:n]...)
		}
		if !slices.Equal(seen[i], seen[0]) {
			t.Errorf("cursors 0 and %d saw %d and %d items, first difference at %d", i, len(seen[0]), len(seen[i]), firstDifference(seen[0], seen[i]))
		}
		total += len(seen[i])
	}
	if n := counter.Count(2 * end); n*int64(len(cursors)) != int64(total) || n == 0 {
		t.Errorf("counted %d items, cursors saw %d in all", n, total)
	}
}

// TestFork: a lane whose load is unlinked goes on identically until a change,
// which the others do not see.
func TestFork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		st, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		linked, unlinked := &reader{cursor: st.Cursor()}, &reader{cursor: st.Cursor()}
		linked.read(t, times(0, time.Second).Draw(t, "linked"))
		for range rapid.IntRange(0, 5).Draw(t, "changes") {
			s = anyChange(t, s)
			st.Change(times(0, time.Second).Draw(t, "change"), s)
		}
		unlinked.read(t, times(0, 2*time.Second).Draw(t, "unlinked"))

		fork := st.Fork()
		unlinked.cursor.Rebind(fork)
		from := fork.Change(2*time.Second, with(s, rates(t)))
		own := fork.log.Load().latest()
		st.Change(3*time.Second, with(s, rates(t)))
		if fork.log.Load().latest() != own {
			t.Fatal("a change of the stream reached its fork")
		}
		linked.finish(t, 4*time.Second)
		unlinked.finish(t, 4*time.Second)
		late := func(it engine.Item) bool { return it.At > from }
		a, b := slices.DeleteFunc(linked.items, late), slices.DeleteFunc(unlinked.items, late)
		if !slices.Equal(a, b) {
			t.Fatalf("before %v the lanes saw %d and %d items, first difference at %d", from, len(a), len(b), firstDifference(a, b))
		}
		if len(st.cursors) != 1 || len(fork.cursors) != 1 {
			t.Fatalf("%d and %d cursors, want one each", len(st.cursors), len(fork.cursors))
		}
	})
}

func TestSeedsDiffer(t *testing.T) {
	s := scenario(engine.Load{Rate: 100, Arrivals: engine.Poisson})
	a, again := take(stream(t, s).Cursor(), 1000), take(stream(t, s).Cursor(), 1000)
	if !slices.Equal(a, again) {
		t.Error("one seed gave two streams")
	}
	other := *s
	other.Seed++
	b := take(stream(t, &other).Cursor(), 1000)
	for i := range a {
		if a[i].At == b[i].At {
			t.Errorf("item %d comes at %v with either seed", i+1, a[i].At)
		}
	}
}
