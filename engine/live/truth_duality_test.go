package live_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
)

// dual is a queue with so many workers beside a bus with as many callers.
func dual(t testing.TB, n int, seconds int) *engine.Scenario {
	return decode(t, fmt.Sprintf(`
duration: %ds
load: {rate: %d/s}
handlers:
  - {name: work, service: {mean: 20ms}}
lanes:
  - {model: message, workers: %d, queue: {capacity: 10000}}
  - {model: event, publishers: %d}
`, seconds, 40*n, n, n))
}

// TestOneServerIsOneServerExactly holds that in exact time a worker and an inline
// caller are the same machine, to the nanosecond.
func TestOneServerIsOneServerExactly(t *testing.T) {
	for _, n := range []int{1, 4} {
		inFakeTime(t, func(t *testing.T, c *clock.Lane) {
			_, snap := whole(t, dual(t, n, 20), live.Options{Clock: c})
			m, e := &snap.Lanes[0], &snap.Lanes[1]
			if m.Ledger.Offered == 0 || m.Ledger != e.Ledger {
				t.Errorf("%d and %d: the ledgers differ: %+v, %+v", n, n, m.Ledger, e.Ledger)
			}
			for _, c := range []struct {
				what string
				m, e engine.Summary
			}{
				{"latency", m.Whole.Latency, e.Whole.Latency},
				{"wait", m.Whole.Wait, e.Whole.Wait},
				{"service", m.Whole.Service, e.Whole.Service},
			} {
				if !reflect.DeepEqual(c.m, c.e) {
					t.Errorf("%d and %d: %s differs:\n%+v\n%+v", n, n, c.what, c.m, c.e)
				}
			}
			if m.Whole.Order != e.Whole.Order {
				t.Errorf("%d and %d: order differs: %+v, %+v", n, n, m.Whole.Order, e.Whole.Order)
			}
			if m.Whole.PWait != e.Whole.PWait {
				t.Errorf("%d and %d: of one %v had to wait, of the other %v", n, n, m.Whole.PWait, e.Whole.PWait)
			}
		})
	}
}

// TestOneServerIsOneServer is the same on the machine as it is.
func TestOneServerIsOneServer(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 4} {
		t.Run(fmt.Sprintf("%d and %d", n, n), func(t *testing.T) {
			t.Parallel()
			insist(t, func(t testing.TB) { oneServer(t, n) })
		})
	}
}

func oneServer(t testing.TB, n int) {
	_, snap := whole(t, dual(t, n, 4), live.Options{})
	m, e := &snap.Lanes[0], &snap.Lanes[1]
	if m.Ledger.Offered != e.Ledger.Offered || m.Whole.Latency.Count != e.Whole.Latency.Count {
		t.Errorf("the lanes got different items: %+v, %+v", m.Ledger, e.Ledger)
	}
	for _, c := range []struct {
		what string
		m, e time.Duration
	}{
		{"mean", m.Whole.Latency.Mean, e.Whole.Latency.Mean},
		{"p50", m.Whole.Latency.P50, e.Whole.Latency.P50},
		{"p90", m.Whole.Latency.P90, e.Whole.Latency.P90},
	} {
		t.Logf("latency %s: %v and %v", c.what, c.m, c.e)
		if !near(float64(c.m), float64(c.e), 0.05) {
			t.Errorf("latency %s: %v with workers, %v with callers", c.what, c.m, c.e)
		}
	}
	// Had the one lane a server more, this test would see it.
	list := offeredTo(t, snap.Scenario)
	if n == 1 && near(float64(meanLatency(list, n)), float64(meanLatency(list, n+1)), 0.2) {
		t.Error("the load cannot tell one server from two")
	}
}

// offeredTo is what a scenario's items ask for, as if each had been handled at
// once.
func offeredTo(t testing.TB, s *engine.Scenario) []handled {
	demand := demands(t, s)
	var list []handled
	for _, it := range items(t, s, s.Duration) {
		list = append(list, handled{it, it.At, it.At + demand(it)})
	}
	return list
}

// meanLatency is that of the textbook.
func meanLatency(list []handled, servers int) time.Duration {
	sum := time.Duration(0)
	for i, w := range replay(list, servers) {
		sum += w + list[i].service()
	}
	return sum / time.Duration(len(list))
}
