package live_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
)

// sampling is how far a level may be off that is sampled 200 times a second for
// 40 s.
const sampling = 0.015

// TestFiguresAgreeWithWhatHappened works the figures of three lanes out anew
// from what their handlers wrote down.
func TestFiguresAgreeWithWhatHappened(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		s := decode(t, `
seed: 3
duration: 40s
load: {rate: 100/s, keys: {count: 8}}
handlers: [{name: a, service: {mean: 24ms}}, {name: b, service: {mean: 24ms}}, {name: c, service: {mean: 24ms}}]
lanes:
  - {model: message, handlers: [a], workers: 3, queue: {capacity: 100000}}
  - {model: event, handlers: [b], publishers: 3}
  - {model: event, name: buffered, handlers: [c], dispatch: buffered, queue: {capacity: 100000}}
`)
		servers := []int{3, 3, 1}
		unit := demands(t, s)
		o := live.Options{Clock: c, Handlers: map[string]live.Func{}}
		recorders := make([]*recorder, len(servers))
		for i, n := range servers {
			recorders[i] = newRecorder(c, func(it engine.Item) time.Duration { return unit(it) * time.Duration(n) / 3 })
			o.Handlers[s.Handlers[i].Name] = recorders[i].handle
		}
		r, snap := whole(t, s, o)
		for i := range snap.Lanes {
			lane := &snap.Lanes[i]
			of := laneTest{t, lane.Name}
			checkFigures(of, lane, recorders[i], servers[i])
			checkHandler(of, lane, recorders[i].bySeq(), servers[i])
			checkSeries(of, r, snap, i, servers[i])
		}
	})
}

// laneTest says of which lane an error is. (A bubble has no subtests.)
type laneTest struct {
	testing.TB
	lane string
}

func (l laneTest) Errorf(format string, args ...any) {
	l.Helper()
	l.TB.Errorf("%s: "+format, append([]any{l.lane}, args...)...)
}

// checkFigures checks the whole-run figures of a lane that began at time 0.
func checkFigures(t testing.TB, lane *engine.LaneSnapshot, rec *recorder, servers int) {
	list, w := rec.bySeq(), &lane.Whole
	n, span := float64(len(list)), w.To.Seconds()
	agree(t, "wait", w.Wait, describe(durations(list, handled.wait)), 0, 0)
	agree(t, "service", w.Service, describe(durations(list, handled.service)), 0, 0)
	agree(t, "latency", w.Latency, describe(durations(list, handled.latency)), 0, 0)

	naive := handled.latency // a send to a queue with room can start when the item is there
	if lane.Publishers[0].Calls != nil {
		naive = handled.service // and a publish when the publisher is free
	}
	agree(t, "naive latency", w.Naive, describe(durations(list, naive)), 0, 0)
	if w.Lateness.Count == 0 || w.Lateness.Max != 0 {
		t.Errorf("in exact time the pacer is never late: %+v", w.Lateness)
	}

	waiting, working, waited := 0.0, 0.0, 0.0
	for i, wait := range replay(list, servers) {
		waiting += list[i].wait().Seconds()
		working += list[i].service().Seconds()
		if wait > 0 {
			waited++
		}
	}
	queue := w.Depth
	if lane.Publishers[0].Calls != nil {
		queue = w.Backlog // the publisher is the queue
	}
	for _, c := range []struct {
		what       string
		said, want float64
		part       float64
	}{
		{"in the system (the arrival rate times the latency)", w.InSystem.Mean, w.Arrivals * w.Latency.Mean.Seconds(), sampling},
		{"in the system", w.InSystem.Mean, (waiting + working) / span, sampling},
		{"waiting", queue.Mean, waiting / span, 2 * sampling},
		{"utilisation", w.Utilisation, working / span / float64(servers), sampling},
		{"part that waited", w.PWait, waited / n, 1e-9},
		{"throughput", w.Throughput, n / span, 1e-9},
		{"arrivals", w.Arrivals, n / span, 1e-9},
	} {
		if !near(c.said, c.want, c.part) {
			t.Errorf("%s is said to be %.6g, and was %.6g", c.what, c.said, c.want)
		}
	}
	if want := disorder(rec.ended()); w.Order != want {
		t.Errorf("order is said to be %+v, and was %+v", w.Order, want)
	}
	if queue.Max > int64(highest(list, handledWaiting)) || float64(queue.Max) < 0.9*float64(highest(list, handledWaiting)) {
		t.Errorf("at most %d waited, said to be %d", highest(list, handledWaiting), queue.Max)
	}
}

