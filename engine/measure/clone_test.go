package measure

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

// TestAClonedPastIsAnother pushes to followers of the recent window, clones them,
// and pushes different things to both: each goes on as if it were alone.
func TestAClonedFollowerIsAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SliceOfN(rapid.Int64Range(0, 1000), 0, 200).Draw(t, "before")
		after := rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 200).Draw(t, "after")
		a := newFollowers()
		for i, v := range before {
			a.push(i, v)
		}
		b := a.clone()
		for i := range after {
			b.push(len(before)+i, 7)
		}
		alone := newFollowers()
		for i, v := range append(before, after...) {
			alone.push(i, v)
		}
		for i, v := range after {
			a.push(len(before)+i, v)
		}
		if got, want := a.figures(), alone.figures(); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

// followers follow the recent window.
type followers struct {
	counts   Counts
	recent   *Recent
	integral *Integral
	order    *RecentOrder
	disorder engine.Disorder
}

func newFollowers() *followers {
	return &followers{recent: NewRecent(time.Second), integral: NewIntegral(time.Second), order: NewRecentOrder(time.Second)}
}

func (f *followers) push(i int, v int64) {
	at := time.Duration(i) * 20 * time.Millisecond
	f.counts.RecordN(v, 1)
	f.recent.Push(at, &f.counts)
	f.integral.Sample(at, v)
	f.disorder.Late += v % 3
	f.order.Push(at, f.disorder, v)
}

func (f *followers) clone() *followers {
	return &followers{f.counts.Clone(), f.recent.Clone(), f.integral.Clone(), f.order.Clone(), f.disorder}
}

func (f *followers) figures() []any {
	return []any{f.counts.Summary(), f.recent.Summary(), f.integral.Recent(), f.integral.Gauge(), f.order.Disorder()}
}

// TestATrackGoesBack pushes to a track, goes back, and pushes the same again: it
// is then as one to which everything was pushed once.
func TestATrackGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := rapid.IntRange(0, 300).Draw(t, "before"), rapid.IntRange(1, 300).Draw(t, "after")
		once, again := NewTrack(), NewTrack()
		push := func(track *Track, from, to int) {
			for i := from; i < to; i++ {
				track.Push(time.Duration(i+1)*77*time.Millisecond, Point{Depth: float32(i % 17), Done: 1, P50: float32(i % 5)})
			}
		}
		push(once, 0, before+after)
		push(again, 0, before)
		mark := again.Mark()
		push(again, before, before+rapid.IntRange(0, after).Draw(t, "undone"))
		again.GoBack(&mark)
		push(again, before, before+after)
		for step := range 3 {
			var a, b engine.Series
			from := time.Duration(step) * 7 * time.Second
			FillSeries(&a, []*Track{once}, from, time.Hour)
			FillSeries(&b, []*Track{again}, from, time.Hour)
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("%+v, want %+v", b, a)
			}
		}
	})
}
