package truth_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/internal/pairs"
	"duet/engine/live"
	"duet/engine/replicate"
)

// settings are what a person may put together, some values each, by where they
// stand in a scenario.
var settings = []struct {
	where  string
	values []string
}{
	{"load", []string{
		"arrivals: poisson", "arrivals: constant", "arrivals: bursts, bursts: {size: 20, duty: 30%}", "arrivals: ramp, ramp: {from: 0.5, to: 3, over: 300ms}",
		"arrivals: sine, sine: {amplitude: 1, period: 200ms}", "arrivals: steps, steps: [{at: 100ms, times: 3}, {at: 300ms, times: 0}]",
	}},
	{"load", []string{"rate: 100/s", "rate: 700/s"}},
	{"load", []string{"keys: {count: 1}", "keys: {count: 16, skew: 1}", "payload: 64"}},
	{"load", []string{"classes: [{name: urgent, share: 20%}, {name: normal}]", ""}},
	{"load", []string{
		"timeout: 0s", "timeout: 8ms", "timeout: 20ms, retry: {attempts: 3}", "timeout: 10ms, retry: {attempts: 3, backoff: {base: 5ms, jitter: full}, budget: 10%}",
	}},
	{"handler", []string{
		"service: {dist: constant, mean: 3ms}", "service: {mean: 2ms}", "service: {dist: pareto, mean: 2ms}", "service: {dist: bimodal, mean: 4ms}", "service: {mean: 0s}",
	}},
	{"handler", []string{"fail: 0%", "fail: 20%", "panic: 20%", "fail: 10%, panic: 10%"}},
	{"handler", []string{"per: attempt", "per: item"}},
	{"handler", []string{"needs: ''", "needs: db"}},
	{"handler", []string{"idempotent: false", "idempotent: true"}},
	{"handler", []string{"publishes: ''", "publishes: third"}},
	{"more", []string{"", "{name: second, service: {mean: 1ms}, needs: db}, {name: third, fail: 5%}"}},
	{"both", []string{"recover: true", "recover: false"}},
	{"both", []string{"source: schedule", "source: ticker"}},
	{"both", []string{"speed: 1", "speed: 4"}},
	{"queue", []string{"capacity: 100", "capacity: 0", "capacity: 2"}},
	{"queue", []string{"when_full: block", "when_full: drop_newest", "when_full: drop_oldest"}},
	{"queue", []string{"drop_expired: false", "drop_expired: true"}},
	{"discipline", []string{"order: fifo", "order: lifo", "order: priority", "order: select"}},
	{"discipline", []string{"partitions: 0", "partitions: 8"}},
	{"discipline", []string{"visibility: 0s", "visibility: 20ms"}},
	{"message", []string{"workers: 1", "workers: 4"}},
	{"message", []string{"producers: 1", "producers: 3"}},
	{"message", []string{"ack: none", "ack: before", "ack: after", "ack: after, attempts: 3", "ack: after, attempts: 3, backoff: {base: 5ms, max: 8ms, jitter: full}"}},
	{"message", []string{"handlers: apart", "handlers: together"}},
	{"message", []string{"", "pools: {urgent: 1}"}},
	{"event", []string{"publishers: 1", "publishers: 3", "publishers: 3, publish_by: key", "publishers: per_item"}},
	{"event", []string{"dispatch: inline", "dispatch: goroutine", "dispatch: goroutine, limit: 3", "dispatch: buffered"}},
	{"timeline", []string{
		"", "fault: {crash: worker, lane: message, count: 2, restart: 50ms}", "fault: {crash: worker, lane: message, when: before_ack, restart: 50ms}",
		"fault: {stall: first, for: 70ms}", "fault: {slow: first, factor: 5, for: 100ms}", "fault: {fail: first, share: 50%, for: 100ms}",
		"fault: {panic: first, share: 50%, for: 100ms}", "fault: {stop: producers, for: 50ms}", "set: {lanes.message.queue.capacity: 5, lanes.message.workers: 3}",
	}},
}

