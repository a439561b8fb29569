package measure

import (
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"duet/engine"
)

// finished is one item that finished, in the order of finishing.
type finished struct {
	seq int64
	key int32
}

// disorder looks at all pairs.
func disorder(items []finished) engine.Disorder {
	var d engine.Disorder
	for i, x := range items {
		late, keyLate := false, false
		for _, before := range items[:i] {
			if before.seq > x.seq {
				late = true
				keyLate = keyLate || before.key == x.key
				d.MaxDisplacement = max(d.MaxDisplacement, before.seq-x.seq)
			}
		}
		if late {
			d.Late++
		}
		if keyLate {
			d.KeyLate++
		}
	}
	return d
}

func TestOrderIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SampledFrom([]int{1, 3, 16, 5000, MaxKeys}).Draw(t, "keys")
		seqs := make([]int64, rapid.IntRange(0, 100).Draw(t, "items"))
		for i := range seqs {
			seqs[i] = int64(i + 1)
		}
		o := NewOrder(rapid.IntRange(0, min(keys, 3000)).Draw(t, "room"))
		writers := []*OrderWriter{o.Writer(), o.Writer()}
		var items []finished
		for _, seq := range rapid.Permutation(seqs).Draw(t, "order") {
			i := rapid.IntRange(0, len(writers)-1).Draw(t, "writer")
			if rapid.IntRange(0, 9).Draw(t, "replace") == 0 {
				writers[i].Retire()
				writers[i].Retire()
				writers[i] = o.Writer()
			}
			item := finished{seq, int32(rapid.IntRange(0, keys-1).Draw(t, "key"))}
			items = append(items, item)
			writers[i].Finished(item.seq, item.key)
			if want, got := disorder(items), o.Totals(); got != want {
				t.Fatalf("after %v: %+v, want %+v", items, got, want)
			}
		}
	})
}

func TestOrderPeakIsSinceTheLast(t *testing.T) {
	o := NewOrder(1)
	w := o.Writer()
	for _, x := range []struct {
		seqs []int64
		peak int64
	}{{[]int64{10}, 0}, {[]int64{5, 1, 9}, 9}, {[]int64{8}, 2}, {nil, 0}, {[]int64{12, 11}, 1}} {
		for _, seq := range x.seqs {
			w.Finished(seq, 0)
		}
		if got := o.Peak(); got != x.peak {
			t.Errorf("after items %v the peak is %d, want %d", x.seqs, got, x.peak)
		}
	}
	if got := o.Totals().MaxDisplacement; got != 9 {
		t.Errorf("max displacement %d, want 9", got)
	}
}

func TestOrderPeakOutlivesItsWriter(t *testing.T) {
	o := NewOrder(1)
	w := o.Writer()
	w.Finished(10, 0)
	w.Finished(7, 0)
	w.Retire()
	w.Retire()
	for _, want := range []int64{3, 0} {
		if got := o.Peak(); got != want {
			t.Errorf("the peak is %d, want %d", got, want)
		}
	}
}

func TestAnItemIsNotLateAfterItself(t *testing.T) {
	o := NewOrder(1)
	w := o.Writer()
	w.Finished(7, 0)
	w.Finished(7, 0)
	if got := o.Totals(); got != (engine.Disorder{}) {
		t.Errorf("%+v", got)
	}
}

// TestItemsFinishTogetherAsOneByOne: of more keys than are told apart at once.
func TestItemsFinishTogetherAsOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, all := NewOrder(100), NewOrder(100)
		single, together := one.Writer(), all.Writer()
		for range 3 {
			seqs := rapid.SliceOfN(rapid.Int64Range(1, 500), 0, 64).Draw(t, "seqs")
			keys := rapid.SliceOfN(rapid.Int32Range(0, 99), len(seqs), len(seqs)).Draw(t, "keys")
			for i, seq := range seqs {
				single.Finished(seq, keys[i])
			}
			together.FinishedAll(seqs, keys)
		}
		if one.Totals() != all.Totals() {
			t.Fatalf("one by one %+v, together %+v", one.Totals(), all.Totals())
		}
	})
}

func TestMarksNeverFall(t *testing.T) {
	var mark, next atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 1_000_000 {
				v := next.Add(1)
				before := raise(&mark, v)
				if now := mark.Load(); now < v || now < before {
					t.Errorf("raised from %d to %d, then it is %d", before, v, now)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestOrderOfManyWriters(t *testing.T) {
	const (
		writers = 4
		each    = 5_000
		first   = writers*each + 1 // finishes before all others
	)
	o := NewOrder(1)
	w := o.Writer()
	w.Finished(first, 0)
	w.Retire()

	var all sync.WaitGroup
	for i := range writers {
		w := o.Writer()
		all.Go(func() {
			defer w.Retire()
			for n := range each {
				// A key belongs to one writer, which finishes its items in order.
				seq := int64(n*writers + i + 1)
				w.Finished(seq, int32(1+i+writers*(n%1000)))
			}
		})
	}
	all.Go(func() {
		for keys := 1; keys <= 1+writers*1000; keys += 100 {
			o.Grow(keys)
		}
	})
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		if d := o.Totals(); d.Late > writers*each || d.KeyLate != 0 || d.MaxDisplacement >= first {
			t.Fatalf("impossible: %+v", d)
		}
	}
	if got, want := o.Totals(), (engine.Disorder{Late: writers * each, MaxDisplacement: first - 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestKeyLateOfManyWriters(t *testing.T) {
	const writers, keys = 4, 2000
	o := NewOrder(keys)
	w := o.Writer()
	for k := range int32(keys) {
		w.Finished(1_000_000+int64(k), k)
	}
	var all sync.WaitGroup
	for i := range writers {
		w := o.Writer()
		all.Go(func() {
			for k := range int32(keys) {
				w.Finished(int64(k)*writers+int64(i)+1, k)
			}
		})
	}
	all.Wait()
	if got := o.Totals(); got.KeyLate != writers*keys || got.Late != writers*keys {
		t.Errorf("%+v, want %d late and key-late", got, writers*keys)
	}
}
