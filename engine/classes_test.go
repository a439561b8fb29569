package engine

import (
	"strings"
	"testing"
)

const classed = `
load: {rate: 100/s, timeout: 1s, classes: [{name: urgent, share: 20%}, {name: normal, share: 50%}, {name: bulk}]}
handlers: [{name: charge}, {name: email}]
lanes:
  - {model: message, name: pools, queue: {order: priority, drop_expired: true}, pools: {urgent: 2, bulk: 1}, workers: 6, subscriptions: {email: {workers: 4}}}
  - {model: message, name: chance, queue: {order: select, capacity: 0}}
  - {model: message, name: stack, queue: {order: lifo, partitions: 4, when_full: drop_oldest}}
  - {model: event, queue: {drop_expired: true}}
expect:
  - pools.classes.urgent.latency.p99 < 200ms
  - chance.classes.bulk.done + event.classes.bulk.dropped > 0
`

func TestClassesAreRefused(t *testing.T) {
	load := func(classes string) string {
		return "load: {rate: 1/s, classes: " + classes + "}\nhandlers: [{name: charge}]\n"
	}
	lane := func(settings string) string {
		return load("[{name: urgent, share: 20%}, {name: normal}]") + "lanes: [{model: message, " + settings + "}]"
	}
	for src, want := range map[string]string{
		load("[]"):                                 "classes: at least one is needed",
		load("[{name: a}, {name: b}]"):             "a share of the items is needed, such as 20%; only the last class has none",
		load("[{name: a, share: 20%}]"):            "share: the last class has what the others leave",
		load("[{name: a, share: 20%}, {name: a}]"): "this name is taken by another of the load.classes",
		load("[{name: a, share: 60%}, {name: b, share: 60%}, {name: c}]"):                                   "the shares come to more than 100%",
		lane("queue: {order: priority, partitions: 4}"):                                                     "items are dealt to queues by class or by key",
		lane("queue: {partitions: 4}, pools: {urgent: 1}"):                                                  "items are dealt to queues by class or by key",
		lane("pools: {vip: 1}"):                                                                             `there is no class "vip"`,
		lane("pools: {urgent: 4}"):                                                                          "workers is 4: 5 or more are needed, for 4 are the pool of urgent and the other classes need one",
		lane("pools: {urgent: 1, normal: 2}"):                                                               "workers is 4: 3 are needed, for every class has a pool",
		lane("pools: {urgent: 3}, subscriptions: {charge: {workers: 2}}"):                                   "workers is 2: 4 or more are needed",
		lane("pools: {urgent: 1}") + "\nexpect: [message.classes.vip.done > 0]":                             "there is no class \"vip\"",
		lane("pools: {urgent: 1}") + "\nexpect: [message.classes.urgent.retries > 0]":                       "a class has no figure \"retries\"",
		lane("pools: {urgent: 1}") + "\nexpect: [{claim: message.classes.urgent.done > 0, during: 1s..2s}]": "figures of a handler, a class or a resource are of the whole run",
	} {
		if _, err := Decode("a.yaml", []byte(src)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got: %v\nwant: %s", src, err, want)
		}
	}
}

func TestClassesAreSet(t *testing.T) {
	s := decoded(t, classed)
	for path, value := range map[string]string{"load.classes.normal.share": "30%", "lanes.pools.pools.urgent": "1", "lanes.pools.pools.bulk": "0"} {
		next, err := s.With(path, value)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := next.Get(path); got != value || err != nil {
			t.Errorf("%s is %q: %v", path, got, err)
		}
	}
	for path, want := range map[string]string{
		"load.classes.bulk.share":  "the last class has what the others leave",
		"load.classes.vip.share":   "there is no class \"vip\"",
		"lanes.pools.pools.vip":    "there is no class \"vip\"",
		"lanes.pools.workers":      "are needed",
		"lanes.event.queue.order":  "this belongs to the message model",
		"lanes.event.pools.urgent": "this belongs to the message model",
	} {
		if _, err := s.With(path, "2"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	without := decoded(t, shortest)
	for _, p := range without.Params() {
		if p.Path == "lanes.message.queue.order" && strings.Join(p.Choices, " ") != "fifo lifo" {
			t.Errorf("without classes %v are offered", p.Choices)
		}
	}
}

// TestFiguresOfClassesAreTheMetrics holds that a claim reads of a class what the
// JSON has.
func TestFiguresOfClassesAreTheMetrics(t *testing.T) {
	s := decoded(t, classed)
	snap := &Snapshot{Scenario: s, Lanes: []LaneSnapshot{{Name: "pools", Model: Message}}}
	for i, name := range s.Load.ClassNames() {
		snap.Lanes[0].Classes = append(snap.Lanes[0].Classes, ClassSnapshot{
			Name: name, Ledger: Ledger{Offered: int64(10 + i), Done: int64(i), Expired: 3, Waiting: 7},
			WholeLatency: Summary{Count: int64(5 * i), Mean: 7, P50: 8, P99: 9},
		})
	}
	figures := jsonOf(t, FiguresOf(&snap.Lanes[0], nil))
	for _, class := range figures["classes"].([]any) {
		class := class.(map[string]any)
		at := "pools.classes." + class["name"].(string)
		delete(class, "name")
		leaves := flattened(at, class)
		delete(leaves, at+".latency.ci95") // there is none
		for path, want := range leaves {
			readsAs(t, s, snap, path, want)
		}
		if len(leaves) != len(classMetrics)-2 {
			t.Errorf("%d figures in the JSON, %d in claims", len(leaves), len(classMetrics))
		}
	}
}
