package live_test

import (
	"reflect"
	"testing"
	"time"

	"duet/engine/clock"
	"duet/engine/live"
)

// TestAStalledObserverHoldsItsCaller lets an observer hang for 10 s. The lane
// with the queue does not notice; the bus has what arrived meanwhile before its
// door, which latency from the intended time tells and the naive one does not.
func TestAStalledObserverHoldsItsCaller(t *testing.T) {
	const scenario = `
duration: 35s
load: {rate: 100/s, arrivals: constant}
handlers:
  - {name: work, service: {mean: 5ms}}
lanes:
  - {model: message, workers: 1}
  - {model: event, publishers: 1}
`
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		_, calm := whole(t, decode(t, scenario), live.Options{Clock: c})
		_, snap := whole(t, decode(t, scenario+`timeline:
  - {at: 10s, fault: {stall: work, lane: event, for: 10s}}
`), live.Options{Clock: clock.NewLane(clock.TimersOnly())})

		message, before := snap.Lanes[0].Whole, calm.Lanes[0].Whole
		if !reflect.DeepEqual(message.Latency, before.Latency) {
			t.Errorf("the message lane's latency was\n%+v\nand with the stall next door\n%+v", before.Latency, message.Latency)
		}
		event, unhurt := snap.Lanes[1].Whole, calm.Lanes[1].Whole
		if grown := event.Backlog.Max - unhurt.Backlog.Max; grown < 980 || grown > 1020 {
			t.Errorf("in 10 s at 100/s the backlog grew by %d", grown)
		}
		if event.Latency.Max < 10*time.Second || event.Latency.Max > 11*time.Second {
			t.Errorf("the item in hand took %v", event.Latency.Max)
		}
		if apart := event.Latency.P95 - event.Naive.P95; apart < 5*time.Second {
			t.Errorf("p95 is %v, and naively %v: only %v apart", event.Latency.P95, event.Naive.P95, apart)
		}
		if event.Naive.P95 > 50*time.Millisecond {
			t.Errorf("the naive p95 is %v: it should not know of the stall", event.Naive.P95)
		}
		if snap.Lanes[1].Ledger.Balance() != 0 || snap.Lanes[1].Ledger.Done != snap.Offered {
			t.Errorf("a stall loses nothing: %+v", snap.Lanes[1].Ledger)
		}
	})
}