// combined is the scenario of a value of each setting, or why there is none.
func combined(row []int) (*engine.Scenario, error) {
	parts := map[string][]string{}
	for i, s := range settings {
		if value := s.values[row[i]]; value != "" {
			parts[s.where] = append(parts[s.where], value)
		}
	}
	all := func(names ...string) string {
		var list []string
		for _, name := range names {
			list = append(list, parts[name]...)
		}
		return strings.Join(list, ", ")
	}
	handlers := "{name: first, " + all("handler") + "}"
	if more := all("more"); more != "" {
		handlers += ", " + more
	}
	text := fmt.Sprintf("duet: 1\nduration: 400ms\ndrain: 30s\nresources: [{name: db, slots: 2}]\nload: {%s}\nhandlers: [%s]\nlanes:\n"+
		"  - {model: message, %s, queue: {%s}}\n  - {model: event, %s, queue: {%s}}\n",
		all("load"), handlers, all("both", "message"), all("queue", "discipline"), all("both", "event"), all("queue"))
	if moment := all("timeline"); moment != "" {
		text += "timeline: [{at: 150ms, " + moment + "}]\n"
	}
	s, err := engine.Decode("combined.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	s.Story = text
	return s, nil
}

// combinations are scenarios in which every two values of two settings stand
// together, but for those that are refused together: clearly, each of them.
func combinations(t *testing.T) []*engine.Scenario {
	t.Helper()
	sizes := make([]int, len(settings))
	for i, s := range settings {
		sizes[i] = len(s.values)
	}
	refused := map[string]int{}
	rows, left := pairs.Cover(sizes, 200, func(row []int) bool {
		_, err := combined(row)
		var input *engine.InputError
		if err != nil && !errors.As(err, &input) {
			t.Errorf("refused without a place: %v", err)
		} else if err != nil {
			refused[input.Msg]++
		}
		return err == nil
	})
	scenarios := make([]*engine.Scenario, len(rows))
	for i, row := range rows {
		scenarios[i], _ = combined(row)
	}
	t.Logf("%d scenarios; %d pairs do not go together", len(rows), left)
	for msg, n := range refused {
		t.Logf("%4d times %s", n, msg)
	}
	return scenarios
}

// TestEveryTwoSettingsGoTogether runs them simulated, and on goroutines in fake
// time: what arrived is the same, and every ledger balances.
func TestEveryTwoSettingsGoTogether(t *testing.T) {
	all, still := combinations(t), 0
	for i, s := range all {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			want, quiescent := balanced(t, s, simulate)
			if quiescent {
				still++
			}
			synctest.Test(t, func(t *testing.T) {
				got, _ := balanced(t, s, func(s *engine.Scenario) (engine.Run, error) {
					return live.New(s, live.Options{Clock: clock.NewLane(clock.TimersOnly())})
				})
				if got != want {
					t.Errorf("%d items arrived, simulated %d\n%s", got, want, s.Story)
				}
			})
		})
	}
	if still < len(all)/2 { // in the others a lane has died, and items wait
		t.Errorf("only %d of %d came to an end, so that their ledgers could be held", still, len(all))
	}
}

// TestEveryTwoSettingsGoTogetherInRealTime runs them on goroutines, many at once; and
// under the race detector a part of them.
func TestEveryTwoSettingsGoTogetherInRealTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	var all sync.WaitGroup
	atOnce := make(chan struct{}, 32) // more would keep each other from ending in time
	for i, s := range combinations(t) {
		if shorter > 1 && i%8 > 0 {
			continue
		}
		s, err := s.With("drain", "1s") // where a lane has died, items wait
		if err != nil {
			t.Fatal(err)
		}
		atOnce <- struct{}{}
		all.Go(func() {
			defer func() { <-atOnce }()
			balanced(t, s, func(s *engine.Scenario) (engine.Run, error) { return live.New(s, live.Options{}) })
		})
	}
	all.Wait()
}

// balanced lets a run go to its end, and returns how many items arrived. It holds
// the ledgers if nothing moves any more.
func balanced(t *testing.T, s *engine.Scenario, start replicate.Start) (offered int64, quiescent bool) {
	t.Helper()
	r, err := start(s)
	if err != nil {
		t.Errorf("%v\n%s", err, s.Story)
		return 0, false
	}
	<-r.Done()
	var snap engine.Snapshot
	r.Snapshot(&snap)
	for i := range snap.Lanes {
		if !snap.Quiescent {
			break
		}
		l := &snap.Lanes[i]
		if n := l.Ledger.Balance(); n != 0 {
			t.Errorf("%s: the ledger is off by %d: %+v\n%s", l.Name, n, l.Ledger, s.Story)
		}
		for j := range l.Handlers {
			if h := &l.Handlers[j]; h.Ledger.Balance() != 0 {
				t.Errorf("%s: the ledger of %s is off by %d: %+v\n%s", l.Name, h.Name, h.Ledger.Balance(), h.Ledger, s.Story)
			}
		}
	}
	if err := r.Close(); err != nil {
		t.Errorf("%v\n%s", err, s.Story)
	}
	return snap.Offered, snap.Quiescent
}
