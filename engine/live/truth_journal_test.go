package live_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
)

// stories is the journal by item, told by what came first.
func stories(r *live.Run, lane int) map[int64][]engine.Entry {
	all := map[int64][]engine.Entry{}
	for _, e := range r.Journal(nil, 0) {
		if int(e.Lane) == lane {
			all[e.Seq] = append(all[e.Seq], e)
		}
	}
	for _, story := range all {
		slices.SortStableFunc(story, func(a, b engine.Entry) int { return cmp.Or(cmp.Compare(a.At, b.At), beginning(a)-beginning(b)) })
	}
	return all
}

// beginning says whether an entry is of those that the producer writes, in the
// order in which these come at one time.
func beginning(e engine.Entry) int {
	switch e.What {
	case engine.Arrived:
		return 0
	case engine.Accepted:
		return 1
	default:
		return 2
	}
}

// TestTheJournalTellsWhatHappened compares each item's story with what its
// handlers wrote down.
func TestTheJournalTellsWhatHappened(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		s := decode(t, `
duration: 8s
load: {rate: 100/s}
handlers: [{name: a}, {name: b}, {name: c}]
lanes:
  - {model: message, handlers: [a], workers: 3, queue: {capacity: 10000}}
  - {model: event, handlers: [b], publishers: 3}
  - {model: event, name: buffered, handlers: [c], dispatch: buffered, queue: {capacity: 10000}}
`)
		demand, o, recorders := demands(t, s), live.Options{Clock: c, Handlers: map[string]live.Func{}}, [3]*recorder{}
		for i := range recorders {
			recorders[i] = newRecorder(c, demand)
			o.Handlers[s.Handlers[i].Name] = recorders[i].handle
		}
		r, snap := whole(t, s, o)
		for i, rec := range recorders {
			lane, told := &snap.Lanes[i], stories(r, i)
			ended := rec.ended()
			if len(told) != len(ended) {
				t.Errorf("%s: %d stories of %d items", lane.Name, len(told), len(ended))
			}
			taken := func(h handled) time.Duration { return h.At } // by a producer
			if lane.Publishers[0].Calls != nil {
				taken = func(h handled) time.Duration { return h.start }
			}
			done := map[int32]int64{} // by worker
			for _, h := range ended {
				story := told[h.Seq]
				by := story[len(story)-1].Worker
				done[by]++
				entry := func(what engine.Happening, at time.Duration, handler int16, worker int32, attempt int16) engine.Entry {
					return engine.Entry{At: at, Seq: h.Seq, Key: h.Key, Lane: int16(i), Handler: handler, Worker: worker, Attempt: attempt, What: what}
				}
				want := []engine.Entry{
					entry(engine.Arrived, taken(h), -1, 0, 0),
					entry(engine.Accepted, taken(h), -1, 0, 0),
					entry(engine.Started, h.start, int16(i), by, 1),
					entry(engine.Done, h.end, int16(i), by, 1),
					entry(engine.Done, h.end, -1, by, 1),
				}
				for k := range story {
					story[k].N = 0
				}
				if !slices.Equal(story, want) {
					t.Fatalf("%s: the story of item %d is\n%+v\nand was\n%+v", lane.Name, h.Seq, story, want)
				}
			}
			for _, w := range lane.Workers {
				if w.Done != done[int32(w.ID)] {
					t.Errorf("%s: worker %d has done %d, said to be %d", lane.Name, w.ID, done[int32(w.ID)], w.Done)
				}
			}
		}
	})
}

// TestTheJournalTellsBadEndings goes through what can become of an item.
func TestTheJournalTellsBadEndings(t *testing.T) {
	bad := errors.New("bad")
	for _, c := range []struct {
		name, lane string
		handle     func(call int) error
		want       map[int64]string // by item
	}{
		{
			"a dead letter", "{model: message, workers: 1, ack: after, attempts: 2}",
			func(int) error { return bad },
			map[int64]string{1: "arrived accepted started/1 retried/1 started/2 dead/2 dead/2"},
		},
		{
			"a failure", "{model: event}",
			func(int) error { return bad },
			map[int64]string{1: "arrived accepted started/1 failed/1 failed/1"},
		},
		{
			"second try", "{model: message, workers: 1, ack: after, attempts: 3}",
			func(call int) error { return map[bool]error{true: bad}[call == 1] },
			map[int64]string{1: "arrived accepted started/1 retried/1 started/2 done/2 done/2", 2: "arrived accepted started/1 done/1 done/1"},
		},
		{
			"the newest is dropped", "{model: message, workers: 1, queue: {capacity: 1, when_full: drop_newest}}",
			func(int) error { return nil },
			map[int64]string{1: "arrived accepted started/1 done/1 done/1", 2: "arrived accepted started/1 done/1 done/1", 3: "arrived dropped/0 dropped/0"},
		},
		{
			"the oldest is dropped", "{model: event, dispatch: buffered, queue: {capacity: 1, when_full: drop_oldest}}",
			func(int) error { return nil },
			map[int64]string{1: "arrived accepted started/1 done/1 done/1", 2: "arrived accepted dropped/0 dropped/0", 3: "arrived accepted started/1 done/1 done/1"},
		},
		{
			"a panic behind others", "{model: event, recover: false}",
			func(int) error { panic("bad") },
			map[int64]string{1: "arrived accepted started/1 lost/1 skipped/1 lost/1"},
		},
	} {
		inFakeTime(t, func(t *testing.T, lanes *clock.Lane) {
			handlers := "[{name: work}]"
			if c.name == "a panic behind others" {
				handlers = "[{name: work}, {name: next, service: {mean: 0s}}]"
			}
			s := decode(t, fmt.Sprintf(`
duration: 1s
load: {rate: 3.5/s, arrivals: bursts, bursts: {size: 3}}
handlers: %s
lanes: [%s]
`, handlers, c.lane))
			calls := 0
			r, _ := whole(t, s, live.Options{Clock: lanes, Handlers: map[string]live.Func{
				"work": func(ctx context.Context, _ engine.Item) error {
					calls++
					call := calls
					_ = lanes.SleepUntil(ctx, lanes.Now()+time.Millisecond)
					return c.handle(call)
				},
			}})
			told := stories(r, 0)
			for seq, want := range c.want {
				got := ""
				for _, e := range told[seq] {
					got += " " + word(e)
				}
				if got[1:] != want {
					t.Errorf("%s: item %d: %s; should be %s", c.name, seq, got[1:], want)
				}
			}
		})
	}
}

// word is an entry in short, with its attempt once it has one.
func word(e engine.Entry) string {
	what := map[engine.Happening]string{
		engine.Arrived: "arrived", engine.Accepted: "accepted", engine.Started: "started", engine.Done: "done", engine.Failed: "failed",
		engine.Retried: "retried", engine.DeadLettered: "dead", engine.Dropped: "dropped", engine.Lost: "lost", engine.Skipped: "skipped",
	}[e.What]
	if beginning(e) < 2 {
		return what
	}
	return fmt.Sprintf("%s/%d", what, e.Attempt)
}
