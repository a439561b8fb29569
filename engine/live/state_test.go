package live

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"duet/engine"
)

// TestASnapshotTellsWhereEveryoneIs looks at lanes at a known moment: item n is
// there at n times 100 ms, and takes 250 ms. Whoever goes on from there needs to
// know who has what in hand, since when, and what waits.
func TestASnapshotTellsWhereEveryoneIs(t *testing.T) {
	const ms = time.Millisecond
	type hand struct {
		state engine.WorkerState
		seq   int64
		since time.Duration
	}
	for _, c := range []struct {
		lane      string
		workers   []hand // the latest item first: which of idle workers takes one is open
		depth     int64
		backlog   int64
		busy      int
		publisher engine.PublisherSnapshot
	}{
		{
			// Both workers since items 1 and 2; 3 and 4 wait for the next that is free.
			"model: message, workers: 2",
			[]hand{{engine.Busy, 5, 600 * ms}, {engine.Busy, 4, 450 * ms}},
			1, 0, 2,
			engine.PublisherSnapshot{Seq: 6, Since: 600 * ms},
		},
		{
			"model: message, workers: 1, queue: {capacity: 2}",
			[]hand{{engine.Busy, 3, 600 * ms}},
			2, 1, 1,
			engine.PublisherSnapshot{Busy: true, Blocked: true, Seq: 6, Since: 600 * ms},
		},
		{
			"model: message, workers: 1, queue: {capacity: 1}",
			[]hand{{engine.Busy, 3, 600 * ms}},
			1, 2, 1,
			engine.PublisherSnapshot{Busy: true, Blocked: true, Seq: 5, Since: 600 * ms},
		},
		{
			"model: event", nil, 0, 3, 1,
			engine.PublisherSnapshot{Busy: true, Seq: 3, Since: 600 * ms, Calls: []engine.CallSnapshot{{State: engine.CallRunning, Took: 20 * ms}}},
		},
		{
			"model: event, dispatch: buffered",
			[]hand{{engine.Busy, 3, 600 * ms}},
			3, 0, 1,
			engine.PublisherSnapshot{Seq: 6, Since: 600 * ms},
		},
		{
			"model: event, dispatch: goroutine", nil, 0, 0, 3, // of items 4 to 6
			engine.PublisherSnapshot{Seq: 6, Since: 600 * ms},
		},
	} {
		t.Run(c.lane, func(t *testing.T) {
			inFakeTime(t, `
load: {rate: 10/s, arrivals: constant, keys: {count: 1000000}}
handlers: [{name: work, service: {dist: constant, mean: 250ms}}]
lanes: [{name: lane, `+c.lane+"}]", func(r *rig) {
				time.Sleep(620 * ms)
				l := r.lane("lane")
				if len(l.Workers) != len(c.workers) {
					t.Fatalf("%d workers\n%s", len(l.Workers), described(&r.snap))
				}
				var hands []hand
				for i, w := range l.Workers {
					hands = append(hands, hand{w.State, w.Seq, w.Since})
					if w.ID != i+1 {
						t.Errorf("worker %d is shown as number %d", w.ID, i+1)
					}
					if w.State == engine.Busy && (w.Demand != 250*ms || w.Attempt != 1 || w.Handler != 0) {
						t.Errorf("worker %d: %+v", w.ID, w)
					}
				}
				slices.SortFunc(hands, func(a, b hand) int { return cmp.Compare(b.seq, a.seq) })
				if !slices.Equal(hands, c.workers) {
					t.Errorf("workers have %+v in hand, should be %+v", hands, c.workers)
				}
				h := &l.Handlers[0]
				if h.Depth.Now != c.depth || h.Busy != c.busy || l.Whole.Backlog.Now != c.backlog {
					t.Errorf("depth %d, busy %d, backlog %d", h.Depth.Now, h.Busy, l.Whole.Backlog.Now)
				}
				p, want := l.Publishers[0], c.publisher
				if p.Busy != want.Busy || p.Blocked != want.Blocked || p.Seq != want.Seq || p.Since != want.Since || len(p.Calls) != len(want.Calls) ||
					len(p.Calls) == 1 && p.Calls[0] != want.Calls[0] {
					t.Errorf("publisher %+v\nshould be %+v", p, want)
				}
			})
		})
	}
}

