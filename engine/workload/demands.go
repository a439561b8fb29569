package workload

import (
	"time"

	"duet/engine"
)

// Demands fills dst with what [Stream.Demand] returns for each of the items, which
// follow each other, and a handler, for less than as many calls.
func (st *Stream) Demands(items []engine.Item, handler int, dst []time.Duration) {
	epochs := st.log.Load().epochs
	for len(items) > 0 {
		n, epoch := 1, items[0].Epoch
		for n < len(items) && items[n].Epoch == epoch {
			n++
		}
		epochs[epoch].services.demands(handler, items[0].Seq, dst[:n])
		items, dst = items[n:], dst[n:]
	}
}
