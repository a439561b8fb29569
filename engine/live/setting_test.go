package live

import (
	"testing"
	"time"

	"duet/engine"
)

// TestSettingsHoldFromNowOn changes each kind of setting in a running lane, and
// looks at the ten seconds after that.
func TestSettingsHoldFromNowOn(t *testing.T) {
	const brisk = `
load: {rate: 100/s, arrivals: constant, keys: {count: 4}}
handlers: [{name: work, service: {dist: constant, mean: 25ms}}]
lanes: [{name: lane, `
	message := brisk + "model: message, workers: 2, queue: {capacity: 10}}]"
	event := brisk + "model: event, publishers: 2}]"
	for _, c := range []struct {
		path, value, text string
		want              func(l *engine.LaneSnapshot, w *engine.Window) bool
	}{
		{"lanes.lane.workers", "5", message, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return w.Throughput > 99 }},
		{"lanes.lane.workers", "1", message, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return about(w.Throughput, 40) }},
		{"lanes.lane.speed", "5", message, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return w.Throughput > 99 }},
		{"lanes.lane.queue.capacity", "30", message, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return w.Depth.Now == 30 }},
		{"lanes.lane.queue.capacity", "0", message, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return w.Depth.Now == 0 }},
		{"lanes.lane.queue.when_full", "drop_newest", message, func(l *engine.LaneSnapshot, w *engine.Window) bool {
			return w.Backlog.Now == 0 && l.Ledger.Dropped > 100 && w.Depth.Now >= 9
		}},
		{"lanes.lane.queue.partitions", "2", message, func(l *engine.LaneSnapshot, w *engine.Window) bool {
			return len(l.Handlers[0].Partitions) == 2 && about(w.Throughput, 80)
		}},
		{"lanes.lane.producers", "3", message, func(l *engine.LaneSnapshot, _ *engine.Window) bool {
			return len(l.Publishers) == 3 && l.Publishers[2].Blocked
		}},
		{"handlers.work.service.mean", "5ms", message, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return w.Throughput > 99 }},
		{"handlers.work.fail", "50%", message, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return about(w.Throughput, 40) }},
		{"handlers.work.panic", "50%", event, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return about(w.Throughput, 40) }},
		{"load.rate", "20/s", message, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return about(w.Arrivals, 20) }},
		{"lanes.lane.publishers", "4", event, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return w.Throughput > 99 }},
		{"lanes.lane.dispatch", "goroutine", event, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return w.Latency.P50 < 26*time.Millisecond }},
		{"lanes.lane.dispatch", "buffered", event, func(l *engine.LaneSnapshot, w *engine.Window) bool {
			return len(l.Workers) == 1 && about(w.Throughput, 40)
		}},
		{"lanes.lane.publishers", "1", event, func(_ *engine.LaneSnapshot, w *engine.Window) bool { return about(w.Throughput, 40) }},
	} {
		t.Run(c.path+"="+c.value, func(t *testing.T) {
			inFakeTime(t, c.text, func(r *rig) {
				time.Sleep(2*time.Second + 3*time.Millisecond) // never while an item arrives
				l := r.lane("lane")
				if c.want(l, &l.Recent) {
					t.Error("so it was before: the test would see no change")
				}
				r.do(set(c.path, c.value))
				time.Sleep(20*time.Second + time.Millisecond) // nor while one ends
				if l := r.lane("lane"); !c.want(l, &l.Recent) || l.Ledger.Balance() != 0 {
					t.Errorf("%+v\n%s", l.Recent, described(&r.snap))
				}
			})
		})
	}
}

// TestANewHandoverLosesNothing narrows the handlers of a lane while three producers
// have handed an item to one of two, and stand at the other: they get through, and
// what comes after goes to the one that is left.
func TestANewHandoverLosesNothing(t *testing.T) {
	for _, capacity := range []string{"0", "1"} {
		inFakeTime(t, `
load: {rate: 10/s, arrivals: constant}
handlers: [{name: quick, service: {dist: constant, mean: 1ms}}, {name: slow, service: {dist: constant, mean: 10s}}]
lanes: [{name: lane, model: message, workers: 1, producers: 3, queue: {capacity: `+capacity+`}}]`, func(r *rig) {
			time.Sleep(650 * time.Millisecond)
			l := r.lane("lane")
			for _, p := range l.Publishers {
				if !p.Blocked {
					t.Fatalf("capacity %s: a producer does not stand at the full queue: %+v", capacity, p)
				}
			}
			begun := l.Handlers[0].Ledger.Done
			r.do(set("lanes.lane.handlers", "[quick]"))
			time.Sleep(time.Minute)
			l = r.lane("lane")
			if l.Ledger.Lost != 0 || l.Ledger.Balance() != 0 || l.Ledger.Done != l.Ledger.Offered {
				t.Errorf("capacity %s: %+v", capacity, l.Ledger)
			}
			if last := l.Whole.Latency.Max; last < 10*time.Second*time.Duration(begun-1) {
				t.Errorf("capacity %s: of %d items that one had got the other had the last after %v", capacity, begun, last)
			}
		})
	}
}

// about is within a tenth of what is expected.
func about(got, want float64) bool { return got > 0.9*want && got < 1.1*want }