// TestASnapshotTellsWhoIsAway: a crashed worker and when it is back, what waits for
// it in its partition, and how far the one is that has several handlers to run.
func TestASnapshotTellsWhoIsAway(t *testing.T) {
	const ms = time.Millisecond
	inFakeTime(t, `
load: {rate: 10/s, arrivals: constant, keys: {count: 1}}
handlers: [{name: one, service: {dist: constant, mean: 30ms}}, {name: two, service: {dist: constant, mean: 40ms}}]
lanes: [{model: message, handlers: [one], queue: {partitions: 2}, workers: 2, ack: after}, {name: together, model: message, handlers: together, workers: 1}]
`, func(r *rig) {
		time.Sleep(510 * ms)
		r.do(broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Lane: "message", Worker: 1, Restart: time.Second}))
		time.Sleep(340 * ms)
		l := r.lane("message")
		if w := l.Workers[0]; w.State != engine.Crashed || w.Since != 510*ms || w.BackAt != 1510*ms {
			t.Errorf("the crashed worker: %+v", w)
		}
		if p := l.Handlers[0].Partitions; len(p) != 2 || p[0] != 4 || p[1] != 0 || l.Handlers[0].Depth.Now != 4 { // items 5 (again) to 8
			t.Errorf("partitions %v, depth %d", p, l.Handlers[0].Depth.Now)
		}
		if w := r.lane("together").Workers[0]; w.State != engine.Busy || w.Seq != 8 || w.Handler != 1 || w.Since != 830*ms || w.Demand != 40*ms {
			t.Errorf("the worker at its second handler: %+v", w)
		}
	})
}

// TestALongItemAmongBriefOnesIsSeen: items that take no time are stamped in groups,
// but not the one that turns out to hang.
func TestALongItemAmongBriefOnesIsSeen(t *testing.T) {
	const ms = time.Millisecond
	inFakeTime(t, `
load: {rate: 4000/s, arrivals: constant}
handlers: [{name: one, service: {dist: constant, mean: 0s}}, {name: two, service: {dist: constant, mean: 0s}}]
lanes: [{model: event}, {model: message, handlers: [two], workers: 1, queue: {capacity: 10000}}]
`, func(r *rig) {
		time.Sleep(2*time.Second + 101*ms)
		r.do(broken(engine.Fault{Kind: engine.FaultStall, Target: "two", For: 500 * ms}))
		at := r.look().At
		l := r.await("somebody hangs, and others wait", time.Second, func(s *engine.Snapshot) bool {
			e, m := &s.Lanes[0].Ledger, &s.Lanes[1].Ledger
			return e.InFlight > 0 && e.Waiting > 0 && m.InFlight > 0 && m.Waiting > 0
		})
		e, m := &l.Lanes[0], &l.Lanes[1]
		p := e.Publishers[0]
		if !p.Busy || p.Seq != e.Ledger.Done+1 || len(p.Calls) != 2 || p.Calls[0].State != engine.CallOK || p.Calls[1].State != engine.CallRunning || p.Since < at {
			t.Errorf("the publisher: %+v", p)
		}
		if w := m.Workers[0]; w.State != engine.Stalled || w.Seq != m.Ledger.Done+1 || w.Since < at {
			t.Errorf("the worker: %+v", w)
		}
		for i := range l.Lanes {
			if x := &l.Lanes[i].Ledger; x.InFlight != 1 || x.Balance() != 0 {
				t.Errorf("%s: %+v", l.Lanes[i].Name, *x)
			}
		}
		r.do(set("load.rate", "0/s"))
		time.Sleep(time.Second)
		for i := range r.look().Lanes {
			l := &r.snap.Lanes[i]
			if l.Ledger.Done != l.Ledger.Offered || l.Ledger.Attempts != l.Ledger.Done || l.Whole.Service.Max != 500*ms || l.Whole.Latency.Count != l.Ledger.Done {
				t.Errorf("%s afterwards: service %+v\n%s", l.Name, l.Whole.Service, described(&r.snap))
			}
			for j := range l.Handlers {
				if h := &l.Handlers[j]; h.Ledger.Done != l.Ledger.Done || h.Ledger.Attempts != l.Ledger.Done {
					t.Errorf("%s, %s: %+v", l.Name, h.Name, h.Ledger)
				}
			}
		}
	})
}
