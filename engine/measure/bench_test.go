package measure

import (
	"sync/atomic"
	"testing"
	"time"
)

// latencies is a spread of values like that of a queue: 1 us to 16 ms.
var latencies = func() (v [1024]int64) {
	x := uint64(1)
	for i := range v {
		x = x*6364136223846793005 + 1442695040888963407
		v[i] = int64(x>>40)%1000 + 1000<<(x>>60)
	}
	return v
}()

func BenchmarkRecord(b *testing.B) {
	// The bare atomic add is what everything else is compared with.
	b.Run("atomic add", func(b *testing.B) {
		var n atomic.Int64
		for b.Loop() {
			n.Add(1)
		}
	})
	b.Run("own", func(b *testing.B) {
		var h Histogram
		i := 0
		for b.Loop() {
			h.Record(latencies[i&1023])
			i++
		}
	})
	b.Run("shared, uncontended", func(b *testing.B) {
		var h Shared
		i := 0
		for b.Loop() {
			h.Record(latencies[i&1023])
			i++
		}
	})
	b.Run("shared, contended", func(b *testing.B) {
		var h Shared
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				h.Record(latencies[i&1023])
			}
		})
	})
}

func BenchmarkFinished(b *testing.B) {
	b.Run("in order", func(b *testing.B) {
		w := NewOrder(16).Writer()
		seq := int64(0)
		for b.Loop() {
			seq++
			w.Finished(seq, int32(seq&15))
		}
	})
	b.Run("all late", func(b *testing.B) {
		w := NewOrder(16).Writer()
		seq := int64(1 << 60)
		for b.Loop() {
			seq--
			w.Finished(seq, int32(seq&15))
		}
	})
	b.Run("contended", func(b *testing.B) {
		o := NewOrder(16)
		var next atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			w := o.Writer()
			for pb.Next() {
				seq := next.Add(1)
				w.Finished(seq, int32(seq&15))
			}
		})
	})
}

// eight is eight workers' histograms in use.
func eight() *[8]Histogram {
	var hs [8]Histogram
	for i := range hs {
		for _, v := range latencies {
			hs[i].Record(v)
		}
	}
	return &hs
}

func BenchmarkSample(b *testing.B) {
	hs := eight()
	var c Counts
	b.Run("merge 8", func(b *testing.B) {
		for b.Loop() {
			c.Reset()
			for i := range hs {
				hs[i].AddTo(&c)
			}
		}
	})
	b.Run("summary", func(b *testing.B) {
		for b.Loop() {
			_ = c.Summary()
		}
	})
	b.Run("recent", func(b *testing.B) {
		r := NewRecent(span)
		at := time.Duration(0)
		for b.Loop() {
			at += TrackStep
			r.Push(at, &c)
		}
	})
	b.Run("batches", func(b *testing.B) {
		var batches Batches
		for i := range int64(200) {
			batches.Push(10, time.Duration(i*7919%100))
		}
		for b.Loop() {
			_ = batches.CI()
		}
	})
	b.Run("track", func(b *testing.B) {
		t := NewTrack()
		at := time.Duration(0)
		for b.Loop() {
			at += TrackStep
			t.Push(at, Point{Depth: 1, Done: 10, P50: 0.01, P99: 0.1})
		}
	})
}
