package workload

import (
	"testing"
	"time"

	"duet/engine"
)

func TestDemandsAreThoseOfTheItems(t *testing.T) {
	s := scenario(engine.Load{Rate: 10, Arrivals: engine.Poisson})
	st := stream(t, s)
	c := st.Cursor()
	items := take(c, 100)
	slower := *s
	slower.Handlers = append([]engine.Handler(nil), s.Handlers...)
	slower.Handlers[0].Service.Mean *= 3
	st.Change(0, &slower)
	items = append(items, take(c, 100)...)
	all := make([]time.Duration, len(items))
	st.Demands(items, 0, all)
	for i, it := range items {
		if all[i] != st.Demand(it, 0) {
			t.Fatalf("item %d demands %v, and among others %v", it.Seq, st.Demand(it, 0), all[i])
		}
	}
}
