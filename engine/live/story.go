package live

import (
	"sync"

	"duet/engine"
	"duet/engine/account"
)

// The beginning of an item's story in the journal is the producer's to tell;
// the rest tells who handles it. They run at the same time, so that an item may
// be noted as accepted after its handling: what came first is told by At.

// tellArrived notes that the producer took the item in hand; with inline dispatch
// it is thereby accepted as well.
func (p *producer) tellArrived() {
	p.lane.note(engine.Arrived, &p.d, -1, 0, 0, p.now)
	if p.of.inline {
		p.lane.note(engine.Accepted, &p.d, -1, 0, 0, p.now)
	}
}

// tellAccepted notes that the item in hand was handed over, to one handler at
// least.
func (p *producer) tellAccepted() {
	if !p.of.inline && p.lane.refusals.take(p.d.item.Seq) < p.of.deliveries {
		p.lane.note(engine.Accepted, &p.d, -1, 0, 0, p.now)
	}
}

// refusals counts, of the items that the journal follows, the deliveries that
// found a full queue, until their producer asks for them.
type refusals struct {
	mu sync.Mutex
	of map[int64]int // by sequence number
}

func (r *refusals) add(seq int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of = make(map[int64]int)
	}
	r.of[seq]++
}

func (r *refusals) take(seq int64) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.of[seq]
	delete(r.of, seq)
	return n
}

// refused books a delivery dropped at a full queue before it was in.
func (g *generation) refused(runs []*handler, d *delivery) {
	if g.lane.run.sampling.Wants(d.item.Seq) {
		g.lane.refusals.add(d.item.Seq)
	}
	g.missed(runs, d, account.Dropped)
}
