package truth_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/replicate"
)

// TestLawsHoldInBothEngines runs drawn scenarios, in which who is first may matter,
// by both engines, and holds what must be true of either whoever was.
func TestLawsHoldInBothEngines(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawWild(rt)
		var real, simulated engine.Snapshot
		synctest.Test(t, func(t *testing.T) { real = outcome(t, s, performed) })
		simulated = outcome(t, s, simulate)
		broken := append(laws(&real, s), laws(&simulated, s)...)
		for i := range simulated.Lanes {
			broken = append(broken, exactLaws(&simulated.Lanes[i], simulated.Quiescent && len(s.Timeline) == 0)...)
			if r, v := &real.Lanes[i].Ledger, &simulated.Lanes[i].Ledger; r.Offered != v.Offered {
				broken = append(broken, fmt.Sprintf("%s: %d items arrived on goroutines, %d in the simulation", s.Lanes[i].Name, r.Offered, v.Offered))
			}
		}
		if broken != nil {
			rt.Fatalf("%s\n%s", strings.Join(broken, "\n"), s.Story)
		}
	})
}

// outcome lets a run go to its end.
func outcome(t *testing.T, s *engine.Scenario, start replicate.Start) (snap engine.Snapshot) {
	t.Helper()
	r, err := start(s)
	if err != nil {
		t.Fatal(err)
	}
	<-r.Done()
	r.Snapshot(&snap)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	return snap
}

// rounded is 1 as the mean of many ones.
const rounded = 1 + 1e-9

// book collects the laws that are broken.
type book struct {
	where  string
	broken []string
}

func (b *book) hold(law string, ok bool, of any) {
	if !ok {
		b.broken = append(b.broken, fmt.Sprintf("%s: not so: %s: %+v", b.where, law, of))
	}
}

// ever tells what a scenario says at some time.
type ever struct{ drops, crashes, dies, rebuilt, acks, tries, gives, discards bool }

func everOf(s *engine.Scenario, lane *engine.Lane) ever {
	text := s.Story // settings and changes
	return ever{
		drops: strings.Contains(text, "drop_") || lane.Source == engine.Ticker, crashes: strings.Contains(text, "crash"), dies: !lane.Recover,
		rebuilt: strings.Contains(text, ".handlers: ") || strings.Contains(text, ".dispatch: "),
		acks:    lane.Ack == engine.AckAfter || strings.Contains(text, `"after"`), tries: lane.Attempts > 1 || strings.Contains(text, "attempts:"),
		gives:    !strings.Contains(text, "timeout: 0s") || strings.Contains(text, "load.timeout"),
		discards: lane.Queue.DropExpired,
	}
}

// laws that hold whatever happened.
func laws(snap *engine.Snapshot, s *engine.Scenario) []string {
	var broken []string
	for i := range snap.Lanes {
		l, e := &snap.Lanes[i], everOf(s, &s.Lanes[i])
		b := &book{where: fmt.Sprintf("%s, %s", snap.Mode, l.Name)}
		b.ledger(&l.Ledger, e, snap.Quiescent)
		b.times(&l.Whole, &l.Ledger)
		b.hold("who never gives up never tries again", e.gives || l.Retries == 0 && l.Wasted == 0, l.Retries)
		b.hold("retries are some of the tries", l.Retries <= int64(s.Load.Retry.Attempts-1)*l.Ledger.Offered, l.Retries)
		if budget := float64(s.Load.Retry.Budget); budget > 0 {
			b.hold("retries keep to their budget", float64(l.Retries) <= budget*float64(l.Ledger.Offered)+engine.BudgetStart, l.Retries)
		}
		for j := range l.Handlers {
			h := &l.Handlers[j]
			b.where = fmt.Sprintf("%s, %s, %s", snap.Mode, l.Name, h.Name)
			b.ledger(&h.Ledger, e, snap.Quiescent)
			b.hold("utilisation is a share", h.WholeUtilisation >= 0 && h.WholeUtilisation <= rounded, h.WholeUtilisation)
		}
		for j := range l.Resources {
			r := &l.Resources[j]
			b.where = fmt.Sprintf("%s, %s, %s", snap.Mode, l.Name, r.Name)
			b.hold("no more is taken than there is", r.InUse.Max <= int64(r.Slots) && r.WholeUtilisation <= rounded, *r)
			b.hold("nothing is taken where nothing goes on", !snap.Quiescent || r.InUse.Now+r.Waiting.Now == 0, *r)
		}
		broken = append(broken, b.broken...)
	}
	return broken
}

