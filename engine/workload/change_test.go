package workload

import (
	"slices"
	"testing"
	"time"

	"duet/engine"
)

// TestChangeTakesEffectInTheMiddleOfAGap: half a gap at 10/s and half a gap at
// 1/s are 0.05 and 0.5 seconds.
func TestChangeTakesEffectInTheMiddleOfAGap(t *testing.T) {
	s := scenario(engine.Load{Rate: 10, Arrivals: engine.Constant})
	st := stream(t, s)
	c := st.Cursor()
	dst := make([]engine.Item, 10)
	if n := c.Next(150*time.Millisecond, dst); n != 1 || dst[0].At != 100*time.Millisecond {
		t.Fatalf("got %d items, first %+v", n, dst[0])
	}
	changed := st.Changed()
	if from := st.Change(150*time.Millisecond, with(s, 1)); from != 150*time.Millisecond {
		t.Fatalf("the change holds from %v", from)
	}
	select {
	case <-changed:
	default:
		t.Error("nobody was woken")
	}
	if at, ok := c.Peek(); !ok || at != 650*time.Millisecond {
		t.Errorf("the next item comes at %v, %v", at, ok)
	}
	st.Change(400*time.Millisecond, with(s, 0))
	if at, ok := c.Peek(); ok {
		t.Errorf("at rate 0 an item comes at %v", at)
	}
	if n := c.Next(time.Hour, dst); n != 0 {
		t.Errorf("at rate 0 there are %d items", n)
	}
	st.Change(time.Hour, with(s, 100)) // a quarter gap is left
	if at, ok := c.Peek(); !ok || at != time.Hour+2500*time.Microsecond {
		t.Errorf("after the pause an item comes at %v, %v", at, ok)
	}
	for now, want := range map[time.Duration]float64{0: 10, 150 * time.Millisecond: 1, 500 * time.Millisecond: 0, 2 * time.Hour: 100} {
		if got := st.Rate(now); got != want {
			t.Errorf("rate %v at %v, want %v", got, now, want)
		}
	}
}

// TestChangeIsNeverBeforeAnItem: items handed out ahead of time stand.
func TestChangeIsNeverBeforeAnItem(t *testing.T) {
	s := scenario(engine.Load{Rate: 10, Arrivals: engine.Constant})
	st := stream(t, s)
	c := st.Cursor()
	take(c, 5)
	if from := st.Change(100*time.Millisecond, with(s, 1000)); from != 500*time.Millisecond {
		t.Errorf("the change holds from %v, want the time of the fifth item", from)
	}
	if at, _ := c.Peek(); at != 501*time.Millisecond {
		t.Errorf("the sixth item comes at %v", at)
	}
	if from := st.Change(0, with(s, 10)); from != 500*time.Millisecond {
		t.Errorf("an older change holds from %v", from)
	}
	if at, _ := c.Peek(); at != 600*time.Millisecond {
		t.Errorf("the sixth item now comes at %v", at)
	}
	if n := len(st.log.Load().epochs); n != 2 {
		t.Errorf("the log has %d epochs, want 2: two changes at one time are one", n)
	}
}

func TestChangeWithoutDifferenceIsNotLogged(t *testing.T) {
	s := scenario(engine.Load{Rate: 10, Arrivals: engine.Ramp, Ramp: &engine.RampShape{To: 1, Over: time.Minute}})
	st := stream(t, s)
	changed := st.Changed()
	same := *s
	same.Load.Ramp = &engine.RampShape{To: 1, Over: time.Minute}
	same.Handlers = slices.Clone(s.Handlers)
	same.Load.Timeout, same.Load.Retry.Attempts = time.Second, 3 // how clients are is no matter of the items
	if from := st.Change(time.Second, &same); from != time.Second {
		t.Errorf("it holds from %v", from)
	}
	select {
	case <-changed:
		t.Error("sleepers were woken")
	default:
	}
	if n := len(st.log.Load().epochs); n != 1 {
		t.Errorf("the log has %d epochs, want 1", n)
	}
}

// TestChangeKeepsOldDemands: an item in flight demands what it did before.
func TestChangeKeepsOldDemands(t *testing.T) {
	s := scenario(engine.Load{Rate: 10, Arrivals: engine.Constant})
	st := stream(t, s)
	c := st.Cursor()
	old := take(c, 1)[0]
	before := st.Demand(old, 0)
	slower := *s
	slower.Handlers = slices.Clone(s.Handlers)
	slower.Handlers[0].Service.Mean *= 3
	st.Change(0, &slower)
	if after := st.Demand(old, 0); after != before {
		t.Errorf("an item demanded %v, and after a change %v", before, after)
	}
	fresh := take(c, 1)[0]
	quick := fresh
	quick.Epoch = old.Epoch
	if got, want := st.Demand(fresh, 0), 3*st.Demand(quick, 0); got < want-3 || got > want+3 {
		t.Errorf("a new item demands %v, want about %v", got, want)
	}
}

// TestChangeOfArrivals: the process may change while running.
func TestChangeOfArrivals(t *testing.T) {
	s := scenario(engine.Load{Rate: 10, Arrivals: engine.Poisson})
	st := stream(t, s)
	c := st.Cursor()
	take(c, 100)
	even := *s
	even.Load.Arrivals = engine.Constant
	st.Change(0, &even)
	items := take(c, 10)
	for i, it := range items[2:] { // the first gap is partly the old one
		if gap := it.At - items[i+1].At; gap != 100*time.Millisecond {
			t.Errorf("gap %v", gap)
		}
	}
	traced := even
	traced.Load.Arrivals = engine.Trace
	traced.Load.Trace = &engine.TraceShape{}
	st.Change(time.Hour, &traced)
	if _, ok := c.Peek(); !ok || st.log.Load().latest().load.settings.Arrivals != engine.Constant {
		t.Error("arrivals did not stay as they were, though there is no trace")
	}
}
