package live_test

import (
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
)

// TestTheRecentWindowForgets holds that the screen's figures are of the last
// 10 s, and the report's of all since the warm-up.
func TestTheRecentWindowForgets(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		r := start(t, decode(t, `
warmup: 5s
load: {rate: 50/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 15ms}}]
lanes: [{model: message, workers: 1}, {model: event}]
timeline:
  - {at: 1s, fault: {stall: work, for: 500ms}}
  - {at: 20s, set: {handlers.work.service.mean: 2ms}}
`), live.Options{Endless: true, Clock: c})

		check := func(at time.Duration, recent, whole engine.Summary) {
			t.Helper()
			time.Sleep(at - c.Now())
			synctest.Wait()
			for i, l := range look(r).Lanes {
				var d engine.Distribution
				if r.Distribution(&d, i); d.Count != l.Recent.Latency.Count || d.From != l.Recent.From && d.From != at-10*time.Second {
					t.Errorf("%s at %v: %d are spread since %v, of %d since %v", l.Name, at, d.Count, d.From, l.Recent.Latency.Count, l.Recent.From)
				}
				if got := l.Recent.Latency; !alike(got, recent) {
					t.Errorf("%s at %v: of the last 10 s is %+v", l.Name, at, got)
				}
				if got := l.Whole.Latency; !alike(got, whole) {
					t.Errorf("%s at %v: of the whole is %+v", l.Name, at, got)
				}
				if span := l.Recent.To - l.Recent.From; span < min(at, 10*time.Second) || span > 10700*time.Millisecond {
					t.Errorf("%s at %v: the recent window spans %v", l.Name, at, span)
				}
				if at > 5*time.Second && l.Whole.From != 5*time.Second {
					t.Errorf("%s at %v: the whole begins at %v", l.Name, at, l.Whole.From)
				}
				// At 50/s arrive 50 a second, however long the window.
				if !near(l.Recent.Arrivals, 50, 0.01) || at > 7*time.Second && !near(l.Whole.Arrivals, 50, 0.01) {
					t.Errorf("%s at %v: 50/s arrive, not %v or %v", l.Name, at, l.Recent.Arrivals, l.Whole.Arrivals)
				}
			}
		}
		const slow, quick = 15 * time.Millisecond, 2 * time.Millisecond
		// The stall is caught up with for two seconds, so half of the items waited.
		check(4*time.Second, engine.Summary{P50: 2 * slow, P99: 510 * time.Millisecond, Max: 515 * time.Millisecond}, engine.Summary{})
		check(19*time.Second, engine.Summary{P50: slow, P99: slow, Max: slow}, engine.Summary{P50: slow, P99: slow, Max: slow})
		check(29*time.Second, engine.Summary{P50: quick, P99: slow, Max: slow}, engine.Summary{P50: slow, P99: slow, Max: slow})
		check(32*time.Second, engine.Summary{P50: quick, P99: quick, Max: quick}, engine.Summary{P50: slow, P99: slow, Max: slow})
	})
}

// alike compares median, p99 and maximum within 4 %.
func alike(a, b engine.Summary) bool {
	return near(float64(a.P50), float64(b.P50), 0.04) && near(float64(a.P99), float64(b.P99), 0.04) && near(float64(a.Max), float64(b.Max), 0.04)
}

// TestPartsOfTheRun holds that what a claim is about has figures of its own.
func TestPartsOfTheRun(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		s := decode(t, `
duration: 30s
load: {rate: 200/s}
handlers: [{name: work}]
lanes: [{model: message, workers: 4}]
expect:
  - {claim: message.done > 0, during: 5s..10s}
  - {claim: message.done > 0, during: 25s..30s}
`)
		demand := demands(t, s)
		rec := newRecorder(c, func(it engine.Item) time.Duration {
			if it.At > 10*time.Second && it.At < 20*time.Second {
				return 2 * demand(it) // the disorder of this part is none of the others'
			}
			return demand(it) / 10
		})
		_, snap := whole(t, s, live.Options{Clock: c, Handlers: map[string]live.Func{"work": rec.handle}})
		lane, ended := &snap.Lanes[0], rec.ended()
		if len(lane.Parts) != 2 {
			t.Fatalf("%d parts", len(lane.Parts))
		}
		for _, p := range lane.Parts {
			var within []handled
			highest, late, most := int64(0), int64(0), int64(0)
			for _, h := range ended {
				in := h.end > p.From && h.end <= p.To
				if in {
					within = append(within, h)
				}
				if by := highest - h.Seq; by > 0 && in {
					late++
					most = max(most, by)
				}
				highest = max(highest, h.Seq)
			}
			// A part begins and ends with a sample, a moment late.
			if n, said := float64(len(within)), float64(p.Ledger.Done); !near(said, n, 0.02) || !near(p.Throughput, n/5, 0.02) {
				t.Errorf("%v to %v: %v done and %v/s, there were %v", p.From, p.To, said, p.Throughput, n)
			}
			if exact := describe(durations(within, handled.latency)); !near(float64(p.Latency.Mean), float64(exact.Mean), 0.05) ||
				!near(float64(p.Latency.P99), float64(exact.P99), 0.1) {
				t.Errorf("%v to %v: latency %+v, and was %+v", p.From, p.To, p.Latency, exact)
			}
			if !near(float64(p.Order.Late), float64(late), 0.1) || p.Order.MaxDisplacement != most {
				t.Errorf("%v to %v: order %+v, and was %d late by %d at most", p.From, p.To, p.Order, late, most)
			}
		}
		if lane.Whole.Order != disorder(ended) {
			t.Errorf("order of the whole: %+v, and was %+v", lane.Whole.Order, disorder(ended))
		}
	})
}

