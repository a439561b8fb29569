package measure

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

// gaps draws the time from one push to the next: mostly what is usual, at times
// none (a pause) or more than a whole window.
func gaps() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		if rapid.IntRange(0, 19).Draw(t, "unusual") > 0 {
			return time.Duration(rapid.IntRange(90, 110).Draw(t, "ms")) * time.Millisecond
		}
		return rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond, time.Second, 9999 * time.Millisecond, 10 * time.Second, time.Hour}).Draw(t, "gap")
	})
}

const span = 10 * time.Second

// checkWindow holds what is said of where windows begin: at a push, at least the
// span ago, and no earlier than needed.
func checkWindow(t *rapid.T, from, at time.Duration, pushes []time.Duration) {
	if from > max(at-span, 0) {
		t.Fatalf("at %v the window begins at %v, less than its span ago", at, from)
	}
	for i, p := range pushes {
		if p <= from || p > at-span {
			continue
		}
		// This push would have served too, unless it was no whole step after from.
		if p-from >= span/windowSteps {
			t.Fatalf("at %v the window begins at %v, though push %d at %v would do", at, from, i, p)
		}
	}
}

func TestRecentIsTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pushed [][]int64
		var times []time.Duration
		var h Histogram
		r := NewRecent(span)
		starts := NewPast[int](span) // where the window begins
		at := time.Duration(0)
		for i := range rapid.IntRange(1, 200).Draw(t, "pushes") {
			at += gaps().Draw(t, "gap")
			vs := rapid.SliceOfN(rapid.Int64Range(0, 1<<rapid.IntRange(1, 40).Draw(t, "bits")), 0, 3).Draw(t, "values")
			for _, v := range vs {
				h.Record(v)
			}
			pushed, times = append(pushed, vs), append(times, at)
			var cumulative Counts
			h.AddTo(&cumulative)
			r.Push(at, &cumulative)

			starts.Push(at, i+1)
			from, begin := starts.Oldest()
			if checkWindow(t, r.From(), at, times); r.From() != from {
				t.Fatalf("at %v the window begins at %v, that of a Past at %v", at, r.From(), from)
			}
			got, exact := r.Counts(), recorded(slices.Concat(pushed[begin:]...))
			if !sameButMax(got, exact) {
				t.Fatalf("at %v from %v: %+v, want %+v", at, r.From(), r.Summary(), exact.Summary())
			}
			if m, x := float64(got.max), float64(exact.max); m < x || m > x*(1+1./64) {
				t.Fatalf("at %v: max %v, exactly %v", at, got.Max(), exact.Max())
			}
		}
	})
}

func TestPastIsTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := NewPast[int](span)
		at := time.Duration(0)
		pushed := map[time.Duration]int{0: 0}
		var times []time.Duration
		for i := range rapid.IntRange(1, 300).Draw(t, "pushes") {
			at += gaps().Draw(t, "gap")
			if p.Push(at, i+1) {
				pushed[at] = i + 1
			}
			times = append(times, at)
			from, v := p.Oldest()
			checkWindow(t, from, at, times)
			if want, ok := pushed[from]; !ok || v != want {
				t.Fatalf("at %v: value %d from %v, want %d", at, v, from, want)
			}
			before := v
			for v := range p.Since() {
				if v <= before {
					t.Fatalf("at %v: %d comes after %d", at, v, before)
				}
				before = v
			}
		}
	})
}

func TestRecentOrderIsTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := NewRecentOrder(span)
		starts := NewPast[int](span) // where the window begins
		var steps []engine.Disorder
		var totals engine.Disorder
		at := time.Duration(0)
		for i := range rapid.IntRange(1, 200).Draw(t, "pushes") {
			at += gaps().Draw(t, "gap")
			step := engine.Disorder{
				Late:            rapid.Int64Range(0, 5).Draw(t, "late"),
				KeyLate:         rapid.Int64Range(0, 5).Draw(t, "key-late"),
				MaxDisplacement: rapid.Int64Range(0, 100).Draw(t, "displacement"),
			}
			steps = append(steps, step)
			totals = Combine(totals, step)
			r.Push(at, totals, step.MaxDisplacement)
			starts.Push(at, i+1)

			var want engine.Disorder
			_, begin := starts.Oldest()
			for _, s := range steps[begin:] {
				want = Combine(want, s)
			}
			if got := r.Disorder(); got != want {
				t.Fatalf("at %v: %+v, want %+v", at, got, want)
			}
		}
	})
}
