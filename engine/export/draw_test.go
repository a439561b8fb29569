package export_test

import (
	"fmt"
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/internal/pairs"
)

// factors are settings with some values each, by where they stand in a scenario.
var factors = []struct {
	where  string
	values []string
}{
	{"load", []string{"arrivals: constant", "arrivals: poisson", "arrivals: bursts, bursts: {size: 7, duty: 40%}", "arrivals: ramp, ramp: {from: 3, to: 0.5, over: 100ms}", "arrivals: sine", "arrivals: steps, steps: [{at: 50ms, times: 3}, {at: 200ms, times: 0}]"}},
	{"load", []string{"rate: 100/s", "rate: 1000/s", "rate: 0/s"}},
	{"load", []string{"keys: {count: 1}", "keys: {count: 16, skew: 1}", "payload: 100"}},
	{"load", []string{"timeout: 0s", "timeout: 0s", "timeout: 5ms", "timeout: 20ms, retry: {attempts: 3}", "timeout: 10ms, retry: {attempts: 3, backoff: {base: 5ms, jitter: full}, budget: 10%}"}},
	{"handler", []string{"service: {dist: constant, mean: 3ms}", "service: {mean: 2ms}", "service: {dist: uniform, mean: 2ms}", "service: {dist: lognormal, mean: 2ms, cv: 2}", "service: {dist: gamma, mean: 2ms, cv: 2}", "service: {dist: pareto, mean: 2ms}", "service: {dist: bimodal, mean: 2ms}", "service: {mean: 0s}"}},
	{"handler", []string{"fail: 0%", "fail: 20%", "panic: 20%", "fail: 10%, panic: 10%"}},
	{"handler", []string{"per: attempt", "per: item"}},
	{"handler", []string{"needs: ''", "needs: db", "idempotent: true", "needs: db, idempotent: true"}},
	{"source", []string{"source: schedule", "source: ticker"}},
	{"handler", []string{"work: wait", "work: wait", "work: cpu"}},
	{"more", []string{"", "{name: second}, {name: queue, service: {mean: 1ms}, panic: 1%}"}},
	{"both", []string{"recover: true", "recover: true", "recover: false"}},
	{"both", []string{"speed: 1", "speed: 4", "speed: 1.5"}},
	{"both", []string{"handlers: apart", "handlers: [first]"}},
	{"queue", []string{"capacity: 100", "capacity: 0", "capacity: 2"}},
	{"queue", []string{"when_full: block", "when_full: drop_newest", "when_full: drop_oldest"}},
	{"queue", []string{"drop_expired: false", "drop_expired: true"}},
	{"partitions", []string{"partitions: 0", "partitions: 8"}},
	{"classes", []string{"", "", "classes: [{name: urgent, share: 30%}, {name: normal}]", "classes: [{name: urgent, share: 30%}, {name: normal, share: 60%}, {name: bulk}]"}},
	{"order", []string{"order: fifo", "order: lifo", "order: priority", "order: select"}},
	{"pools", []string{"", "", "pools: {urgent: 2}", "pools: {urgent: 0, normal: 1}"}},
	{"message", []string{"workers: 1", "workers: 4", "workers: 8", "workers: 0"}},
	{"message", []string{"producers: 1", "producers: 3"}},
	{"message", []string{"ack: none", "ack: before", "ack: after, attempts: 3", "ack: after, attempts: 3, backoff: {base: 5ms}", "ack: after, attempts: 2, backoff: {base: 5ms, max: 8ms, jitter: full}"}},
	{"together", []string{"", "handlers: together"}},
	{"event", []string{"publishers: 1", "publishers: 3", "publishers: 3, publish_by: key", "publishers: per_item"}},
	{"event", []string{"dispatch: inline", "dispatch: goroutine", "dispatch: goroutine, limit: 3", "dispatch: buffered"}},
}

// scenario makes one of a value for each factor; nil where they do not go together.
func scenario(chosen []int) (*engine.Scenario, string) {
	parts := map[string][]string{}
	for i, f := range factors {
		if value := f.values[chosen[i]]; value != "" {
			parts[f.where] = append(parts[f.where], value)
		}
	}
	all := func(names ...string) string {
		var list []string
		for _, name := range names {
			list = append(list, parts[name]...)
		}
		return strings.Join(list, ", ")
	}
	both := all("both")
	message := both
	if len(parts["together"]) > 0 {
		message = strings.NewReplacer("handlers: apart", "handlers: together", "handlers: [first]", "handlers: together").Replace(both)
	}
	more := all("more")
	if more != "" {
		more = ", " + more
	}
	text := fmt.Sprintf("duet: 1\nduration: 1s\nresources: [{name: db, slots: 2}]\nload: {%s}\nhandlers: [{name: first, %s}%s]\nlanes:\n"+
		"  - {model: message, %s, %s, queue: {%s}}\n  - {model: event, %s, %s, queue: {%s}}\n",
		all("load", "classes"), all("handler"), more, message, all("message", "source", "pools"), all("queue", "partitions", "order"), both, all("event", "source"), all("queue"))
	s, err := engine.Decode("drawn.yaml", []byte(text))
	if err != nil {
		return nil, text + err.Error()
	}
	return s, text
}

// pairwise are scenarios that hold every two values of two factors together in some
// scenario, but for the few that so many scenarios leave.
func pairwise(t *testing.T) []*engine.Scenario {
	t.Helper()
	sizes := make([]int, len(factors))
	for i, f := range factors {
		sizes[i] = len(f.values)
	}
	rows, left := pairs.Cover(sizes, 56, func(row []int) bool {
		s, _ := scenario(row)
		return s != nil
	})
	t.Logf("%d scenarios; %d pairs are left", len(rows), left)
	all := make([]*engine.Scenario, len(rows))
	for i, row := range rows {
		all[i], _ = scenario(row)
	}
	return all
}
