package diagnose_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"duet/engine/diagnose"
)

// Each kind of finding has a scenario that is one, and one that nearly is.
var scenarios = []struct {
	name   string
	kind   diagnose.Kind
	lane   string
	has    string
	says   string // part of the sentence
	nearly string
	long   time.Duration // 0: 15 s
}{
	{
		name: "a queue fills", kind: diagnose.Growing, lane: "message", says: "Full in",
		has:    "{load: {rate: 120/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message, queue: {capacity: 1000}}]}",
		nearly: "{load: {rate: 90/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message, queue: {capacity: 1000}}]}",
	},
	{
		name: "goroutines pile up", kind: diagnose.Growing, lane: "event", says: "the number of goroutines grows",
		has: `{load: {rate: 80/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: event, dispatch: goroutine}],
			timeline: [{at: 5s, fault: {slow: charge, factor: 100, for: 8s}}]}`,
		nearly: "{load: {rate: 800/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: event, dispatch: goroutine}]}",
	},
	{
		name: "a publisher has too much to do", kind: diagnose.Unstable, lane: "event", says: "2 more would do",
		has:    "{load: {rate: 100/s}, handlers: [{name: charge, service: {mean: 25ms}}], lanes: [{model: event}]}",
		nearly: "{load: {rate: 36/s}, handlers: [{name: charge, service: {mean: 25ms}}], lanes: [{model: event}]}",
	},
	{
		name: "many workers, few connections", kind: diagnose.Short, lane: "message", says: "moved before db: all 4 slots taken",
		has:    "{load: {rate: 450/s}, resources: [{name: db, slots: 4}], handlers: [{name: charge, needs: db}], lanes: [{model: message, workers: 64}]}",
		nearly: "{load: {rate: 250/s}, resources: [{name: db, slots: 4}], handlers: [{name: charge, needs: db}], lanes: [{model: message, workers: 64}]}",
	},
	{
		name: "many requests, one connection", kind: diagnose.Short, lane: "event", says: "more publishers help nobody",
		has:    "{load: {rate: 110/s}, resources: [{name: db, slots: 1}], handlers: [{name: charge, needs: db}], lanes: [{model: event, publishers: per_item}]}",
		nearly: "{load: {rate: 50/s}, resources: [{name: db, slots: 1}], handlers: [{name: charge, needs: db}], lanes: [{model: event, publishers: per_item}]}",
	},
	{
		name: "producers stand", kind: diagnose.Blocked, lane: "message", says: "arrive, 4 workers finish",
		has:    "{load: {rate: 120/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message, queue: {capacity: 20}}]}",
		nearly: "{load: {rate: 120/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message, queue: {capacity: 20, when_full: drop_oldest}}]}",
	},
	{
		name: "a queue drops", kind: diagnose.Dropping, lane: "message", says: "drops the newest",
		has:    "{load: {rate: 120/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message, queue: {capacity: 20, when_full: drop_newest}}]}",
		nearly: "{load: {rate: 120/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message, queue: {capacity: 20}}]}",
	},
	{
		name: "nobody acknowledges", kind: diagnose.Losing, lane: "message", says: "without acks",
		has: `{load: {rate: 90/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message}],
			timeline: [{at: 5s, fault: {crash: worker, count: 2, restart: 1s}}]}`,
		nearly: `{load: {rate: 90/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message, ack: after}],
			timeline: [{at: 5s, fault: {crash: worker, count: 2, restart: 1s}}]}`,
	},
	{
		name: "acknowledged before the work", kind: diagnose.Losing, lane: "message", says: "acknowledged before",
		has: `{load: {rate: 90/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message, ack: before}],
			timeline: [{at: 5s, fault: {crash: worker, count: 2, restart: 1s}}]}`,
		nearly: `{load: {rate: 90/s}, handlers: [{name: charge, fail: 10%, service: {mean: 40ms}}], lanes: [{model: message, ack: before}]}`,
	},
	{
		name: "a call holds the publisher", kind: diagnose.HeadOfLine, lane: "event", says: "mail has held its only publisher",
		has: `{load: {rate: 30/s}, handlers: [{name: charge}, {name: mail}], lanes: [{model: event}],
			timeline: [{at: 5s, fault: {stall: mail, for: 2s}}]}`,
		nearly: `{load: {rate: 30/s}, handlers: [{name: charge}, {name: mail}], lanes: [{model: event, publishers: 4}],
			timeline: [{at: 5s, fault: {stall: mail, for: 2s}}]}`,
	},
	{
		name: "a call holds a worker that does all", kind: diagnose.HeadOfLine, lane: "message", says: "mail has held its only worker",
		has: `{load: {rate: 30/s}, handlers: [{name: charge}, {name: mail}], lanes: [{model: message, workers: 1, handlers: together}],
			timeline: [{at: 5s, fault: {stall: mail, for: 2s}}]}`,
		nearly: `{load: {rate: 30/s}, handlers: [{name: charge}, {name: mail}], lanes: [{model: message, workers: 2, handlers: together}],
			timeline: [{at: 5s, fault: {stall: mail, for: 2s}}]}`,
	},
	{
		name: "a call holds a partition", kind: diagnose.HeadOfLine, lane: "message", says: "3 workers are idle",
		has: `{load: {rate: 40/s}, handlers: [{name: charge}], lanes: [{model: message, queue: {partitions: 4}}],
			timeline: [{at: 5s, fault: {stall: charge, for: 2s}}]}`,
		nearly: `{load: {rate: 40/s}, handlers: [{name: charge}], lanes: [{model: message}],
			timeline: [{at: 5s, fault: {stall: charge, for: 2s}}]}`,
	},
	{
		name: "a call holds a key's publisher", kind: diagnose.HeadOfLine, lane: "event", says: "1 of 4 publishers",
		has: `{load: {rate: 40/s}, handlers: [{name: charge}], lanes: [{model: event, publishers: 4, publish_by: key}],
			timeline: [{at: 5s, fault: {stall: charge, for: 2s}}]}`,
		nearly: `{load: {rate: 40/s}, handlers: [{name: charge}], lanes: [{model: event, publishers: 4}],
			timeline: [{at: 5s, fault: {stall: charge, for: 2s}}]}`,
	},
	{
		name: "a slow subscription holds the others", kind: diagnose.HeadOfLine, lane: "message", says: "the full queue of mail",
		has: `{load: {rate: 60/s}, handlers: [{name: charge}, {name: mail, service: {mean: 30ms}}],
			lanes: [{model: message, workers: 1, queue: {capacity: 20}}]}`,
		nearly: `{load: {rate: 60/s}, handlers: [{name: charge}, {name: mail, service: {mean: 30ms}}],
			lanes: [{model: message, workers: 1, queue: {capacity: 20, when_full: drop_newest}}]}`,
	},
	{
		name: "all subscriptions are slow", kind: diagnose.Blocked, lane: "message",
		has: `{load: {rate: 60/s}, handlers: [{name: charge, service: {mean: 30ms}}, {name: mail, service: {mean: 30ms}}],
			lanes: [{model: message, workers: 1, queue: {capacity: 20}}]}`,
		nearly: `{load: {rate: 25/s}, handlers: [{name: charge, service: {mean: 30ms}}, {name: mail, service: {mean: 30ms}}],
			lanes: [{model: message, workers: 1, queue: {capacity: 200}}]}`,
	},
	{
		name: "an observer's queue waits for a call", kind: diagnose.HeadOfLine, lane: "event", says: "mail has held its only observer",
		has: `{load: {rate: 40/s}, handlers: [{name: charge}, {name: mail}], lanes: [{model: event, dispatch: buffered}],
			timeline: [{at: 5s, fault: {stall: mail, for: 2s}}]}`,
		nearly: `{load: {rate: 40/s}, handlers: [{name: charge}, {name: mail}], lanes: [{model: event, dispatch: goroutine}],
			timeline: [{at: 5s, fault: {stall: mail, for: 2s}}]}`,
	},
	{
		name: "a worker crashed", kind: diagnose.WorkerDown, lane: "message", says: "1 of 4 workers is down",
		has: `{load: {rate: 40/s}, handlers: [{name: charge}], lanes: [{model: message}],
			timeline: [{at: 5s, fault: {crash: worker, restart: 2s}}]}`,
		nearly: `{load: {rate: 40/s}, handlers: [{name: charge}], lanes: [{model: message}],
			timeline: [{at: 5s, set: {lanes.message.workers: 3}}]}`,
	},
	{
		name: "a handler is slow", kind: diagnose.Faulted, lane: "message", says: "x3 slower",
		has: `{load: {rate: 80/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message}],
			timeline: [{at: 5s, fault: {slow: charge, factor: 3, for: 2s}}]}`,
		nearly: `{load: {rate: 80/s}, handlers: [{name: charge, service: {mean: 40ms}}], lanes: [{model: message}],
			timeline: [{at: 5s, set: {handlers.charge.service.mean: 120ms}}]}`,
	},
	{
		name: "clients make it worse", kind: diagnose.RetryStorm, lane: "message", says: "clients try again",
		has: `{load: {rate: 150/s, timeout: 500ms, retry: {attempts: 4}}, handlers: [{name: charge, service: {mean: 40ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 10000}}], timeline: [{at: 3s, fault: {slow: charge, factor: 3, for: 6s}}]}`,
		nearly: `{load: {rate: 150/s, timeout: 500ms, retry: {attempts: 4, budget: 10%}}, handlers: [{name: charge, service: {mean: 40ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 10000}}], timeline: [{at: 3s, fault: {slow: charge, factor: 3, for: 6s}}]}`,
	},
	{
		name: "it stays bad", kind: diagnose.Metastable, lane: "event", says: "until below 50/s arrive",
		has: `{load: {rate: 150/s, timeout: 500ms, retry: {attempts: 4}}, handlers: [{name: charge, service: {mean: 40ms}}],
			lanes: [{model: event, publishers: 8}], timeline: [{at: 3s, fault: {slow: charge, factor: 3, for: 5s}}]}`,
		nearly: `{load: {rate: 45/s, timeout: 500ms, retry: {attempts: 4}}, handlers: [{name: charge, service: {mean: 40ms}}],
			lanes: [{model: event, publishers: 8}], timeline: [{at: 3s, fault: {slow: charge, factor: 10, for: 5s}}]}`, long: 40 * sec,
	},
	{
		name: "clients that try once", kind: diagnose.Metastable, lane: "message", says: "fit into 200/s",
		has: `{load: {rate: 150/s, timeout: 500ms, retry: {attempts: 2}}, handlers: [{name: charge, service: {mean: 40ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 10000}}], timeline: [{at: 3s, fault: {slow: charge, factor: 3, for: 5s}}]}`,
		nearly: `{load: {rate: 150/s, timeout: 500ms}, handlers: [{name: charge, service: {mean: 40ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 10000}}], timeline: [{at: 3s, fault: {slow: charge, factor: 3, for: 5s}}]}`, long: 30 * sec,
	},
	{
		name: "work for nobody", kind: diagnose.Wasting, lane: "message", says: "gave up after 500 ms",
		has: `{load: {rate: 250/s, timeout: 500ms}, handlers: [{name: charge, service: {mean: 40ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 10000}}]}`,
		nearly: `{load: {rate: 250/s, timeout: 500ms}, handlers: [{name: charge, service: {mean: 40ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 20, when_full: drop_newest}}]}`,
	},
	{
		name: "skewed keys", kind: diagnose.HotPartition, lane: "message", says: "cannot keep up",
		has: `{load: {rate: 200/s, keys: {skew: 1.2}}, handlers: [{name: charge, service: {mean: 20ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 1000, partitions: 8}}]}`,
		nearly: `{load: {rate: 300/s, keys: {count: 10000}}, handlers: [{name: charge, service: {mean: 20ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 1000, partitions: 8}}]}`, long: 40 * sec,
	},
	{
		name: "skewed keys and short queues", kind: diagnose.HotPartition, lane: "message", says: "it is full",
		has: `{load: {rate: 200/s, keys: {skew: 1.2}}, handlers: [{name: charge, service: {mean: 20ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 20, partitions: 8}}]}`,
		nearly: `{load: {rate: 600/s, keys: {count: 10000}}, handlers: [{name: charge, service: {mean: 20ms}}],
			lanes: [{model: message, workers: 8, queue: {capacity: 20, partitions: 8}}]}`,
	},
	{
		name: "a partition waits for its worker", kind: diagnose.WorkerDown, lane: "message",
		has: `{load: {rate: 200/s}, handlers: [{name: charge}], lanes: [{model: message, queue: {capacity: 1000, partitions: 4}}],
			timeline: [{at: 5s, fault: {crash: worker, restart: 4s}}]}`,
		nearly: "{load: {rate: 200/s}, handlers: [{name: charge}], lanes: [{model: message, queue: {capacity: 1000, partitions: 4}}]}",
	},
	{
		name: "skewed keys among publishers", kind: diagnose.HotPartition, lane: "event", says: "publishers are",
		has: `{load: {rate: 200/s, keys: {skew: 1.2}}, handlers: [{name: charge, service: {mean: 20ms}}],
			lanes: [{model: event, publishers: 8, publish_by: key}]}`,
		nearly: `{load: {rate: 300/s, keys: {skew: 1.2}}, handlers: [{name: charge, service: {mean: 20ms}}],
			lanes: [{model: event, publishers: 8}]}`,
	},
	{
		name: "workers idle beside a bus", kind: diagnose.BusSaturated, lane: "event", says: "16 workers of message",
		has: `{load: {rate: 100/s}, handlers: [{name: charge}, {name: mail}], lanes: [{model: message, workers: 8}, {model: event}]}`,
		nearly: `{load: {rate: 100/s}, handlers: [{name: charge}, {name: mail}],
			lanes: [{model: message, workers: 1, queue: {capacity: 10000}}, {model: event}]}`,
	},
	{
		name: "workers idle beside a bus that keeps up", kind: diagnose.Healthy, says: "kept up",
		has: `{load: {rate: 100/s}, handlers: [{name: charge}, {name: mail}],
			lanes: [{model: message, workers: 8}, {model: event, publishers: 4}]}`,
		nearly: `{load: {rate: 0/s}, handlers: [{name: charge}], lanes: [{model: message}]}`,
	},
	{
		name: "a panic", kind: diagnose.LaneDown, lane: "message", says: "the lane is down",
		has:    "{load: {rate: 80/s}, handlers: [{name: charge, panic: 1%}], lanes: [{model: message, recover: false}]}",
		nearly: "{load: {rate: 80/s}, handlers: [{name: charge, panic: 1%}], lanes: [{model: message}]}",
	},
	{
		name: "no more goroutines", kind: diagnose.GoroutineLimit, lane: "event", says: "no more may start",
		has:    "{load: {rate: 80/s}, handlers: [{name: charge, service: {mean: 1s}}], lanes: [{model: event, dispatch: goroutine, limit: 20}]}",
		nearly: "{load: {rate: 80/s}, handlers: [{name: charge, service: {mean: 1s}}], lanes: [{model: event, dispatch: goroutine}]}",
	},
	{
		name: "nobody sends", kind: diagnose.Stopped, lane: "message", says: "the producers are stopped",
		has:    "{load: {rate: 80/s}, handlers: [{name: charge}], lanes: [{model: message}], timeline: [{at: 5s, fault: {stop: producers, for: 5s}}]}",
		nearly: "{load: {rate: 80/s}, handlers: [{name: charge}], lanes: [{model: message}], timeline: [{at: 5s, set: {load.rate: 0/s}}]}",
	},
	{
		name: "nothing comes", kind: diagnose.Idle, says: "nothing arrives",
		has:    "{load: {rate: 80/s}, handlers: [{name: charge}], lanes: [{model: message}], timeline: [{at: 5s, set: {load.rate: 0/s}}]}",
		nearly: "{load: {rate: 80/s}, handlers: [{name: charge}], lanes: [{model: message}], timeline: [{at: 5s, fault: {stop: producers, for: 5s}}]}",
	},
	{
		name: "some wait longer than any that came through", kind: diagnose.Survivors, lane: "message", says: "tells only of those that came through",
		has: `{load: {rate: 100/s}, handlers: [{name: charge}], lanes: [{model: message, queue: {capacity: 1000, partitions: 4}}],
			timeline: [{at: 5s, fault: {crash: worker, restart: 4s}}]}`,
		nearly: "{load: {rate: 120/s}, handlers: [{name: charge}], lanes: [{model: message, workers: 1, queue: {capacity: 10000}}]}",
	},
	{
		name: "what piled up goes", kind: diagnose.CatchingUp, lane: "event", says: "fewer",
		has: `{load: {rate: 50/s}, handlers: [{name: charge}], lanes: [{model: event}],
			timeline: [{at: 5s, fault: {stall: charge, for: 6s}}]}`, long: 20 * sec,
		nearly: "{load: {rate: 90/s}, handlers: [{name: charge}], lanes: [{model: event}]}",
	},
}

