package tui

import (
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"duet/engine"
)

// uneven is a snapshot in which each lane pays for something else.
func uneven(t testing.TB) *engine.Snapshot {
	snap := atWork(saleScenario(t))
	message, event := &snap.Lanes[0], &snap.Lanes[1]
	event.Recent.Publish, event.OldestWaiting = summary(21*ms), 2*time.Second
	event.Whole.Publish = summary(7 * ms)
	message.Recent.Latency, event.Recent.Latency = summary(52*ms), summary(51*ms)
	message.Goroutines = engine.Gauge{Now: 107, Max: 107}
	return snap
}

func TestOverlaysCompare(t *testing.T) {
	overlaid(t, "compare", uneven, func(*model) overlay { return &comparison{} })
	overlaid(t, "compare four", func(t testing.TB) *engine.Snapshot {
		snap := scenes["four"](t)
		snap.Unlinked = true
		return snap
	}, func(*model) overlay { return &comparison{whole: true} })
}

// rowWith is the row of an overlay that begins with a text.
func (b *bench) rowWith(begins string) string {
	for line := range strings.SplitSeq(b.m.grid.String(), "\n") {
		if _, after, ok := strings.Cut(line, "│ "+begins); ok {
			text, _, _ := strings.Cut(after, "│")
			return begins + text
		}
	}
	return ""
}

func TestCompareSaysWhoPays(t *testing.T) {
	b := open(t, saleScenario(t))
	b.run().snap = uneven(t)
	b.press("t")
	for begins, ends := range map[string]string{
		"caller  ": "event x100k", "item  ": "even", "memory": "message x", "freshness": "event x3.1",
	} {
		line := b.rowWith(begins)
		if !strings.Contains(line, ends) {
			t.Errorf("%q does not say %q", line, ends)
		}
	}
}

func TestCompareKeys(t *testing.T) {
	b := open(t, saleScenario(t))
	b.run().snap = uneven(t)
	b.press("t")
	b.wantScreen("last 10 s", "publish mean")
	b.press("right")
	b.wantScreen("whole run")
	b.press("left")
	b.wantScreen("last 10 s")
	b.press("end")
	b.wantScreen("pacer late, p99")
	b.wantNoScreen("publish mean")
	b.press("home", "down")
	b.wantScreen("publish mean")
	b.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	b.frame()
	b.wantNoScreen("publish mean")
	b.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	b.press("pgdown", "pgup", "up")
	b.wantScreen("publish mean")
	b.press("+") // what it has no use for does what it does
	b.wantSetting("load.rate", "130/s")
	if b.m.overlay == nil {
		t.Error("a key that changes the load closes the table")
	}
	b.press("u", "+")
	b.wantScreen("different load")
	b.press("t")
	if b.m.overlay != nil {
		t.Error("t does not close the table")
	}
	b.press("t", "esc")
	if b.m.overlay != nil {
		t.Error("esc does not close the table")
	}
}

func TestWeigh(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		values []float64
		better better
		worst  int
		times  float64
	}{
		{[]float64{1, 3}, less, 1, 3},
		{[]float64{1, 3}, more, 0, 3},
		{[]float64{1, 3}, neither, -1, 3},
		{[]float64{100, 104}, less, -1, 1.04},
		{[]float64{0, 3}, less, 1, inf},
		{[]float64{0, 3}, more, 0, inf},
		{[]float64{0, 0}, less, -1, 1},
		{[]float64{nan, 3}, less, -1, 0},
		{[]float64{4, nan, 2, 8}, less, 3, 4},
		{[]float64{5}, less, -1, 0},
		{nil, less, -1, 0},
	} {
		if worst, times := weigh(c.values, c.better); worst != c.worst || times != c.times {
			t.Errorf("%v: lane %d, %v times; want lane %d, %v times", c.values, worst, times, c.worst, c.times)
		}
	}
}

// Nobody has more of something than who has the worst of it.
func TestWeighAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1e9), 2, 4).Draw(t, "values")
		worst, times := weigh(values, less)
		if times < 1 || (worst >= 0) != (times >= even) {
			t.Fatalf("lane %d has %v times as much", worst, times)
		}
		for _, v := range values {
			if worst >= 0 && v > values[worst] {
				t.Fatalf("%v is more than %v", v, values[worst])
			}
		}
	})
}

func TestRatio(t *testing.T) {
	for times, want := range map[float64]string{1.05: "x1.1", 9.94: "x9.9", 9.96: "x10", 80: "x80", 12_345: "x12.3k"} {
		if got := ratio(times); got != want {
			t.Errorf("%v is %s, want %s", times, got, want)
		}
	}
}

// "only" is who alone has something that nobody wants.
func TestInTimes(t *testing.T) {
	for _, c := range []struct {
		values []float64
		better better
		want   string
	}{
		{[]float64{2, 5}, less, "x2.5"},
		{[]float64{0, 3}, less, "only"},
		{[]float64{0, math.NaN(), 3, 0}, less, "only"},
		{[]float64{0, 12, 300}, less, ""},
		{[]float64{0, 60}, more, "none"},
		{[]float64{0, 3}, neither, ""},
	} {
		if _, times := weigh(c.values, c.better); inTimes(c.values, c.better, times) != c.want {
			t.Errorf("%v, of which %d is better: %q, want %q", c.values, c.better, inTimes(c.values, c.better, times), c.want)
		}
	}
}

func TestCompareSaysNothingUntrue(t *testing.T) {
	b := open(t, saleScenario(t))
	snap := uneven(t)
	snap.Lanes[0].Recent.Throughput, snap.Lanes[0].Recent.Ledger.InFlight = 0, 0
	b.run().snap = snap
	b.press("t", "end")
	for begins, ends := range map[string]string{"done a second": "message none", "in time": "even"} {
		if line := strings.TrimRight(b.rowWith(begins), " "); !strings.HasSuffix(line, ends) {
			t.Errorf("%q does not end with %q", line, ends)
		}
	}
}
