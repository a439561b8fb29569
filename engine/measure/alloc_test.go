package measure

import (
	"testing"
	"time"

	"duet/engine"
)

// TestNothingIsAllocated holds that neither the hot path nor the sampler makes
// garbage once everything has been used.
func TestNothingIsAllocated(t *testing.T) {
	var own Histogram
	var shared Shared
	var batches Batches
	order := NewOrder(100)
	writer := order.Writer()
	recent, recentOrder := NewRecent(span), NewRecentOrder(span)
	past, integral, track := NewPast[engine.Ledger](span), NewIntegral(span), NewTrack()
	var cumulative, interval Counts
	var series engine.Series
	tracks := []*Track{track}
	at, seq := time.Duration(0), int64(0)

	hot := func() {
		seq++
		own.Record(seq * 1000)
		shared.RecordN(seq*1000, 3)
		writer.Finished(seq^1, int32(seq%100))
	}
	sample := func() {
		hot()
		at += TrackStep
		cumulative.Reset()
		own.AddTo(&cumulative)
		shared.AddTo(&cumulative)
		interval.Reset()
		interval.Add(&cumulative)
		interval.Sub(recent.Counts())
		recent.Push(at, &cumulative)
		recentOrder.Push(at, order.Totals(), order.Peak())
		past.Push(at, engine.Ledger{Done: seq})
		integral.Sample(at, seq)
		batches.Push(interval.Count(), interval.Sum())
		s := recent.Summary()
		track.Push(at, Point{Depth: float32(integral.Recent().Mean), P50: float32(s.P50.Seconds())})
		recentOrder.Disorder()
	}
	for range 1000 {
		sample()
	}
	FillSeries(&series, tracks, 0, at+time.Minute)
	for name, f := range map[string]func(){
		"hot path": hot,
		"sampler":  sample,
		"series":   func() { FillSeries(&series, tracks, 0, at) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
