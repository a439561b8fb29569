package journal

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

func entries() *rapid.Generator[engine.Entry] {
	return rapid.Custom(func(t *rapid.T) engine.Entry {
		return engine.Entry{
			At:      time.Duration(rapid.Int64().Draw(t, "at")),
			Seq:     rapid.Int64().Draw(t, "seq"),
			Key:     rapid.Int32().Draw(t, "key"),
			Lane:    rapid.Int16().Draw(t, "lane"),
			Handler: rapid.Int16().Draw(t, "handler"),
			Worker:  rapid.Int32().Draw(t, "worker"),
			Attempt: rapid.Int16().Draw(t, "attempt"),
			What:    engine.Happening(rapid.Uint8().Draw(t, "what")),
		}
	})
}

func TestRingKeepsTheLatest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(1, 20).Draw(t, "capacity")
		size := 1 << int(math.Ceil(math.Log2(float64(capacity))))
		r := NewRing(capacity)
		var all []engine.Entry
		for i := range rapid.IntRange(0, 60).Draw(t, "entries") {
			e := entries().Draw(t, "entry")
			r.Add(e)
			e.N = uint64(i + 1)
			all = append(all, e)
		}
		after := rapid.IntRange(0, len(all)+2).Draw(t, "after")
		kept := all[max(len(all)-size, 0):]
		if r.Len() != len(kept) {
			t.Fatalf("%d entries kept, want %d", r.Len(), len(kept))
		}
		want := all[min(max(after, len(all)-size), len(all)):]
		got := r.Read([]engine.Entry{{N: 999}}, uint64(after))
		if len(got) != 1+len(want) || got[0].N != 999 {
			t.Fatalf("read %d entries, want %d after the one that was there", len(got), len(want))
		}
		for i, e := range want {
			if got[1+i] != e {
				t.Fatalf("%+v, want %+v", got[1+i], e)
			}
		}
	})
}

// told is an entry whose every field says the same number, so that one torn out
// of two is found.
func told(x int64) engine.Entry {
	return engine.Entry{
		At: time.Duration(x), Seq: x, Key: int32(x), Lane: int16(x), Handler: int16(x),
		Worker: int32(x), Attempt: int16(x), What: engine.Happening(x),
	}
}

func TestRingIsReadWhileWritten(t *testing.T) {
	for _, capacity := range []int{2, 64, 8192} {
		const writers, each = 4, 5_000
		r := NewRing(capacity)
		var all sync.WaitGroup
		for i := range int64(writers) {
			all.Go(func() {
				for n := range int64(each) {
					r.Add(told(n*writers + i + 1))
				}
			})
		}
		written := make(chan struct{})
		go func() { all.Wait(); close(written) }()

		seen := make([]bool, writers*each+1)
		var after uint64
		var got []engine.Entry
		for reading := true; reading; {
			select {
			case <-written:
				reading = false
			default:
			}
			// What is missing was overwritten: no more entries are ahead of the
			// first one read than the ring has room for.
			got = r.Read(got[:0], after)
			for _, e := range got {
				want := told(e.Seq)
				want.N = e.N
				if e != want {
					t.Fatalf("capacity %d: torn: %+v", capacity, e)
				}
				if e.N <= after || e.Seq < 1 || int(e.Seq) >= len(seen) || seen[e.Seq] {
					t.Fatalf("capacity %d: after number %d came again or out of order: %+v", capacity, after, e)
				}
				if latest := r.last.Load(); e.N > after+1 && after+1+uint64(capacity) > latest {
					t.Fatalf("capacity %d: %d to %d are missing, but only %d entries were claimed", capacity, after+1, e.N-1, latest)
				}
				seen[e.Seq] = true
				after = e.N
			}
		}
		if after != writers*each {
			t.Errorf("capacity %d: the last entry read is %d of %d", capacity, after, writers*each)
		}
		if got = r.Read(got[:0], 0); len(got) != min(capacity, writers*each) {
			t.Errorf("capacity %d: %d entries are kept at rest", capacity, len(got))
		}
	}
}