// checkHandler checks the figures of the only handler of a lane.
func checkHandler(t testing.TB, lane *engine.LaneSnapshot, list []handled, servers int) {
	if len(lane.Handlers) != 1 {
		t.Fatalf("%d handlers", len(lane.Handlers))
	}
	h := &lane.Handlers[0]
	agree(t, "handler wait", h.WholeWait, describe(durations(list, handled.wait)), 0, 0)
	agree(t, "handler service", h.WholeService, describe(durations(list, handled.service)), 0, 0)
	if h.Workers != servers || h.Busy != 0 {
		t.Errorf("%d servers, %d busy", h.Workers, h.Busy)
	}
	if h.Ledger.Done != int64(len(list)) || h.Ledger.Offered != h.Ledger.Done || h.Ledger.Attempts != h.Ledger.Done {
		t.Errorf("the ledger of %d deliveries: %+v", len(list), h.Ledger)
	}
	if !near(h.WholeUtilisation, lane.Whole.Utilisation, 1e-6) {
		t.Errorf("the lane's only stage is utilised %v, the lane %v", h.WholeUtilisation, lane.Whole.Utilisation)
	}
	var last []handled // that the recent window covers
	for _, x := range list {
		if x.end > lane.Recent.To-10*time.Second {
			last = append(last, x)
		}
	}
	if at := int64(len(last)); h.Service.Count < at || float64(h.Service.Count) > 1.15*float64(at) {
		t.Errorf("of the last 10 s are %d handlings, said to be %d", at, h.Service.Count)
	}
	done := int64(0)
	for _, x := range lane.Workers {
		done += x.Done
	}
	if len(lane.Workers) > 0 && done != int64(len(list)) {
		t.Errorf("the workers have done %d of %d", done, len(list))
	}
}

// checkSeries checks that the time series add up to the figures.
func checkSeries(t testing.TB, r *live.Run, snap *engine.Snapshot, i, servers int) {
	var series engine.Series
	r.Series(&series, 0, snap.At+time.Second)
	lane, l := &snap.Lanes[i], &series.Lanes[i]
	if steps := int(snap.At / series.Step); len(l.Done) != steps || len(series.Offered) != steps {
		t.Fatalf("%d steps of %v in %v", len(l.Done), series.Step, snap.At)
	}
	sum := func(column []float32) (total float64) {
		for _, x := range column {
			total += float64(x)
		}
		return total
	}
	mean := func(column []float32) float64 { return sum(column) / float64(len(column)) }
	// What is left over is of the step that was not over when the run was.
	if d := float64(lane.Ledger.Done) - sum(l.Done); d < 0 || d > 20 {
		t.Errorf("done: %v by the series, %d by the ledger", sum(l.Done), lane.Ledger.Done)
	}
	if d := float64(lane.Ledger.Offered) - sum(series.Offered); d < 0 || d > 20 {
		t.Errorf("offered: %v by the series, %d by the ledger", sum(series.Offered), lane.Ledger.Offered)
	}
	if !near(mean(l.Depth), lane.Whole.Depth.Mean, sampling) || !near(mean(l.Backlog), lane.Whole.Backlog.Mean, sampling) {
		t.Errorf("depth and backlog: %v and %v by the series, %v and %v by the gauges",
			mean(l.Depth), mean(l.Backlog), lane.Whole.Depth.Mean, lane.Whole.Backlog.Mean)
	}
	if !near(mean(l.InFlight), lane.Whole.Utilisation*float64(servers), sampling) {
		t.Errorf("in flight: %v by the series, %v of %d servers by utilisation", mean(l.InFlight), lane.Whole.Utilisation, servers)
	}
	if got := slices.Max(l.DepthMax); got != float32(lane.Whole.Depth.Max) {
		t.Errorf("the highest depth is %v by the series, %d by the gauge", got, lane.Whole.Depth.Max)
	}
	if got := slices.Max(l.BacklogMax); got != float32(lane.Whole.Backlog.Max) {
		t.Errorf("the highest backlog is %v by the series, %d by the gauge", got, lane.Whole.Backlog.Max)
	}
}

