package measure

import (
	"testing"
	"time"

	"duet/engine"
)

// TestATrackBegunLaterTellsTheSame compares a track from the beginning with one
// that begins in the middle, at each of its resolutions.
func TestATrackBegunLaterTellsTheSame(t *testing.T) {
	const begins = 12350 * time.Millisecond
	point := func(i int) Point { return Point{Depth: float32(i % 7), Done: float32(i % 5), P50: 0.01, P99: 0.02} }
	for _, lasts := range []time.Duration{100 * time.Second, 20 * time.Minute} {
		whole, part := NewTrack(), NewTrack()
		part.Begin(begins)
		for i := 1; ; i++ {
			at := time.Duration(i) * TrackStep
			if at > lasts {
				break
			}
			whole.Push(at, point(i))
			if at > begins {
				part.Push(at, point(i))
			}
		}
		var all, later engine.Series
		FillSeries(&later, []*Track{part}, 0, lasts)
		FillSeries(&all, []*Track{whole}, later.From, lasts)
		if later.From > begins || later.From < begins.Truncate(time.Second) || later.Step != all.Step || len(later.Offered) != len(all.Offered) {
			t.Fatalf("from %v by %v, %d steps; not from %v by %v, %d steps",
				later.From, later.Step, len(later.Offered), all.From, all.Step, len(all.Offered))
		}
		for i := 1; i < len(all.Offered); i++ { // the first may be a part of a step
			if x, y := all.Lanes[0].Depth[i], later.Lanes[0].Depth[i]; x != y {
				t.Errorf("step %d: depth %v, not %v", i, y, x)
			}
			if x, y := all.Lanes[0].Done[i], later.Lanes[0].Done[i]; x != y {
				t.Errorf("step %d: done %v, not %v", i, y, x)
			}
		}
	}
}

func TestAPastBegunLaterKnowsNothingBefore(t *testing.T) {
	p := NewPast[int](10 * time.Second)
	p.Begin(time.Minute, 40)
	p.Push(61*time.Second, 50)
	if at, v := p.Oldest(); at != time.Minute || v != 40 {
		t.Errorf("it begins at %v with %d", at, v)
	}
	p.Push(75*time.Second, 60)
	if at, v := p.Oldest(); at != 61*time.Second || v != 50 {
		t.Errorf("then at %v with %d", at, v)
	}
}
