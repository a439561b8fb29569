package workload

import (
	"time"

	"duet/engine"
)

// Demands fills dst with what [Stream.Demand] returns for each of the items and a
// handler, for less than as many calls.
func (st *Stream) Demands(items []engine.Item, handler int, dst []time.Duration) {
	epochs := st.log.Load().epochs
	for i := range items {
		dst[i] = epochs[items[i].Epoch].services.demand(handler, items[i].Seq)
	}
}