// disorder counts by looking at all that ended before.
func disorder(ended []handled) engine.Disorder {
	var d engine.Disorder
	for i, h := range ended {
		late, keyLate := int64(0), false
		for _, before := range ended[:i] {
			late = max(late, before.Seq-h.Seq)
			keyLate = keyLate || before.Key == h.Key && before.Seq > h.Seq
		}
		if late > 0 {
			d.Late++
			d.MaxDisplacement = max(d.MaxDisplacement, late)
		}
		if keyLate {
			d.KeyLate++
		}
	}
	return d
}

// handledWaiting says when an item waited.
func handledWaiting(h handled) (from, to time.Duration) { return h.At, h.start }

// highest is of how many intervals the most lie over one another.
func highest(list []handled, of func(handled) (from, to time.Duration)) int {
	type edge struct {
		at time.Duration
		by int
	}
	var edges []edge
	for _, h := range list {
		if from, to := of(h); to > from {
			edges = append(edges, edge{from, 1}, edge{to, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		return a.by - b.by
	})
	now, most := 0, 0
	for _, e := range edges {
		now += e.by
		most = max(most, now)
	}
	return most
}

// TestLevelsAreNotFooledByRhythm holds that what goes in the sampler's own time
// is seen in all its phases.
func TestLevelsAreNotFooledByRhythm(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		_, snap := whole(t, decode(t, `
duration: 60s
load: {rate: 200/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 2ms}}]
lanes: [{model: message, workers: 1}, {model: event}]
`), live.Options{Clock: c})
		for _, l := range snap.Lanes {
			if u := l.Whole.Utilisation; u < 0.38 || u > 0.42 {
				t.Errorf("%s: 2 ms of every 5 ms are a utilisation of 0.4, not %.3f", l.Name, u)
			}
			if in := l.Whole.InSystem.Mean; in < 0.38 || in > 0.42 {
				t.Errorf("%s: 2 ms of every 5 ms are 0.4 items in the system, not %.3f", l.Name, in)
			}
		}
	})
}

// TestAnObserverWorksAsLongAsItSays holds that a buffered observer that had
// nothing to do does not take the pause off the work that follows.
func TestAnObserverWorksAsLongAsItSays(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		s := decode(t, `
duration: 20s
load: {rate: 20/s, arrivals: bursts, bursts: {size: 4}}
handlers: [{name: work, service: {mean: 10ms}}]
lanes: [{model: event, name: buffered, dispatch: buffered}, {model: event, dispatch: goroutine}, {model: event, name: inline}, {model: message, workers: 1}]
`)
		demanded := describe(durations(offeredTo(t, s), handled.service))
		_, snap := whole(t, s, live.Options{Clock: c})
		for _, l := range snap.Lanes {
			agree(t, l.Name, l.Whole.Service, demanded, 0, 0)
		}
	})
}

// TestAWorkerThatComesBackStartsAfresh holds that who was removed or had crashed
// does not take the time that it was gone off the work that follows.
func TestAWorkerThatComesBackStartsAfresh(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		_, snap := whole(t, decode(t, `
duration: 20s
load: {rate: 100/s}
handlers: [{name: work, service: {dist: constant, mean: 30ms}}]
lanes: [{model: message, workers: 2, queue: {capacity: 100000}, ack: after}]
timeline:
  - {at: 3s, set: {lanes.message.workers: 1}}
  - {at: 6s, set: {lanes.message.workers: 2}}
  - {at: 9s, fault: {crash: worker, count: 2, when: before_ack, restart: 3s}}
`), live.Options{Clock: c})
		if s := snap.Lanes[0].Whole.Service; s.Count < 500 || s.Mean != 30*time.Millisecond {
			t.Errorf("each item takes 30 ms, not %v: %+v", s.Mean, s)
		}
	})
}

