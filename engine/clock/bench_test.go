package clock_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"duet/engine/clock"
)

func BenchmarkNow(b *testing.B) {
	lane := clock.NewLane()
	b.Run("lane", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			lane.Now()
		}
	})
	base := time.Now()
	b.Run("time.Since", func(b *testing.B) {
		for b.Loop() {
			time.Since(base)
		}
	})
}

// BenchmarkLateness says how late each precision wakes, and what part of a
// core it takes meanwhile.
func BenchmarkLateness(b *testing.B) {
	for _, p := range []clock.Precision{clock.Coarse, clock.Precise, clock.Paced} {
		for _, gap := range []time.Duration{100 * time.Microsecond, time.Millisecond, 10 * time.Millisecond} {
			b.Run(p.String()+"/"+gap.String(), func(b *testing.B) {
				b.ReportAllocs()
				lateness(b, p, gap)
			})
		}
	}
}

func lateness(b *testing.B, p clock.Precision, gap time.Duration) {
	lane := clock.NewLane()
	sleeper := lane.NewSleeper(p)
	late := make([]time.Duration, 0, 1<<16)
	start, cpu := lane.Wall(), processCPU()
	for b.Loop() {
		t := lane.Now() + gap
		if err := sleeper.Until(context.Background(), t); err != nil {
			b.Fatal(err)
		}
		if len(late) < cap(late) {
			late = append(late, lane.Now()-t)
		}
	}
	b.ReportMetric(100*float64(processCPU()-cpu)/float64(lane.Wall()-start), "%cpu")
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2])/1e3, "us-late-p50")
	b.ReportMetric(float64(late[len(late)*99/100])/1e3, "us-late-p99")
}