func TestScenarios(t *testing.T) {
	for _, c := range scenarios {
		t.Run(c.name, func(t *testing.T) {
			long := c.long
			if long == 0 {
				long = 15 * sec
			}
			told := map[string]bool{}
			found := false
			for _, s := range play(t, c.has, long) {
				for _, f := range s.found {
					if f.Kind == c.kind && f.Lane == c.lane {
						told[f.Text] = true
						found = found || strings.Contains(f.Text, c.says)
					}
				}
				for i := range s.found {
					f := &s.found[i]
					checkFinding(t, f)
					if n := utf8.RuneCountInString(f.Lane + ": " + f.Text); n > 120 { // a line of the screen, or a syllable more
						t.Errorf("%d columns: %s: %s", n, f.Lane, f.Text)
					}
				}
				if wrong := ranked(s.found); wrong != "" {
					t.Errorf("at %v: %s in %+v", s.at, wrong, s.found)
				}
			}
			if !found {
				t.Errorf("no %q that says %q, but %v", c.kind, c.says, told)
			}
			for _, s := range play(t, c.nearly, long) {
				for _, f := range s.found {
					if f.Kind == c.kind && f.Lane == c.lane {
						t.Fatalf("nearly, and yet at %v: %+v", s.at, f)
					}
				}
			}
		})
	}
}

// ranked says what is wrong with the order of findings: the worst come first,
// and in a lane the causes before what they lead to.
func ranked(found []diagnose.Finding) (wrong string) {
	causes := []diagnose.Kind{diagnose.HeadOfLine, diagnose.HotPartition, diagnose.WorkerDown, diagnose.Faulted, diagnose.RetryStorm, diagnose.Metastable}
	effects := []diagnose.Kind{diagnose.Growing, diagnose.Blocked, diagnose.Dropping, diagnose.Unstable}
	for i, f := range found {
		if i > 0 && f.Severity > found[i-1].Severity {
			return "the worse comes later"
		}
		if !slices.Contains(causes, f.Kind) {
			continue
		}
		for _, before := range found[:i] {
			if before.Lane == f.Lane && slices.Contains(effects, before.Kind) {
				return "the cause comes later"
			}
		}
	}
	return ""
}
