// Package journal keeps what happened to items, one entry after another: a
// bounded ring that the goroutines of all lanes write at changes of state, and a
// sampler that decides whose story is written when there are too many items.
package journal

import (
	"runtime"
	"sync/atomic"
	"time"

	"duet/engine"
)

// Ring keeps the latest entries. Any number of goroutines may add and read at
// the same time, without a lock: a writer claims a number by one atomic add and
// with it a slot; each slot says which entry it holds, so that a reader never
// takes one that is being overwritten.
type Ring struct {
	last  atomic.Uint64 // number of the latest entry claimed
	slots []slot        // entry n is in slots[(n-1) % len]
}

// slot is an entry in words that can be read while they are written.
type slot struct {
	// state is 2n when entry n is complete, 2n+1 while it is being written.
	state           atomic.Uint64
	at, seq         atomic.Int64
	keyLaneHandler  atomic.Uint64
	workerTriesWhat atomic.Uint64
}

// NewRing makes a Ring for at least capacity entries, 40 bytes each: the next
// power of two.
func NewRing(capacity int) *Ring {
	size := 1
	for size < capacity {
		size *= 2
	}
	return &Ring{slots: make([]slot, size)}
}

// Add appends e and gives it its number, N, counted from 1. It allocates nothing
// and does not wait, but for a writer that is still at the entry one whole ring
// earlier.
func (r *Ring) Add(e engine.Entry) {
	n := r.last.Add(1)
	s := r.slot(n)
	for {
		state := s.state.Load()
		switch {
		case state > 2*n:
			return // overtaken by a whole ring: this entry is already overwritten
		case state%2 == 1:
			runtime.Gosched()
		case s.state.CompareAndSwap(state, 2*n+1):
			s.store(&e)
			s.state.Store(2 * n)
			return
		}
	}
}

// Read appends to dst the entries after number after, oldest first, as far as
// they are still kept, and no further than to the first that is still being
// written. A gap in N is what was overwritten.
func (r *Ring) Read(dst []engine.Entry, after uint64) []engine.Entry {
	last := r.last.Load()
	n := after + 1
	if size := uint64(len(r.slots)); last > size {
		n = max(n, last-size+1)
	}
	for ; n <= last; n++ {
		s := r.slot(n)
		state := s.state.Load()
		if state < 2*n || state == 2*n+1 {
			break
		}
		e := s.load(n)
		if state == 2*n && s.state.Load() == state {
			dst = append(dst, e)
		}
	}
	return dst
}

// Len is how many entries are kept.
func (r *Ring) Len() int { return int(min(r.last.Load(), uint64(len(r.slots)))) }

func (r *Ring) slot(n uint64) *slot { return &r.slots[(n-1)&uint64(len(r.slots)-1)] }

func (s *slot) store(e *engine.Entry) {
	s.at.Store(int64(e.At))
	s.seq.Store(e.Seq)
	s.keyLaneHandler.Store(uint64(uint32(e.Key))<<32 | uint64(uint16(e.Lane))<<16 | uint64(uint16(e.Handler)))
	s.workerTriesWhat.Store(uint64(uint32(e.Worker))<<32 | uint64(uint16(e.Attempt))<<16 | uint64(e.What))
}

func (s *slot) load(n uint64) engine.Entry {
	a, b := s.keyLaneHandler.Load(), s.workerTriesWhat.Load()
	return engine.Entry{
		N: n, At: time.Duration(s.at.Load()), Seq: s.seq.Load(),
		Key: int32(a >> 32), Lane: int16(a >> 16), Handler: int16(a),
		Worker: int32(b >> 32), Attempt: int16(b >> 16), What: engine.Happening(b),
	}
}