func TestReadStopsAtAnEntryBeingWritten(t *testing.T) {
	r := NewRing(4)
	r.Add(told(1))
	r.last.Add(1) // number 2 is claimed, and not written yet
	r.Add(told(3))
	if got := r.Read(nil, 0); len(got) != 1 || got[0].N != 1 {
		t.Errorf("read %+v, want the first only", got)
	}
	r.slot(2).state.Store(2*2 + 1)
	if got := r.Read(nil, 1); len(got) != 0 {
		t.Errorf("read %+v while entry 2 is being written", got)
	}
	r.slot(2).state.Store(2 * 2)
	if got := r.Read(nil, 1); len(got) != 2 {
		t.Errorf("read %+v, want entries 2 and 3", got)
	}
}

func TestAddGivesWayToAnEntryOneRingLater(t *testing.T) {
	r := NewRing(2)
	r.slot(1).state.Store(2 * 3) // entry 3 is already where entry 1 belongs
	r.Add(told(7))
	if got := r.slot(1).state.Load(); got != 2*3 {
		t.Errorf("entry 3 was overwritten by an earlier one, state %d", got)
	}
}

func TestAddWaitsForAnEntryOneRingEarlier(t *testing.T) {
	r := NewRing(1)
	r.last.Add(1)
	r.slot(1).state.Store(2*1 + 1) // entry 1 is being written
	added := make(chan struct{})
	go func() { r.Add(told(2)); close(added) }()
	for range 1000 {
		runtime.Gosched()
	}
	if got := r.slot(1).state.Load(); got != 2*1+1 {
		t.Errorf("entry 1 was overwritten while it was written, state %d", got)
	}
	r.slot(1).state.Store(2 * 1)
	<-added
	if got := r.Read(nil, 0); len(got) != 1 || got[0].N != 2 {
		t.Errorf("read %+v, want entry 2", got)
	}
}

func TestTheLatestEntryStays(t *testing.T) {
	const writers, each = 4, 10
	for range 1000 {
		r := NewRing(1)
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				for range each {
					r.Add(told(5))
				}
			})
		}
		all.Wait()
		if got := r.Read(nil, 0); len(got) != 1 || got[0].N != writers*each {
			t.Fatalf("read %+v, want entry %d", got, writers*each)
		}
	}
}

func TestSamplerWritesAtMostAThousandASecond(t *testing.T) {
	for _, x := range []struct {
		rate   float64
		stride int64
	}{{0, 1}, {120, 1}, {1000, 1}, {1001, 2}, {2000, 2}, {10_000, 16}, {1_000_000, 1024}, {math.Inf(1), maxStride}} {
		var s Sampler
		s.SetRate(x.rate)
		next := int64(1) // after item 0
		for next < x.stride && !s.Wants(next) {
			next *= 2
		}
		if next != x.stride || !s.Wants(3*x.stride) {
			t.Errorf("at %v/s one of %d is written, want one of %d", x.rate, next, x.stride)
		}
	}
	var s Sampler
	s.SetRate(10_000)
	written := 0
	for seq := range int64(10_000) {
		if s.Wants(seq + 1) {
			written++
		}
	}
	if written != 10_000/16 {
		t.Errorf("%d of 10,000 items are written", written)
	}
	if s = (Sampler{}); !s.Wants(1) || !s.Wants(7) {
		t.Error("the zero value does not write all")
	}
}

func TestNothingIsAllocated(t *testing.T) {
	r := NewRing(64)
	var s Sampler
	dst := make([]engine.Entry, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		if s.Wants(5) {
			r.Add(told(5))
		}
		dst = r.Read(dst[:0], 0)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkJournal(b *testing.B) {
	b.Run("atomic add", func(b *testing.B) {
		var n atomic.Int64
		for b.Loop() {
			n.Add(1)
		}
	})
	b.Run("wants", func(b *testing.B) {
		var s Sampler
		s.SetRate(1_000_000)
		seq, n := int64(0), 0
		for b.Loop() {
			seq++
			if s.Wants(seq) {
				n++
			}
		}
	})
	b.Run("add", func(b *testing.B) {
		r := NewRing(8192)
		e := told(1)
		for b.Loop() {
			r.Add(e)
		}
	})
	b.Run("add, contended", func(b *testing.B) {
		r := NewRing(8192)
		e := told(1)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				r.Add(e)
			}
		})
	})
	b.Run("read all", func(b *testing.B) {
		r := NewRing(8192)
		for range 8192 {
			r.Add(told(1))
		}
		var dst []engine.Entry
		for b.Loop() {
			dst = r.Read(dst[:0], 0)
		}
	})
}
