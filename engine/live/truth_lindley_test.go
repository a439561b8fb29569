package live_test

import (
	"slices"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
)

// replay is the queue with several servers and one line, by the recursion of
// Kiefer and Wolfowitz (with one server, Lindley's): each item starts when it is
// there and the server that is free first is free. It returns the waits.
func replay(list []handled, servers int) []time.Duration {
	free := make([]time.Duration, servers)
	waits := make([]time.Duration, len(list))
	for i, h := range list {
		first := 0
		for k := range free {
			if free[k] < free[first] {
				first = k
			}
		}
		start := max(h.At, free[first])
		waits[i] = start - h.At
		free[first] = start + h.service()
	}
	return waits
}

// deviation is how far the waits of a run are from those of the recursion, item
// by item.
type deviation struct {
	early  time.Duration // the most by which an item started before it could have
	worst  time.Duration // the most by which one started later
	median time.Duration
	within float64 // the part of the items within the tolerance
}

func deviate(list []handled, servers int, tolerance time.Duration) deviation {
	var d deviation
	waits := replay(list, servers)
	late := make([]time.Duration, len(list))
	for i, h := range list {
		late[i] = h.wait() - waits[i]
		d.early = max(d.early, -late[i])
		d.worst = max(d.worst, late[i])
		if late[i] <= tolerance {
			d.within += 1 / float64(len(list))
		}
	}
	slices.Sort(late)
	d.median = late[len(late)/2]
	return d
}

// TestWaitsFollowTheRecursion holds the waits of a real run against those of
// the textbook, on the same items with the service times that were measured.
//
// What may lie between them is known from the run itself. The pacer let an item
// go late, which the run records. Whoever was to go on was not run by the
// machine at once: how long that takes, the handlers know, it is by how much they
// overslept. And between two handlings a server has some books to keep, which
// adds up while it is busy: the run counts that as service, the handlers do not.
// So an item may start late by as much as these three together; but none may
// start before the recursion lets it.
func TestWaitsFollowTheRecursion(t *testing.T) {
	t.Parallel()
	insist(t, followTheRecursion)
}

func followTheRecursion(t testing.TB) {
	s := decode(t, `
seed: 7
duration: 4s
load: {rate: 80/s}
handlers:
  - {name: one, service: {mean: 10ms}}
  - {name: four, service: {mean: 10ms}}
  - {name: alone, service: {mean: 10ms}}
  - {name: three, service: {mean: 10ms}}
lanes:
  - {model: message, name: m_one, handlers: [one], workers: 1, queue: {capacity: 10000}}
  - {model: message, name: m_four, handlers: [four], workers: 4, queue: {capacity: 10000}}
  - {model: event, name: e_one, handlers: [alone], publishers: 1}
  - {model: event, name: e_three, handlers: [three], publishers: 3}
`)
	servers := []int{1, 4, 1, 3}
	c := clock.NewLane()
	unit := demands(t, s)
	o := live.Options{Clock: c, Handlers: map[string]live.Func{}}
	var recorders []*recorder
	for i, n := range servers {
		r := newRecorder(c, func(it engine.Item) time.Duration { return time.Duration(n) * unit(it) })
		recorders = append(recorders, r)
		o.Handlers[s.Handlers[i].Name] = r.handle
	}
	_, snap := whole(t, s, o)
	offered := items(t, s, s.Duration)
	for i, n := range servers {
		lane, list := &snap.Lanes[i], recorders[i].bySeq()
		if len(list) != len(offered) {
			t.Fatalf("%s handled %d items of %d", lane.Name, len(list), len(offered))
		}
		var overslept, worked time.Duration
		for k, h := range list {
			if h.Item != offered[k] {
				t.Fatalf("%s: item %+v should be %+v", lane.Name, h.Item, offered[k])
			}
			overslept = max(overslept, h.service()-recorders[i].demand(h.Item))
			worked += h.service()
		}
		between := lane.Whole.Service.Mean*time.Duration(len(list)) - worked
		tolerance := lane.Whole.Lateness.Max + overslept + between
		d := deviate(list, n, tolerance)
		t.Logf("%s: median %v, worst %v late; %.1f %% within the %v of this run (released %v late, overslept %v, between handlings %v in all)",
			lane.Name, d.median, d.worst, 100*d.within, tolerance, lane.Whole.Lateness.Max, overslept, between)
		if d.early > 0 {
			t.Errorf("%s: an item started %v before a server was free", lane.Name, d.early)
		}
		if d.within < 0.99 || d.median > tolerance/2 {
			t.Errorf("%s does not follow the recursion: %+v", lane.Name, d)
		}
		// By the median, because the tolerance of a busy machine hides anything.
		if more := deviate(list, n+1, tolerance); more.median < 5*d.median {
			t.Errorf("%s: the test cannot tell %d servers from %d: %+v", lane.Name, n, n+1, more)
		}
		if n > 1 {
			if less := deviate(list, n-1, tolerance); less.early < 5*d.median {
				t.Errorf("%s: the test cannot tell %d servers from %d: %+v", lane.Name, n, n-1, less)
			}
		}
		stamps := stampCost + between/time.Duration(len(list))
		agree(t, lane.Name+" wait", lane.Whole.Wait, describe(durations(list, handled.wait)), stamps, stamps+overslept)
		agree(t, lane.Name+" latency", lane.Whole.Latency, describe(durations(list, handled.latency)), stamps, stamps+overslept)
	}
}

// stampCost is what lies between the handler's own stamp and that of whoever
// calls it. What else there is between two handlings comes on top.
const stampCost = 20 * time.Microsecond