// TestHandlersOfTwoKindsInTurn holds that the work of a person's own handler is
// not taken off that of a synthetic one beside it.
func TestHandlersOfTwoKindsInTurn(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		_, snap := whole(t, decode(t, `
duration: 10s
load: {rate: 100/s}
handlers: [{name: own}, {name: work, service: {dist: constant, mean: 5ms}}]
lanes: [{model: message, handlers: together, workers: 1}, {model: event}]
`), live.Options{Clock: c, Handlers: map[string]live.Func{
			"own": func(ctx context.Context, _ engine.Item) error { return c.SleepUntil(ctx, c.Now()+10*time.Millisecond) },
		}})
		for _, l := range snap.Lanes {
			if got := l.Whole.Service; got.Count == 0 || got.Mean != 15*time.Millisecond {
				t.Errorf("%s: both handlers take 15 ms, not %+v", l.Name, got)
			}
		}
	})
}

// TestInlinePublishTakesWhatItsObserversTake holds that the price of a publish
// is the sum of the handlers.
func TestInlinePublishTakesWhatItsObserversTake(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		s := decode(t, `
duration: 20s
load: {rate: 30/s}
handlers: [{name: a, service: {mean: 4ms}}, {name: b, service: {mean: 6ms}}, {name: c, service: {dist: constant, mean: 1ms}}]
lanes: [{model: event}, {model: message, workers: 8}, {model: message, name: together, handlers: together, workers: 8}]
`)
		var took []time.Duration
		st := demandsOf(t, s)
		for _, it := range items(t, s, s.Duration) {
			took = append(took, st(it, 0)+st(it, 1)+st(it, 2))
		}
		_, snap := whole(t, s, live.Options{Clock: c})
		agree(t, "publish", snap.Lanes[0].Whole.Publish, describe(took), 0, 0)
		agree(t, "item's service", snap.Lanes[0].Whole.Service, describe(took), 0, 0)
		agree(t, "item's service, handlers together", snap.Lanes[2].Whole.Service, describe(took), 0, 0)
		for _, i := range []int{1, 2} {
			if p := snap.Lanes[i].Whole.Publish; p.Count != int64(len(took)) || p.Max != 0 {
				t.Errorf("%s: a send that finds room takes no time: %+v", snap.Lanes[i].Name, p)
			}
		}
		done := int64(0)
		for _, w := range snap.Lanes[2].Workers {
			done += w.Done
		}
		if done != int64(len(took)) {
			t.Errorf("together: the workers have done %d of %d", done, len(took))
		}
	})
}

// TestPartOfItemsThatWait holds that an item with several deliveries waits when
// its first one does.
func TestPartOfItemsThatWait(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		_, snap := whole(t, decode(t, `
duration: 10s
load: {rate: 10/s, arrivals: constant}
handlers: [{name: quick, service: {dist: constant, mean: 1ms}}, {name: slow, service: {dist: constant, mean: 99ms}}]
lanes: [{model: message, workers: 1}, {model: event}, {model: event, name: buffered, dispatch: buffered}]
`), live.Options{Clock: c})
		for _, l := range snap.Lanes {
			if l.Whole.PWait != 0 {
				t.Errorf("%s: nothing waits here, but PWait is %v", l.Name, l.Whole.PWait)
			}
		}
		_, snap = whole(t, decode(t, `
duration: 10s
load: {rate: 20/s, arrivals: bursts, bursts: {size: 4}}
handlers: [{name: a, service: {dist: constant, mean: 10ms}}, {name: b, service: {dist: constant, mean: 10ms}}]
lanes: [{model: message, workers: 1}, {model: event}, {model: event, name: buffered, dispatch: buffered}]
`), live.Options{Clock: clock.NewLane(clock.TimersOnly())})
		for _, l := range snap.Lanes {
			if l.Whole.PWait != 0.75 {
				t.Errorf("%s: of each four one does not wait, but PWait is %v", l.Name, l.Whole.PWait)
			}
		}
	})
}

