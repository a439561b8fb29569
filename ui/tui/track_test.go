package tui

import (
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/ui/internal/grid"
)

// tracked draws the track of lane 0, 12 cells long, after hand-overs so many
// milliseconds ago.
func tracked(t *testing.T, rate float64, prepare func(s *scene), ages ...int) string {
	t.Helper()
	snap := atWork(saleScenario(t))
	snap.Rate = rate
	m := picture(t, snap, 120, 36)
	for i := len(ages) - 1; i >= 0; i-- {
		at := snap.At - time.Duration(ages[i])*ms
		m.scene.tracks[0].add(&engine.Entry{At: at, Handler: -1, What: engine.Accepted})
		m.scene.tracks[0].add(&engine.Entry{At: at, Handler: 0, What: engine.Accepted}) // a delivery of it
	}
	if prepare != nil {
		prepare(&m.scene)
	}
	g := grid.New(20, 1)
	p := row(g, 0)
	m.scene.drawTrack(&p, 0, 12)
	return strings.TrimRight(g.String(), " ")
}

func TestTrack(t *testing.T) {
	for name, c := range map[string]struct {
		rate    float64
		prepare func(s *scene)
		ages    []int
		want    string
	}{
		"single items":    {rate: 10, ages: []int{10, 110, 260}, want: "●   ●     ●"},
		"two at once":     {rate: 10, ages: []int{60, 61}, want: "  ●●"},
		"gone by":         {rate: 10, ages: []int{301}, want: ""},
		"of a future":     {rate: 10, ages: []int{-50, 60}, want: "  ●"},
		"dense":           {rate: 900, ages: []int{1, 2, 3, 4, 30, 31, 60, 61, 62, 63, 64, 65, 66, 67}, want: "█▇█"},
		"nothing moves":   {rate: 10, prepare: func(s *scene) { s.motionless = true }, ages: []int{10}, want: ""},
		"ten times":       {rate: 10, prepare: func(s *scene) { s.snap.Speed = 10 }, ages: []int{600}, want: "  ●"},
		"in slow motion":  {rate: 10, prepare: func(s *scene) { s.snap.Speed = 0.1 }, ages: []int{60}, want: "  ●"},
		"dropped are not": {rate: 10, prepare: func(s *scene) { s.tracks[0].dropped[0] = true }, ages: []int{60}, want: "  ×"},
	} {
		if got := tracked(t, c.rate, c.prepare, c.ages...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
