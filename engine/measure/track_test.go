package measure

import (
	"math"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"duet/engine"
)

// wave is a point of a long recording, with gaps in which nothing finished.
func wave(step int) Point {
	x := float64(step)
	p := Point{
		Depth:      float32(50 + 40*math.Sin(x/300)),
		DepthMax:   float32(60 + 40*math.Sin(x/300) + math.Mod(x*7, 13)),
		Backlog:    float32(step % 97),
		BacklogMax: float32(step%97 + step%11),
		InFlight:   float32(step % 5),
		Offered:    float32(step % 23),
		Done:       float32(step % 19),
		Bad:        float32(step % 3),
		P50:        float32(0.010 + 0.001*math.Mod(x, 17)),
		P99:        float32(0.100 + 0.001*math.Mod(x, 29)),
	}
	if step%50 < 15 {
		p.Done, p.P50, p.P99 = 0, float32(math.NaN()), float32(math.NaN())
	}
	return p
}

// together is what several steps of the finest level come to, from the
// definition.
func together(points []Point) Point {
	n := float32(len(points))
	p := Point{P50: float32(math.NaN()), P99: float32(math.NaN())}
	var p50, weight float32
	for _, x := range points {
		p.Depth += x.Depth / n
		p.Backlog += x.Backlog / n
		p.InFlight += x.InFlight / n
		p.DepthMax = max(p.DepthMax, x.DepthMax)
		p.BacklogMax = max(p.BacklogMax, x.BacklogMax)
		p.Offered += x.Offered
		p.Done += x.Done
		p.Bad += x.Bad
		if !math.IsNaN(float64(x.P50)) {
			w := max(x.Done, 1)
			p50, weight = p50+x.P50*w, weight+w
			if !(x.P99 <= p.P99) {
				p.P99 = x.P99
			}
		}
	}
	if weight > 0 {
		p.P50 = p50 / weight
	}
	return p
}

func same(a, b float32) bool {
	x, y := float64(a), float64(b)
	return math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= 1e-4*max(1, math.Abs(y))
}

func samePoint(a, b Point) bool {
	return same(a.Depth, b.Depth) && same(a.DepthMax, b.DepthMax) &&
		same(a.Backlog, b.Backlog) && same(a.BacklogMax, b.BacklogMax) &&
		same(a.InFlight, b.InFlight) && same(a.Offered, b.Offered) &&
		same(a.Done, b.Done) && same(a.Bad, b.Bad) && same(a.P50, b.P50) && same(a.P99, b.P99)
}

// pointOf is one step of a series.
func pointOf(s *engine.Series, lane, i int) Point {
	l := &s.Lanes[lane]
	return Point{
		Depth: l.Depth[i], DepthMax: l.DepthMax[i], Backlog: l.Backlog[i], BacklogMax: l.BacklogMax[i],
		InFlight: l.InFlight[i], Offered: s.Offered[i], Done: l.Done[i], Bad: l.Bad[i], P50: l.P50[i], P99: l.P99[i],
	}
}