// TestBlockedTimeIsThatOfTheFullQueue works out anew when a sender had to stand
// at a full queue.
func TestBlockedTimeIsThatOfTheFullQueue(t *testing.T) {
	const capacity = 2
	for _, lane := range []string{"{model: message, workers: 1", "{model: event, dispatch: buffered"} {
		inFakeTime(t, func(t *testing.T, c *clock.Lane) {
			s := decode(t, fmt.Sprintf(`
duration: 30s
load: {rate: 90/s}
handlers: [{name: work}]
lanes: [%s, queue: {capacity: %d}}]
`, lane, capacity))
			rec := newRecorder(c, demands(t, s))
			_, snap := whole(t, s, live.Options{Clock: c, Handlers: map[string]live.Func{"work": rec.handle}})
			list, blocked, entered := rec.bySeq(), time.Duration(0), time.Duration(0)
			for i, h := range list {
				ready := max(h.At, entered)
				entered = ready
				if i >= capacity {
					entered = max(ready, list[i-capacity].start)
				}
				blocked += entered - ready
			}
			w := &snap.Lanes[0].Whole
			if w.Blocked != blocked || blocked < time.Second {
				t.Errorf("%s: blocked for %v, said to be %v", lane, blocked, w.Blocked)
			}
			if w.Depth.Max != capacity {
				t.Errorf("%s: the depth of a queue for %d was %d", lane, capacity, w.Depth.Max)
			}
			if w.Publish.Count != int64(len(list)) || !near(w.Publish.Mean.Seconds()*float64(len(list)), blocked.Seconds(), 0.001) {
				t.Errorf("%s: what was blocked for %v took its callers %v in all", lane, blocked, w.Publish.Mean*time.Duration(len(list)))
			}
		})
	}
}

// TestWhoStandsAtSeveralQueuesPublishesOnce: a caller that stands at one full queue
// after another, or looks again because settings have changed, makes one call that
// takes as long as all of that.
func TestWhoStandsAtSeveralQueuesPublishesOnce(t *testing.T) {
	for _, lane := range []string{"model: message, workers: 1", "model: event, dispatch: buffered", "model: message, workers: 1, producers: 3"} {
		inFakeTime(t, func(t *testing.T, c *clock.Lane) {
			_, snap := whole(t, decode(t, fmt.Sprintf(`
duration: 30s
load: {rate: 90/s}
handlers: [{name: a}, {name: b}, {name: c}]
lanes: [{name: lane, queue: {capacity: 2}, %s}]
timeline: [{at: 10s, set: {lanes.lane.queue.capacity: 3}}, {at: 15s, set: {lanes.lane.recover: false}}, {at: 20s, set: {lanes.lane.queue.capacity: 1}}]
`, lane)), live.Options{Clock: c})
			l, w := &snap.Lanes[0].Ledger, &snap.Lanes[0].Whole
			if l.Done != l.Offered || w.Blocked < time.Second {
				t.Fatalf("%s: blocked for %v, %+v", lane, w.Blocked, *l)
			}
			if w.Publish.Count != l.Offered || !near(w.Publish.Mean.Seconds()*float64(l.Offered), w.Blocked.Seconds(), 0.001) {
				t.Errorf("%s: %d items were published %d times; that took %v in all, and callers were blocked for %v",
					lane, l.Offered, w.Publish.Count, w.Publish.Mean*time.Duration(w.Publish.Count), w.Blocked)
			}
		})
	}
}

// TestWhoStandsBlockedIsSeenNow holds that a caller that does not come back for
// long is counted while it stands, and how old its oldest item is.
func TestWhoStandsBlockedIsSeenNow(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		s := decode(t, `
load: {rate: 10/s, arrivals: constant}
handlers: [{name: work}]
lanes: [{model: message, workers: 1, queue: {capacity: 3}}, {model: event}]
`)
		r := start(t, s, live.Options{Endless: true, Clock: c, Handlers: map[string]live.Func{
			"work": func(ctx context.Context, _ engine.Item) error { <-ctx.Done(); return ctx.Err() },
		}})
		time.Sleep(30*time.Second + 50*time.Millisecond)
		synctest.Wait()
		m, e := look(r).Lanes[0], look(r).Lanes[1]
		// Item 1 is in hand, 2 to 4 wait, the sender stands with 5 since 0.5 s.
		if b := m.Whole.Blocked; b < 29*time.Second || b > 30*time.Second {
			t.Errorf("the sender stands for 29.5 s, said to be %v", b)
		}
		if b := m.Recent.Blocked; b < 9*time.Second || b > m.Recent.To-m.Recent.From {
			t.Errorf("the sender stood all the last %v, said to be %v", m.Recent.To-m.Recent.From, b)
		}
		for _, l := range []engine.LaneSnapshot{m, e} {
			if off := (l.OldestWaiting - 29850*time.Millisecond).Abs(); off > 2*5*time.Millisecond {
				t.Errorf("%s: item 2 waits for 29.85 s, said to be %v", l.Name, l.OldestWaiting)
			}
		}
	})
}

