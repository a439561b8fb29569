package live

import (
	"math/rand/v2"
	"testing"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
)

// TestWhatIsHandledAtOnceIsBookedOnce: items with a record among those without, in bursts
// that end anywhere within a group, of which the journal follows some.
func TestWhatIsHandledAtOnceIsBookedOnce(t *testing.T) {
	inFakeTime(t, `
load: {rate: 0/s, keys: {count: 100}}
handlers: [{name: work, service: {mean: 0s}}]
lanes: [{model: message, workers: 1}]
`, func(r *rig) {
		r.sampling.SetRate(4000) // which is every fourth
		l := r.lanes[0]
		g := l.current.Load()
		h := g.handlers[0]
		m := (&watch{gen: g, h: h, runs: g.runs(h)}).Worker(2).(*meter)
		random := rand.New(rand.NewPCG(1, 1))
		var recorded []*record
		seq := int64(0)
		for range 60 {
			ds := make([]delivery, 1+random.IntN(stageMost))
			for i := range ds {
				seq++
				ds[i].item = engine.Item{Seq: seq, Key: int32(random.IntN(100))}
				if random.IntN(20) == 0 {
					ds[i].rec = newRecord(g, 8, nil)
					recorded = append(recorded, ds[i].rec)
				}
			}
			m.Several(&ds[0])
			m.Handled(ds)
			if random.IntN(4) == 0 {
				m.Idle()
			}
		}
		m.Exit(false)

		for _, rec := range recorded {
			if rec.pending.Load() != 0 {
				t.Fatal("a record waits for a delivery that has ended")
			}
		}
		var deliveries account.Sums
		m.addTo(&deliveries, 0)
		var latencies measure.Counts
		l.measured[m.bank].latency.AddTo(&latencies)
		if n := m.items.ended[account.Done].Load(); n != seq || deliveries.Ended[account.Done] != seq || latencies.Count() != seq {
			t.Errorf("of %d there are %d items, %d deliveries and %d latencies", seq, n, deliveries.Ended[account.Done], latencies.Count())
		}
		told := map[int64]int{}
		for _, e := range r.Journal(nil, 0) {
			if e.What == engine.Done {
				told[e.Seq]++
			}
		}
		for n := int64(1); n <= seq; n++ {
			want := 0
			if n%4 == 0 {
				want = 2 // of the delivery, and of the item
			}
			if told[n] != want {
				t.Fatalf("the journal tells %d times of item %d of %d", told[n], n, seq)
			}
		}
	})
}
