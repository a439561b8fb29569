package measure

import (
	"slices"
	"sync"
	"sync/atomic"

	"duet/engine"
)

// MaxKeys is how many keys an [Order] can tell apart: keys are 0 to MaxKeys-1.
const MaxKeys = 1 << 20

// Keys have their marks on pages, so that more can be added while others are
// being written.
const (
	pageBits = 10
	pageKeys = 1 << pageBits
)

// Order finds which items finished after one with a higher sequence number:
// over all keys (late, and by how many numbers) and within a key (key-late).
// It is exact: of two calls of Finished at the same time one counts as first.
//
// What writers share is the highest number finished so far, overall and of each
// key; what they count is their own. An Order takes 8 KB, and 8 KB for every
// 1,024 keys.
type Order struct {
	_       [cacheLine]byte
	highest atomic.Int64
	_       [cacheLine]byte
	pages   [MaxKeys / pageKeys]atomic.Pointer[[pageKeys]atomic.Int64]

	mu      sync.Mutex // guards what follows; not taken by Finished
	writers []*OrderWriter
	retired engine.Disorder
	peak    int64 // of writers that are gone, since the reader last asked
}

// NewOrder makes an Order ready for keys 0 to keys-1.
func NewOrder(keys int) *Order {
	o := new(Order)
	o.Grow(keys)
	return o
}

// Grow makes room for keys 0 to keys-1, at most MaxKeys, while items finish.
// Without it the first item of a new page of keys pays for its allocation.
func (o *Order) Grow(keys int) {
	for page := 0; page<<pageBits < keys; page++ {
		o.page(page)
	}
}

// page is a page of keys, made when it is first asked for.
func (o *Order) page(i int) *[pageKeys]atomic.Int64 {
	if p := o.pages[i].Load(); p != nil {
		return p
	}
	o.pages[i].CompareAndSwap(nil, new([pageKeys]atomic.Int64))
	return o.pages[i].Load()
}

// Writer adds a writer: one for each goroutine that finishes items.
func (o *Order) Writer() *OrderWriter {
	w := &OrderWriter{order: o}
	o.mu.Lock()
	defer o.mu.Unlock()
	w.place = len(o.writers)
	o.writers = append(o.writers, w)
	return w
}

// Totals is what all writers counted so far, those that are gone included.
func (o *Order) Totals() engine.Disorder {
	o.mu.Lock()
	defer o.mu.Unlock()
	total := o.retired
	for _, w := range o.writers {
		total = Combine(total, w.totals())
	}
	return total
}

// Peak is the highest displacement since Peak was last called: what the totals
// of two moments do not tell of the time between them. One reader may use it.
func (o *Order) Peak() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	peak := o.peak
	o.peak = 0
	for _, w := range o.writers {
		peak = max(peak, w.peak.Swap(0))
	}
	return peak
}

// Combine is the disorder of two stretches of time, or of two writers, together.
func Combine(a, b engine.Disorder) engine.Disorder {
	return engine.Disorder{
		Late:            a.Late + b.Late,
		KeyLate:         a.KeyLate + b.KeyLate,
		MaxDisplacement: max(a.MaxDisplacement, b.MaxDisplacement),
		NestedLate:      a.NestedLate + b.NestedLate,
	}
}

// OrderWriter notes finished items in an [Order], for one goroutine.
type OrderWriter struct {
	order   *Order
	place   int // among the order's writers; -1: it is retired. Guarded by the order's mu
	late    atomic.Int64
	keyLate atomic.Int64
	nested  atomic.Int64
	highest atomic.Int64 // displacement
	peak    atomic.Int64 // displacement since the reader last asked
	_       [cacheLine]byte
}

// Finished notes that the item with this sequence number (from 1) and key
// finished now. An item that is handled twice is noted once.
func (w *OrderWriter) Finished(seq int64, key int32) {
	if displacement := raise(&w.order.highest, seq) - seq; displacement > 0 {
		w.late.Store(w.late.Load() + 1)
		raise(&w.highest, displacement)
		raise(&w.peak, displacement)
	}
	w.finishedKey(seq, key)
}

// FinishedAll notes that several items, keys[i] of seqs[i], finished now, one
// after another and with no other between them.
func (w *OrderWriter) FinishedAll(seqs []int64, keys []int32) {
	if len(seqs) == 0 {
		return
	}
	highest := raise(&w.order.highest, slices.Max(seqs))
	var late, far int64
	for _, seq := range seqs {
		if displacement := highest - seq; displacement > 0 {
			late++
			far = max(far, displacement)
		} else {
			highest = seq
		}
	}
	if late > 0 {
		w.late.Store(w.late.Load() + late)
		raise(&w.highest, far)
		raise(&w.peak, far)
	}
	w.finishedKeys(seqs, keys)
}

// marks are the marks of some keys while several items finish together, so that
// what writers share is touched once for each key. The zero value is ready.
type marks [32]struct {
	shared  *atomic.Int64 // nil: unused
	key     int32
	highest int64
}

// finishedKeys notes that several items were the latest of their keys to finish,
// one after another.
func (w *OrderWriter) finishedKeys(seqs []int64, keys []int32) {
	var seen marks
	var late int64
	for i, seq := range seqs {
		m := &seen[uint32(keys[i])%uint32(len(seen))]
		if m.key != keys[i] || m.shared == nil {
			if m.shared != nil {
				raise(m.shared, m.highest)
			}
			m.key, m.shared = keys[i], w.order.mark(keys[i])
			m.highest = m.shared.Load()
		}
		if seq < m.highest {
			late++
		} else {
			m.highest = seq
		}
	}
	for i := range seen {
		if m := &seen[i]; m.shared != nil {
			raise(m.shared, m.highest)
		}
	}
	if late > 0 {
		w.keyLate.Store(w.keyLate.Load() + late)
	}
}

// mark is the highest number of a key that has finished.
func (o *Order) mark(key int32) *atomic.Int64 {
	return &o.page(int(key) >> pageBits)[key%pageKeys]
}

// finishedKey notes that an item was the latest of its key to finish.
func (w *OrderWriter) finishedKey(seq int64, key int32) {
	if raise(w.order.mark(key), seq) > seq {
		w.keyLate.Store(w.keyLate.Load() + 1)
	}
}

// NestedLate notes that a handler saw an item after what another one published
// while handling it.
func (w *OrderWriter) NestedLate() { w.nested.Store(w.nested.Load() + 1) }

// Retire ends the writer, whose counts the Order keeps. It may be called twice.
func (w *OrderWriter) Retire() {
	o := w.order
	o.mu.Lock()
	defer o.mu.Unlock()
	if w.place < 0 {
		return
	}
	n := len(o.writers) - 1
	o.writers[w.place], o.writers[n].place = o.writers[n], w.place
	o.writers[n] = nil
	o.writers, w.place = o.writers[:n], -1
	o.retired = Combine(o.retired, w.totals())
	o.peak = max(o.peak, w.peak.Swap(0))
}

func (w *OrderWriter) totals() engine.Disorder {
	return engine.Disorder{
		Late: w.late.Load(), KeyLate: w.keyLate.Load(), MaxDisplacement: w.highest.Load(), NestedLate: w.nested.Load(),
	}
}