// TestLongRunsSayHowSureTheyAre holds that a long run has a confidence interval,
// which a short one cannot have, and that it holds what theory says.
func TestLongRunsSayHowSureTheyAre(t *testing.T) {
	const scenario = `
load: {rate: 50/s}
handlers: [{name: work, service: {mean: 10ms}}]
lanes: [{model: message, workers: 1, queue: {capacity: 1000}}, {model: event}]
`
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		_, snap := whole(t, decode(t, "duration: 300s\n"+scenario), live.Options{Clock: c})
		for _, l := range snap.Lanes {
			ci, mean := l.Whole.Latency.CI95, l.Whole.Latency.Mean
			if ci == nil {
				t.Errorf("%s: no confidence interval after 5 min", l.Name)
				continue
			}
			// M/M/1 at a utilisation of 0.5: twice the service time.
			if ci[0] > 20*time.Millisecond || ci[1] < 20*time.Millisecond || ci[0] > mean || ci[1] < mean {
				t.Errorf("%s: 20 ms and %v are not within %v", l.Name, mean, *ci)
			}
			if width := ci[1] - ci[0]; width > mean/2 {
				t.Errorf("%s: after 15,000 items the interval is still %v wide", l.Name, width)
			}
		}
		_, snap = whole(t, decode(t, "duration: 1s\n"+scenario), live.Options{Clock: clock.NewLane(clock.TimersOnly())})
		for _, l := range snap.Lanes {
			if l.Whole.Latency.CI95 != nil {
				t.Errorf("%s: a confidence interval after one second: %v", l.Name, *l.Whole.Latency.CI95)
			}
		}
	})
}

// TestMarksSayWhatWasDoneWhen holds that each change is stamped, those of the
// timeline within a sample of their time.
func TestMarksSayWhatWasDoneWhen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, c *clock.Lane) {
		r := start(t, decode(t, `
load: {rate: 50/s}
handlers: [{name: work}]
timeline: [{at: 2s, set: {load.rate: 60/s}}, {at: 3s, fault: {slow: work, for: 1s}}]
`), live.Options{Endless: true, Clock: c})
		time.Sleep(time.Second)
		for _, change := range []engine.Change{
			{By: "key", Path: "lanes.message.workers", Value: "7"},
			{By: "key", Control: engine.Pause},
			{By: "key", Control: engine.Resume},
		} {
			if err := r.Apply(change); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Apply(engine.Change{Path: "lanes.message.workers", Value: "many"}); err == nil {
			t.Error("many workers were hired")
		}
		time.Sleep(3 * time.Second)
		marks := r.Marks(nil, 0)
		at := []time.Duration{time.Second, time.Second, time.Second, 2 * time.Second, 3 * time.Second}
		if len(marks) != len(at) || look(r).Changes != len(at) {
			t.Fatalf("%d changes were made: %+v", len(at), marks)
		}
		for i, m := range marks {
			if late := m.At - at[i]; late < 0 || late > 10*time.Millisecond {
				t.Errorf("%+v should be at %v", m, at[i])
			}
		}
		if marks[0].Value != "7" || marks[1].Control != engine.Pause || marks[3].By != "timeline" || marks[4].Fault == nil {
			t.Errorf("%+v", marks)
		}
		if later := r.Marks(nil, 3); !reflect.DeepEqual(later, marks[3:]) {
			t.Errorf("after the third: %+v", later)
		}
	})
}
