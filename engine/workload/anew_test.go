package workload

import (
	"fmt"
	"math"
	"testing"
	"time"

	"duet/engine"
)

// decoded reads a scenario.
func decoded(t *testing.T, text string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("test.yaml", []byte("duet: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// passed are the items of a stream up to a time.
func passed(st *Stream, until time.Duration) (all []engine.Item) {
	c := st.Cursor()
	for {
		var some [7]engine.Item
		n := c.Next(until, some[:])
		if all = append(all, some[:n]...); n < len(some) {
			return all
		}
	}
}

// TestAStreamThatBeginsInTheMiddleGoesOn holds that a stream made anew has the past
// that it is given, to the nanosecond, and goes on as its settings say.
func TestAStreamThatBeginsInTheMiddleGoesOn(t *testing.T) {
	for _, arrivals := range []string{"poisson", "constant", "bursts", "sine", "steps, steps: [{at: 90s, times: 2}]"} {
		for _, known := range []int64{0, 1, 100} {
			t.Run(fmt.Sprint(arrivals, known), func(t *testing.T) {
				s := decoded(t, "load: {rate: 100/s, arrivals: "+arrivals+"}\nhandlers: [{name: work, service: {mean: 1ms}}]")
				st, err := New(s)
				if err != nil {
					t.Fatal(err)
				}
				const now = 61*time.Second + 7
				arrived := st.Arrived(now)
				c := st.Cursor()
				p := Past{At: now, Arrived: arrived}
				for n := arrived - known + 1; n <= arrived; n++ {
					it, ok := c.Item(n)
					if !ok || it.Seq != n {
						t.Fatalf("item %d is %+v, %v", n, it, ok)
					}
					p.Times = append(p.Times, it.At)
				}
				total := 0
				for seed := range uint64(20) {
					items := passed(st.Anew(seed, p), now+20*time.Second)
					for i, it := range items {
						switch {
						case it.Seq != arrived-known+1+int64(i):
							t.Fatalf("item %d has number %d", i, it.Seq)
						case int64(i) < known && it.At != p.Times[i]:
							t.Errorf("item %d came at %v, not at %v", i, it.At, p.Times[i])
						case int64(i) >= known && it.At <= now:
							t.Errorf("item %d comes at %v", i, it.At)
						}
					}
					total += len(items) - int(known)
				}
				want := 20 * float64(st.Arrived(now+20*time.Second)-arrived)
				if chance := 4 * math.Sqrt(want); math.Abs(float64(total)-want) > 2*chance {
					t.Errorf("%d items come, not %v", total, want)
				}
			})
		}
	}
}

// TestStreamsMadeAnewDiffer holds that gaps, keys and demands are drawn anew from
// each seed, and only from that.
func TestStreamsMadeAnewDiffer(t *testing.T) {
	s := decoded(t, "load: {rate: 100/s, keys: {count: 1000}}\nhandlers: [{name: work, service: {dist: lognormal, mean: 1ms}}]")
	st, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	drawn := func(seed uint64) (gaps, keys, demands string) {
		a := st.Anew(seed, Past{At: time.Second})
		for _, it := range passed(a, 2*time.Second) {
			gaps, keys, demands = gaps+fmt.Sprint(it.At), keys+fmt.Sprint(it.Key, a.Key(it.Seq)), demands+fmt.Sprint(a.Demand(it, 0))
		}
		return gaps, keys, demands
	}
	g1, k1, d1 := drawn(1)
	g2, k2, d2 := drawn(2)
	g3, k3, d3 := drawn(1)
	if g1 == g2 || k1 == k2 || d1 == d2 {
		t.Error("of two seeds something is the same")
	}
	if g1 != g3 || k1 != k3 || d1 != d3 {
		t.Error("of one seed something differs")
	}
}

// TestALoopedTraceGoesOnFromAnywhere holds that streams made anew do not all know
// what a trace has in store, and that one which ends still ends.
func TestALoopedTraceGoesOnFromAnywhere(t *testing.T) {
	for _, atEnd := range []string{"loop", "stop"} {
		s := decoded(t, "load: {arrivals: trace, trace: {file: x.csv, at_end: "+atEnd+"}}\nhandlers: [{name: work, service: {mean: 1ms}}]")
		s.Load.Trace.Open = func() ([]byte, error) { return []byte("time\n0\n1\n1.5\n5\n5.1\n9\n"), nil }
		st, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for seed := range uint64(20) {
			var times string
			for _, it := range passed(st.Anew(seed, Past{At: 5100 * time.Millisecond, Arrived: 5}), 60*time.Second) {
				times += fmt.Sprint(it.At.Round(time.Second), " ")
			}
			seen[times] = true
		}
		if atEnd == "loop" && len(seen) < 4 || atEnd == "stop" && len(seen) > 6 {
			t.Errorf("at_end %s: %v", atEnd, seen)
		}
	}
}

// TestRoughQuantilesAreNearlyExact holds the means of what is drawn by a table.
func TestRoughQuantilesAreNearlyExact(t *testing.T) {
	for _, dist := range []string{"lognormal, cv: 2", "gamma, cv: 2", "pareto, shape: 2.5"} {
		s := decoded(t, "load: {rate: 1/s}\nhandlers: [{name: work, service: {mean: 1ms, dist: "+dist+"}}]")
		st, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		law := &st.log.Load().latest().services.laws[0]
		r := newRough(law.of.Quantile)
		var exact, rough float64
		const n = 20_000
		for i := range n {
			u := (float64(i) + 0.5) / n
			exact += law.of.Quantile(u)
			rough += r.quantile(u)
			if x, y := law.of.Quantile(u), r.quantile(u); math.Abs(x-y) > 0.01*x+1e-4 {
				t.Errorf("%s at %v: %v, not %v", dist, u, y, x)
			}
		}
		if math.Abs(rough/exact-1) > 1e-4 {
			t.Errorf("%s: the mean is %v times what it should be", dist, rough/exact)
		}
	}
}

// TestTheFirstGapIsThatOfTheBeginning holds that cursors made after a change at once
// give the same items as those made before.
func TestTheFirstGapIsThatOfTheBeginning(t *testing.T) {
	st, err := New(decoded(t, "load: {rate: 10/s, arrivals: constant}\nhandlers: [{name: work, service: {mean: 1ms}}]"))
	if err != nil {
		t.Fatal(err)
	}
	early := st.Cursor()
	st.Change(0, decoded(t, "load: {rate: 10/s}\nhandlers: [{name: work, service: {mean: 1ms}}]"))
	late := st.Cursor()
	for n := range int64(100) {
		x, _ := early.Item(n + 1)
		y, _ := late.Item(n + 1)
		if x != y {
			t.Fatalf("%+v and %+v", x, y)
		}
	}
}
