package tui

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/ui/internal/grid"
)

func TestBetween(t *testing.T) {
	recorded := []float32{10, 20, 40} // the middles of the steps are at 0.5, 1.5 and 2.5 s
	for at, want := range map[time.Duration]float32{
		0: 10, 500 * ms: 10, time.Second: 15, 1500 * ms: 20, 2 * time.Second: 30, 2500 * ms: 40, 3 * time.Second: 40,
	} {
		if got := between(recorded, at, time.Second); got != want {
			t.Errorf("after %v it is %v, want %v", at, got, want)
		}
	}
	for _, at := range []time.Duration{-1, 3*time.Second + 1} {
		if got := between(recorded, at, time.Second); got == got {
			t.Errorf("after %v it is %v, want nothing", at, got)
		}
	}
	if between(nil, 0, time.Second) == between(nil, 0, time.Second) || between(recorded, 0, 0) == between(recorded, 0, 0) {
		t.Error("without a recording there is a value")
	}
}

// Past and future of a chart lie side by side, on the same scale.
func TestSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scene{at: time.Hour, to: time.Hour, forecasting: rapid.Bool().Draw(t, "forecasting")}
		s.zoom = rapid.IntRange(-usual, len(windows)-1-usual).Draw(t, "zoom")
		area := grid.Rect{X: 7, W: rapid.IntRange(0, 200).Draw(t, "w"), H: 5}
		past, future := s.spans(area)
		if past.area.W+future.area.W != area.W || past.to != s.to || past.to-past.from != s.window() {
			t.Fatalf("%+v and %+v of %+v", past, future, area)
		}
		if future.area.W == 0 {
			return
		}
		if future.from != past.to || future.area.X != past.area.X+past.area.W {
			t.Fatalf("%+v does not follow %+v", future, past)
		}
		column := float64(future.to-past.from) / float64(area.W)
		if off := float64(past.to-past.from)/column - float64(past.area.W); math.Abs(off) > 0.51 { // half a column, as far as floating point knows
			t.Fatalf("now is %.2f columns beside its place", off)
		}
		at := past.from + time.Duration(rapid.Int64Range(0, int64(s.window())).Draw(t, "at"))
		x := past.column(at)
		if x < 0 || x >= past.area.W {
			t.Fatalf("%v is in column %d of %d", at, x, past.area.W)
		}
		if y := past.column(past.moment(x)); y != x {
			t.Fatalf("the moment of column %d is in column %d", x, y)
		}
	})
}

// However often somebody goes back, the ghost begins where they went and ends
// where the run was furthest.
func TestGhost(t *testing.T) {
	series := func(from, to time.Duration, step time.Duration, value float32) *engine.Series {
		s := &engine.Series{From: from, Step: step, Lanes: make([]engine.LaneSeries, 1)}
		l := &s.Lanes[0]
		for at := from; at < to; at += step {
			s.Offered, l.DepthMax, l.BacklogMax = append(s.Offered, 1), append(l.DepthMax, value), append(l.BacklogMax, value)
			l.P99, l.Bad = append(l.P99, value), append(l.Bad, value)
		}
		return s
	}
	var h ghost
	h.take(&engine.Series{})
	if h.until != 0 {
		t.Error("a ghost of nothing")
	}
	h.take(series(40*time.Second, 60*time.Second, 100*ms, 1))
	h.take(series(30*time.Second, 45*time.Second, 500*ms, 2)) // ran on to 45 s, then went back to 30 s
	if h.series.From != 30*time.Second || h.until < 60*time.Second || h.until > 61*time.Second {
		t.Fatalf("from %v to %v", h.series.From, h.until)
	}
	for at, want := range map[time.Duration]float64{31 * time.Second: 2, 44 * time.Second: 2, 46 * time.Second: 1, 59 * time.Second: 1} {
		if got := valueAt(&h.series, h.series.Lanes[0].DepthMax, at); got != want {
			t.Errorf("at %v it is %v, want %v", at, got, want)
		}
	}
	h.take(series(10*time.Second, 70*time.Second, time.Second, 3)) // ran past its end
	if h.until != 70*time.Second {
		t.Errorf("it ends at %v, want 70s", h.until)
	}
}

// All of the past is shown when all is wanted, with little room to spare.
func TestWindowOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scene{to: time.Duration(rapid.Int64Range(0, int64(longest)).Draw(t, "to")), zoom: len(windows) - 1 - usual}
		if w := s.window(); w < s.to || w > s.to+s.to/8+11*time.Second {
			t.Fatalf("%v of %v", w, s.to)
		}
	})
}

// What a line shows of steps that come together is what is told of their moments,
// and stays so as time passes.
func TestFolded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(1, 300).Draw(t, "steps"), rapid.IntRange(2, 20).Draw(t, "size")
		how := rapid.SampledFrom([]fold{means, peaks}).Draw(t, "fold")
		s := scene{series: engine.Series{Step: 100 * ms, From: time.Duration(rapid.IntRange(0, 900).Draw(t, "from")) * 100 * ms}}
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(i % 7)
			if i%5 == 0 {
				data[i] = nan
			}
		}
		s.series.Offered = data
		folded := s.folded(slices.Clone(data), size, how)
		for i, v := range folded.Data {
			at := time.Duration((folded.First+i)*size+rapid.IntRange(0, size-1).Draw(t, "step")) * s.series.Step
			told := foldedAt(&s.series, data, at, size, how)
			if float32(told) != v && (told == told || v == v) {
				t.Fatalf("value %d of %d is %v, and of its moment %v it is told %v", i, len(folded.Data), v, at, told)
			}
		}
	})
}
