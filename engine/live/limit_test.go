package live

import (
	"reflect"
	"runtime"
	"testing"
	"time"

	"duet/engine"
)

// TestGoroutinesStopAtTheirLimit lets three times as many goroutines be asked for
// as there may be, for two minutes. They stop at their limit, the lane says so
// and lives, and the lane beside it has the same latencies as without such a
// neighbour.
func TestGoroutinesStopAtTheirLimit(t *testing.T) {
	const limit = 50
	neighbour := `
load: {rate: 15/s}
handlers: [{name: quick, service: {mean: 10ms}}, {name: slow, service: {mean: 10s}}]
lanes: [{model: message, handlers: [quick], workers: 1}`
	var alone engine.Summary
	inFakeTime(t, neighbour+"]", func(r *rig) {
		time.Sleep(2 * time.Minute)
		alone = r.lane("message").Whole.Latency
	})
	inFakeTime(t, neighbour+", {model: event, handlers: [slow], dispatch: goroutine, limit: 50}]", func(r *rig) {
		for range 8 {
			time.Sleep(15 * time.Second)
			if err := checkCounts(r.look()); err != nil {
				t.Error(err)
			}
			if n := runtime.NumGoroutine(); n > limit+50 {
				t.Fatalf("%d goroutines", n)
			}
		}
		l := r.lane("event")
		if !l.AtLimit || l.Dead != "" || l.Goroutines.Max > limit+1 || l.Goroutines.Max < limit {
			t.Errorf("at the limit %v, dead %q, goroutines %+v", l.AtLimit, l.Dead, l.Goroutines)
		}
		if l.Ledger.Done < 500 || l.Ledger.InFlight != limit || l.Ledger.Balance() != 0 || l.Ledger.Waiting < 900 {
			t.Errorf("%d at once for two minutes, 10 s each: %+v", limit, l.Ledger)
		}
		if got := r.lane("message").Whole.Latency; !reflect.DeepEqual(got, alone) {
			t.Errorf("the lane beside it had %+v alone, and now %+v", alone, got)
		}
		r.do(set("lanes.event.limit", "100000"))
		time.Sleep(time.Second)
		if l := r.lane("event"); l.AtLimit || l.Whole.Backlog.Now != 0 || l.Ledger.Balance() != 0 {
			t.Errorf("with room it goes on: %+v", l.Ledger)
		}
	})
}

// TestADoorOpensWhenThereMayBeMore at once, not when somebody has gone out.
func TestADoorOpensWhenThereMayBeMore(t *testing.T) {
	inFakeTime(t, `
load: {rate: 15/s, arrivals: constant}
handlers: [{name: slow, service: {dist: constant, mean: 1m}}]
lanes: [{model: event, publishers: per_item, limit: 5}]`, func(r *rig) {
		time.Sleep(10 * time.Second)
		if l := r.lane("event"); !l.AtLimit || l.Ledger.InFlight != 5 {
			t.Errorf("not at its limit: %+v", l.Ledger)
		}
		r.do(set("lanes.event.limit", "1000"))
		time.Sleep(time.Millisecond)
		if l := r.lane("event"); l.AtLimit || l.Ledger.InFlight != l.Ledger.Offered || l.Ledger.Offered < 150 {
			t.Errorf("with room it goes on: %+v", l.Ledger)
		}
	})
}

// TestADoorTakesBackItsProducers: however often it closes and opens, there are not
// more of them than were at work at once, and what they counted stays.
func TestADoorTakesBackItsProducers(t *testing.T) {
	inFakeTime(t, `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: slow, service: {dist: constant, mean: 1s}}]
lanes: [{model: event, publishers: per_item}]`, func(r *rig) {
		var first int
		for cycle := range 4 {
			r.do(set("load.rate", "100/s"), set("lanes.event.publishers", "per_item"))
			time.Sleep(5 * time.Second)
			r.do(set("load.rate", "0/s"))
			time.Sleep(5 * time.Second)
			r.do(set("lanes.event.publishers", "1"))
			time.Sleep(time.Second)
			c := r.lanes[0].crew.Load()
			if n := len(c.producers) + len(c.retired); cycle == 0 {
				first = n
			} else if n > first+1 { // the one that publishes alone
				t.Errorf("%d producers, after %d: %d", cycle+1, first, n)
			}
		}
		if l := r.lane("event"); first < 100 || l.Ledger.Done < 1990 || l.Whole.Publish.Count != l.Ledger.Done || checkBalance(&r.snap) != nil {
			t.Errorf("%d producers; %d publishes\n%s", first, l.Whole.Publish.Count, described(&r.snap))
		}
	})
}