// TestTheOldestIsFoundWhereverItWaits holds the age of the oldest item against
// who has not been begun, where queues are not all of what came last.
func TestTheOldestIsFoundWhereverItWaits(t *testing.T) {
	for _, lane := range []string{
		"{model: message, workers: 1, queue: {capacity: 50}}",
		"{model: message, workers: 1, queue: {capacity: 50, when_full: drop_newest}}",
		"{model: message, workers: 1, queue: {capacity: 50, when_full: drop_oldest}}",
		"{model: message, workers: 2, queue: {capacity: 1000, partitions: 2}}",
		"{model: event, dispatch: buffered, queue: {capacity: 50, when_full: drop_newest}}",
		"{model: event, publishers: 2, publish_by: key}",
	} {
		inFakeTime(t, func(t *testing.T, c *clock.Lane) {
			s := decode(t, fmt.Sprintf(`
load: {rate: 100/s, arrivals: constant, keys: {count: 2}}
handlers: [{name: work}]
lanes: [%s]
`, lane))
			var begun sync.Map
			r := start(t, s, live.Options{Endless: true, Clock: c, Handlers: map[string]live.Func{
				"work": func(ctx context.Context, it engine.Item) error {
					begun.Store(it.Seq, true)
					return c.SleepUntil(ctx, c.Now()+time.Duration(20*(1+it.Key))*time.Millisecond)
				},
			}})
			dropped := func(seq int64) bool {
				return slices.ContainsFunc(r.Journal(nil, 0), func(e engine.Entry) bool { return e.Seq == seq && e.What == engine.Dropped })
			}
			for range 3 {
				time.Sleep(1503 * time.Millisecond)
				synctest.Wait()
				said, now := look(r).Lanes[0].OldestWaiting, c.Now()
				oldest := time.Duration(0)
				for _, it := range items(t, s, now+1) {
					if _, was := begun.Load(it.Seq); !was && !dropped(it.Seq) {
						oldest = now - it.At
						break
					}
				}
				if (said - oldest).Abs() > 100*time.Millisecond { // the item in hand, and what came between
					t.Errorf("%s at %v: the oldest waits for %v, said to be %v", lane, now, oldest, said)
				}
			}
		})
	}
}

// TestTheOldestIsFoundBehindRetries holds that tries that failed do not count
// as items begun.
func TestTheOldestIsFoundBehindRetries(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		s := decode(t, `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: work}]
lanes: [{model: message, workers: 1, queue: {capacity: 100000}, ack: after, attempts: 3}]
`)
		var begun sync.Map
		r := start(t, s, live.Options{Endless: true, Clock: c, Handlers: map[string]live.Func{
			"work": func(ctx context.Context, it engine.Item) error {
				begun.Store(it.Seq, true)
				_ = c.SleepUntil(ctx, c.Now()+10*time.Millisecond)
				return context.DeadlineExceeded
			},
		}})
		for range 10 {
			time.Sleep(997 * time.Millisecond)
			synctest.Wait()
			l, now := look(r).Lanes[0], c.Now()
			oldest := time.Duration(0)
			for _, it := range items(t, s, now+1) {
				if _, was := begun.Load(it.Seq); !was {
					oldest = now - it.At
					break
				}
			}
			if (l.OldestWaiting - oldest).Abs() > 20*time.Millisecond {
				t.Errorf("at %v the oldest not begun waits for %v, said to be %v", now, oldest, l.OldestWaiting)
			}
		}
	})
}
