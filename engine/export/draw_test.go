package export_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"duet/engine"
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
		all("load"), all("handler"), more, message, all("message", "source"), all("queue", "partitions"), both, all("event", "source"), all("queue"))
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
	type pair struct{ f, v, g, w int }
	covered := map[pair]bool{}
	pairs := func(chosen []int, see func(pair)) {
		for f := range chosen {
			for g := f + 1; g < len(chosen); g++ {
				see(pair{f, chosen[f], g, chosen[g]})
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	chosen := make([]int, len(factors))
	var all []*engine.Scenario
	for range 48 {
		var best *engine.Scenario
		var bestChosen []int
		most := 0
		for range 40 {
			for i, f := range factors {
				chosen[i] = rng.IntN(len(f.values))
			}
			fresh := 0
			pairs(chosen, func(p pair) {
				if !covered[p] {
					fresh++
				}
			})
			if fresh <= most {
				continue
			}
			if s, _ := scenario(chosen); s != nil {
				best, bestChosen, most = s, append([]int(nil), chosen...), fresh
			}
		}
		if best == nil {
			break
		}
		pairs(bestChosen, func(p pair) { covered[p] = true })
		all = append(all, best)
	}
	open := 0
	for f := range factors {
		for g := f + 1; g < len(factors); g++ {
			for v := range factors[f].values {
				for w := range factors[g].values {
					if !covered[pair{f, v, g, w}] {
						open++
					}
				}
			}
		}
	}
	t.Logf("%d scenarios cover %d pairs, %d are left", len(all), len(covered), open)
	return all
}
