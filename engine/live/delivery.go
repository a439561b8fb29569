package live

import (
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/account"
)

// delivery is what travels through a topic or a bus: an item on its way to a
// handler.
type delivery struct {
	item engine.Item
	sent time.Duration // when its hand-over could begin, lane time
	rec  *record       // shared by the deliveries of one item; nil when it has only one
}

// try is the try of a client that the delivery belongs to; nil: the item's client
// waits for ever.
func (d *delivery) try() *try {
	if d.rec == nil {
		return nil
	}
	return d.rec.try
}

// arrived is when the item, or the client's try for it, arrived, or when it was
// published while the item was handled.
func (d *delivery) arrived() time.Duration {
	if d.nested() {
		return d.rec.at
	}
	return d.try().arrived(&d.item)
}

// nested tells whether it was published while its item was handled.
func (d *delivery) nested() bool { return d.rec != nil && d.rec.parent != nil }

// record follows an item that has several deliveries, carries a payload, is a task of
// an execution trace, or has a client that does not wait for ever (then it follows one
// try for the item).
// It is taken from the pool when the item is handed over, and returned by
// whoever ends its last delivery.
type record struct {
	pending atomic.Int32 // deliveries not ended yet
	began   atomic.Int64 // lane time of the first start, plus one; 0: not yet
	worst   atomic.Uint32
	body    []byte                   // the payload
	try     *try                     // nil: its client waits for ever
	task    atomic.Pointer[itemTask] // in an execution trace; nil: there is none
	of      *generation              // through which it was handed over

	parent *record       // of what was published while an item was handled: the item's; nil: it is an item's
	at     time.Duration // when that was
	seen   atomic.Uint32 // in which turn who gets both has begun with them
}

var records = sync.Pool{New: func() any { return new(record) }}

func newRecord(of *generation, payload int32, t *try) *record {
	r := records.Get().(*record)
	r.of, r.try = of, t
	r.seen.Store(unseen)
	r.pending.Store(int32(of.deliveries))
	r.began.Store(0)
	r.worst.Store(uint32(account.Done))
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
func (r *record) end(out account.Outcome) (account.Outcome, bool) {
	for {
		w := r.worst.Load()
		if w >= uint32(out) || r.worst.CompareAndSwap(w, uint32(out)) {
			break
		}
	}
	if r.pending.Add(-1) != 0 {
		return 0, false
	}
	return account.Outcome(r.worst.Load()), true
}

func (r *record) free() {
	r.endTask()
	if r.of.visible.Load() {
		return // another hand may still have it
	}
	r.of, r.try, r.parent = nil, nil, nil
	records.Put(r)
}