func (b *book) ledger(l *engine.Ledger, e ever, quiescent bool) {
	for _, n := range []int64{
		l.Offered, l.Done, l.Failed, l.Dropped, l.Expired, l.DeadLettered, l.Lost, l.Waiting, l.InFlight,
		l.Redelivered, l.Duplicates, l.Deduplicated, l.Attempts, l.Skipped,
	} {
		b.hold("no count is negative", n >= 0, *l)
	}
	b.hold("what has ended was offered", l.Ended() <= l.Offered, *l)
	if quiescent {
		b.hold("the ledger balances", l.Balance() == 0 && l.Waiting == 0 && l.InFlight == 0, *l)
	}
	b.hold("what was handled was begun", l.Attempts >= l.Done+l.Failed+l.DeadLettered-l.Dropped, *l)
	b.hold("only a policy or a ticker drops", e.drops || l.Dropped == 0, *l)
	b.hold("only crashes, deaths and other hand-overs lose", e.crashes || e.dies || e.rebuilt || l.Lost == 0, *l)
	b.hold("only an ack brings back", e.acks || l.Redelivered == 0 && l.Duplicates == 0 && l.Deduplicated == 0, *l)
	b.hold("duplicates are redelivered", !quiescent || e.dies || e.discards || l.Duplicates+l.Deduplicated <= l.Redelivered, *l) // one that a dead lane lost was to be, or that a worker threw away
	b.hold("only who tries again gives up on letters", e.tries || l.DeadLettered == 0, *l)
	b.hold("only who gives up expires", e.gives || l.Expired == 0, *l)
}

// times holds what is true of the measured times of a lane, and of its order.
func (b *book) times(w *engine.Window, l *engine.Ledger) {
	b.hold("only what was handled has a latency", w.Latency.Count <= l.Done+l.Failed+l.DeadLettered, w.Latency.Count)
	b.hold("waits, services and latencies are of the same items", w.Wait.Count == w.Latency.Count && w.Service.Count == w.Latency.Count && w.Naive.Count == w.Latency.Count, *w)
	off := w.Wait.Mean + w.Service.Mean - w.Latency.Mean
	b.hold("latency is wait and service", off.Abs() <= 3, []time.Duration{w.Wait.Mean, w.Service.Mean, w.Latency.Mean})
	b.hold("the naive latency is no longer", w.Naive.Mean <= w.Latency.Mean && w.Naive.Max <= w.Latency.Max, []time.Duration{w.Naive.Mean, w.Latency.Mean})
	o := w.Order
	b.hold("what is late is displaced", (o.Late > 0) == (o.MaxDisplacement > 0) && o.KeyLate <= o.Late && o.Late <= w.Latency.Count, o)
	b.hold("shares are shares", w.PWait >= 0 && w.PWait <= 1 && w.Utilisation >= 0 && w.Utilisation <= rounded, []float64{w.PWait, w.Utilisation})
	for _, s := range []*engine.Summary{&w.Wait, &w.Service, &w.Latency, &w.Naive, &w.Publish} {
		b.hold("percentiles rise", s.P50 <= s.P90 && s.P90 <= s.P95 && s.P95 <= s.P99 && s.P99 <= s.P999, *s)
	}
}

// exactLaws hold where levels are integrated exactly, event by event: what is
// counted by time, and what is measured by items, is the same (Little's law, for
// the whole of a run that begins and ends empty: Little, Graves, in Building
// Intuition, 2008, chapter 5).
func exactLaws(l *engine.LaneSnapshot, steady bool) []string {
	w, b := &l.Whole, &book{where: "simulated, " + l.Name}
	b.hold("the ledger balances at any moment", l.Ledger.Balance() == 0, l.Ledger)
	length := (w.To - w.From).Seconds()
	near := func(x, y float64) bool { return math.Abs(x-y) <= 1e-6*(x+y)+1e-6 }
	if w.Latency.Count == l.Ledger.Offered {
		inSystem, latencies := w.InSystem.Mean*length, w.Latency.Mean.Seconds()*float64(w.Latency.Count)
		b.hold("L is lambda W", near(inSystem, latencies), []float64{inSystem, latencies})
	}
	for i := range l.Handlers {
		h := &l.Handlers[i]
		b.hold("the ledger of "+h.Name+" balances at any moment", h.Ledger.Balance() == 0, h.Ledger)
		if steady {
			busy, services := h.WholeUtilisation*float64(h.Workers)*length, h.WholeService.Mean.Seconds()*float64(h.WholeService.Count)
			b.hold("utilisation is lambda S, "+h.Name, near(busy, services), []float64{busy, services})
		}
	}
	return b.broken
}