func TestSeriesAgainstAllPoints(t *testing.T) {
	const steps = 26 * 36_000 // 26 hours: every ring has gone round
	var waves [1999]Point     // a prime, so that no coarse step is like another
	for i := range waves {
		waves[i] = wave(i)
	}
	track := NewTrack()
	for i := range steps {
		track.Push(time.Duration(i+1)*TrackStep, waves[i%len(waves)])
	}
	tracks := []*Track{track, track}
	end := steps * TrackStep
	var s engine.Series
	rapid.Check(t, func(t *rapid.T) {
		back := time.Duration(rapid.Int64Range(0, int64(27*time.Hour)>>rapid.IntRange(0, 16).Draw(t, "scale")).Draw(t, "back"))
		from := max(end-back, -time.Second)
		to := from + time.Duration(rapid.Int64Range(0, int64(back+time.Minute)).Draw(t, "length"))
		FillSeries(&s, tracks, from, to)

		wantStep := 10 * time.Second
		switch {
		case back <= 10*time.Minute:
			wantStep = TrackStep
		case back <= 2*time.Hour:
			wantStep = time.Second
		}
		if s.Step != wantStep {
			t.Fatalf("%v back the step is %v, want %v", back, s.Step, wantStep)
		}
		first, last := max(from, end-24*time.Hour, 0)/s.Step, min((to+s.Step-1)/s.Step, end/s.Step)
		if s.From != first*s.Step || len(s.Offered) != int(max(last-first, 0)) {
			t.Fatalf("%v to %v: %d steps from %v, want %d from %v", from, to, len(s.Offered), s.From, last-first, first*s.Step)
		}
		for _, i := range []int{0, len(s.Offered) / 3, len(s.Offered) - 1} {
			if i < 0 || i >= len(s.Offered) {
				continue
			}
			fine := int(s.Step / TrackStep)
			begin := int(s.From/TrackStep) + i*fine
			var points []Point
			for n := begin; n < begin+fine; n++ {
				points = append(points, waves[n%len(waves)])
			}
			if got, want := pointOf(&s, 1, i), together(points); !samePoint(got, want) {
				t.Fatalf("step %d of %v from %v: %+v, want %+v", i, s.Step, s.From, got, want)
			}
		}
	})
}

func TestTrackSpreadsWhatComesLate(t *testing.T) {
	track := NewTrack()
	track.Push(101*time.Millisecond, Point{Depth: 1, Done: 8, P50: 1, P99: 2})
	track.Push(150*time.Millisecond, Point{Depth: 3, DepthMax: 9, Done: 2, P50: 2, P99: 4}) // early
	track.Push(150*time.Millisecond, Point{Depth: 3, P50: float32(math.NaN())})             // paused
	track.Push(420*time.Millisecond, Point{Depth: 6, DepthMax: 7, Done: 10, P50: 2, P99: 3})
	var s engine.Series
	FillSeries(&s, []*Track{track}, 0, time.Hour)
	if len(s.Offered) != 4 {
		t.Fatalf("%d steps, want 4", len(s.Offered))
	}
	for i := 1; i < 4; i++ {
		want := Point{Depth: 4, DepthMax: 9, Done: 4, P50: 2, P99: 4}
		if got := pointOf(&s, 0, i); !samePoint(got, want) {
			t.Errorf("step %d: %+v, want %+v", i, got, want)
		}
	}
}

func TestSeriesOfNothing(t *testing.T) {
	s := engine.Series{Offered: []float32{1}, Lanes: make([]engine.LaneSeries, 2)}
	if FillSeries(&s, nil, 0, time.Minute); len(s.Offered) != 0 || len(s.Lanes) != 0 {
		t.Errorf("without tracks: %+v", s)
	}
	for _, to := range []time.Duration{-time.Minute, 0, time.Minute} {
		FillSeries(&s, []*Track{NewTrack()}, 0, to)
		if len(s.Offered) != 0 || len(s.Lanes) != 1 || len(s.Lanes[0].Depth) != 0 {
			t.Errorf("of an empty track: %+v", s)
		}
	}
}

func TestTracksShareTheirShortestStretch(t *testing.T) {
	a, b := NewTrack(), NewTrack()
	a.Push(time.Second, Point{})
	b.Push(700*time.Millisecond, Point{})
	var s engine.Series
	FillSeries(&s, []*Track{a, b}, 0, time.Minute)
	if len(s.Lanes[0].Depth) != 7 || len(s.Lanes[1].Depth) != 7 || len(s.Offered) != 7 {
		t.Errorf("%d and %d steps, %d offered, want 7", len(s.Lanes[0].Depth), len(s.Lanes[1].Depth), len(s.Offered))
	}
}

func TestTrackMemory(t *testing.T) {
	track := NewTrack()
	bytes := unsafe.Sizeof(*track)
	for i := range track.levels {
		bytes += uintptr(cap(track.levels[i].ring)) * unsafe.Sizeof(Point{})
	}
	if bytes > 1<<20 { // 15 MB are allowed for two lanes
		t.Errorf("a track takes %d bytes", bytes)
	}
	if levels[0].step != TrackStep {
		t.Errorf("the finest level has steps of %v", levels[0].step)
	}
}
