package live

import (
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
)

// delivery is what travels through a topic or a bus: an item on its way to a
// handler.
type delivery struct {
	item engine.Item
	sent time.Duration // when its hand-over could begin, lane time
	rec  *record       // shared by the deliveries of one item; nil when it has only one
}

// record follows an item that has several deliveries (or carries a payload).
// It is taken from the pool when the item is handed over, and returned by
// whoever ends its last delivery.
type record struct {
	pending atomic.Int32 // deliveries not ended yet
	began   atomic.Int64 // lane time of the first start, plus one; 0: not yet
	worst   atomic.Uint32
	body    []byte // the payload
}

var records = sync.Pool{New: func() any { return new(record) }}

func newRecord(deliveries int, payload int32) *record {
	r := records.Get().(*record)
	r.pending.Store(int32(deliveries))
	r.began.Store(0)
	r.worst.Store(uint32(done))
	if int(payload) > cap(r.body) {
		r.body = make([]byte, payload)
	}
	r.body = r.body[:payload]
	return r
}

// begin notes the first start of any delivery, and tells whether this is it.
func (r *record) begin(now time.Duration) bool {
	return r.began.Load() == 0 && r.began.CompareAndSwap(0, int64(now)+1)
}

// start is when the first delivery started, or fallback when none has.
func (r *record) start(fallback time.Duration) time.Duration {
	if b := r.began.Load(); b != 0 {
		return time.Duration(b - 1)
	}
	return fallback
}

// end ends a delivery with an outcome. When it was the last one it returns the
// item's outcome and true; the record must then be given back with free once its
// times are read.
func (r *record) end(out outcome) (outcome, bool) {
	for {
		w := r.worst.Load()
		if w >= uint32(out) || r.worst.CompareAndSwap(w, uint32(out)) {
			break
		}
	}
	if r.pending.Add(-1) != 0 {
		return 0, false
	}
	return outcome(r.worst.Load()), true
}

func (r *record) free() { records.Put(r) }
