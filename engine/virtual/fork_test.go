package virtual

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
	"duet/engine/measure"
)

// plain are lanes whose state a snapshot tells completely.
var plain = map[string]string{
	"one worker":     "[{model: message, workers: 1, queue: {capacity: 10000}}]",
	"three workers":  "[{model: message, workers: 3, queue: {capacity: 10000}}]",
	"a full queue":   "[{model: message, workers: 1, queue: {capacity: 3}}]",
	"no queue":       "[{model: message, workers: 2, queue: {capacity: 0}}]",
	"several stand":  "[{model: message, workers: 1, producers: 3, queue: {capacity: 2}}]",
	"drops newest":   "[{model: message, workers: 1, queue: {capacity: 0, when_full: drop_newest}}]",
	"inline":         "[{model: event, publishers: 2}]",
	"inline by key":  "[{model: event, publishers: 3, publish_by: key}]",
	"partitions":     "[{model: message, workers: 2, queue: {capacity: 10000, partitions: 2}}]",
	"an item each":   "[{model: event, publishers: per_item}]",
	"speed":          "[{model: message, workers: 1, speed: 2, queue: {capacity: 10000}}]",
	"buffered":       "[{model: event, dispatch: buffered, queue: {capacity: 10000}}]",
	"a full buffer":  "[{model: event, dispatch: buffered, queue: {capacity: 2}}]",
	"priority":       "[{model: message, workers: 2, queue: {capacity: 20, order: priority}}]",
	"pools":          "[{model: message, workers: 3, queue: {capacity: 10000}, pools: {urgent: 1}}]",
	"both, and more": "[{model: message, workers: 3}, {model: event, publishers: 4}]",
}

// TestAForkGoesOnAsTheRunDoes forks simulations at random moments, and compares
// what becomes of both.
func TestAForkGoesOnAsTheRunDoes(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for name, lanes := range plain {
		for _, handlers := range []string{
			"[{name: work, service: {mean: 14ms}}]",
			"[{name: work, service: {mean: 9ms}}, {name: mail, service: {dist: uniform, mean: 4ms}}]",
			"[{name: work, service: {mean: 7ms}, needs: db}]\nresources: [{name: db, slots: 1}]",
		} {
			t.Run(name, func(t *testing.T) {
				s := scenarioOf(t, fmt.Sprintf("seed: 7\nload: {rate: 100/s, classes: [{name: urgent, share: 30%%}, {name: normal}]}\nhandlers: %s\nlanes: %s\ntimeline: [{at: 8s, set: {load.rate: 60/s}}]\n", handlers, lanes))
				if name == "drops newest" && len(s.Handlers) > 1 {
					t.Skip("how the other deliveries of an item ended is not known")
				}
				for range max(1, 6/shorter) {
					goesOnAlike(t, s, time.Duration(random.Int64N(int64(12*time.Second))))
				}
			})
		}
	}
}

// goesOnAlike forks a simulation at a time, with changes before it, and holds that
// its later figures are the same.
func goesOnAlike(t *testing.T, s *engine.Scenario, at time.Duration) {
	t.Helper()
	m, err := newMachine(s, true)
	if err != nil {
		t.Fatal(err)
	}
	m.advance(int64(at / 2))
	for _, c := range []engine.Change{
		{Path: "load.rate", Value: "90/s"},
		{Path: "handlers.work.service.mean", Value: "11ms"},
		{Fault: &engine.Fault{Kind: engine.FaultSlow, Target: "work", Factor: 1.1, For: 30 * time.Second}},
	} {
		if err := m.apply(c); err != nil {
			t.Fatal(err)
		}
	}
	m.advance(int64(at))
	var snap, was, is engine.Snapshot
	m.fill(&snap)
	f, err := forked(&snap, m.log.marks(nil, 0), true)
	if err != nil {
		t.Fatal(err)
	}
	f.fill(&is)
	if now, then := counted(&is), counted(&snap); now != then {
		t.Errorf("at %v: begins with\n%s\nnot\n%s", at, now, then)
	}
	for range 40 {
		to := m.now + int64(time.Second)
		m.advance(to)
		f.advance(to)
		m.fill(&was)
		f.fill(&is)
		if now, then := counted(&is), counted(&was); now != then {
			t.Fatalf("forked at %v, at %v: it is\n%s\nnot\n%s\n%s", at, duration(to), now, then, described(&snap))
		}
	}
	recordedNow, recordedThen := recorded(f, at), recorded(m, at)
	for i := range recordedThen.Lanes {
		if now, then := fmt.Sprint(recordedNow.Lanes[i]), fmt.Sprint(recordedThen.Lanes[i]); now != then {
			t.Errorf("forked at %v, %s records\n%s\nnot\n%s", at, was.Lanes[i].Name, now, then)
		}
	}
}

// recorded is the time series from the second after a time on, when all that was
// there then has gone.
func recorded(m *machine, at time.Duration) (series engine.Series) {
	var tracks []*measure.Track
	for _, l := range m.lanes {
		tracks = append(tracks, l.account.Track())
	}
	measure.FillSeries(&series, tracks, at.Truncate(time.Second)+2*time.Second, duration(m.now))
	for i := range series.Lanes {
		series.Lanes[i].P50, series.Lanes[i].P99 = nil, nil // no higher than the highest so far, which a fork does not know
	}
	return series
}

// TestAForkOfARealRun forks real runs at some moments, with work of all kinds on
// its way, and holds that they go on as the real ones do: with the same items, to
// about the same counts.
func TestAForkOfARealRun(t *testing.T) {
	t.Parallel()
	const text = `
seed: 3
load: {rate: 150/s, keys: {count: 8}}
handlers: [{name: work, service: {mean: 20ms}, fail: 5%}, {name: mail, service: {dist: uniform, mean: 5ms}}]
lanes:
  - {name: queue, model: message, workers: 3, queue: {capacity: 40}, ack: after, attempts: 3, backoff: {base: 50ms}}
  - {name: parts, model: message, workers: 4, handlers: together, queue: {capacity: 10, partitions: 4}}
  - {name: inline, model: event, publishers: 4}
  - {name: calls, model: event, dispatch: goroutine}
timeline: [{at: 2500ms, fault: {crash: worker, lane: queue, restart: 2s}}, {at: 8s, set: {load.rate: 100/s}}]
`
	for _, at := range []time.Duration{1, 2917 * time.Millisecond, 6011 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			r, err := live.New(scenarioOf(t, text), live.Options{Endless: true, Clock: clock.NewLane(clock.TimersOnly())})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			begun := time.Now()
			time.Sleep(at / 2)
			for _, c := range []engine.Change{
				{Path: "load.rate", Value: "120/s"},
				{Path: "load.rate", Value: "60/s", Lane: "calls"},
				{Fault: &engine.Fault{Kind: engine.FaultSlow, Target: "mail", For: time.Second}},
			} {
				if err := r.Apply(c); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(at - at/2)
			synctest.Wait()
			var snap, was, is engine.Snapshot
			r.Snapshot(&snap)
			f, err := forked(&snap, r.Marks(nil, 0), true)
			if err != nil {
				t.Fatal(err)
			}
			f.fill(&is)
			if err := checkBooks(f, &is); err != nil {
				t.Errorf("%v\nforked from\n%s", err, described(&snap))
			}
			time.Sleep(time.Until(begun.Add(20 * time.Second)))
			synctest.Wait()
			r.Snapshot(&was)
			f.advance(int64(was.At) + 1) // what arrives now has arrived
			f.fill(&is)
			if err := checkBooks(f, &is); err != nil {
				t.Error(err)
			}
			for i := range was.Lanes {
				x, y := &was.Lanes[i], &is.Lanes[i]
				if d := x.Ledger.Offered - y.Ledger.Offered; d < -2 || d > 2 { // a real timeline is some milliseconds late
					t.Errorf("forked at %v, %s: %d items arrived, not %d", at, x.Name, y.Ledger.Offered, x.Ledger.Offered)
				}
				if d := x.Ledger.Ended() - y.Ledger.Ended(); d < -5 || d > 5 {
					t.Errorf("forked at %v, %s: %d items have ended, not %d", at, x.Name, y.Ledger.Ended(), x.Ledger.Ended())
				}
				if a, b := x.Recent.Latency.Mean.Seconds(), y.Recent.Latency.Mean.Seconds(); math.Abs(a-b) > 0.1*a {
					t.Errorf("forked at %v, %s: the latency is %v, not %v", at, x.Name, y.Recent.Latency.Mean, x.Recent.Latency.Mean)
				}
			}
		})
	}
}

// TestAForkStormsOn forks lanes that are busy with tries that were given up, and
// holds that they stay so.
func TestAForkStormsOn(t *testing.T) {
	const text = `
load: {rate: 120/s, timeout: 300ms, retry: {attempts: 4, backoff: {base: 20ms}}}
handlers: [{name: work, service: {mean: 20ms}}]
lanes: [{model: message, workers: 3, queue: {capacity: 400}}, {model: event, publishers: 3}]
timeline: [{at: 5s, set: {load.rate: 250/s}}, {at: 12s, set: {load.rate: 135/s}}]
`
	for _, now := range []time.Duration{4 * time.Second, 11 * time.Second, 14 * time.Second} {
		m := at(t, text, now)
		var snap, was, is engine.Snapshot
		m.fill(&snap)
		f, err := forked(&snap, m.log.marks(nil, 0), true)
		if err != nil {
			t.Fatal(err)
		}
		f.fill(&is)
		if err := checkBooks(f, &is); err != nil {
			t.Error(err)
		}
		for range 20 {
			f.advance(f.now + int64(time.Second))
			f.fill(&is)
			if err := checkBooks(f, &is); err != nil {
				t.Fatal(err)
			}
		}
		m.advance(f.now)
		m.fill(&was)
		for i := range was.Lanes {
			before, x, y := &snap.Lanes[i], &was.Lanes[i], &is.Lanes[i]
			for _, figure := range []struct {
				name       string
				was, is    int64
				from, most int64
			}{
				{"done", x.Ledger.Done, y.Ledger.Done, before.Ledger.Done, x.Ledger.Offered - before.Ledger.Offered},
				{"wasted", x.Wasted, y.Wasted, before.Wasted, x.Ledger.Offered - before.Ledger.Offered},
			} {
				if d := figure.was - figure.is; max(d, -d) > figure.most/10 {
					t.Errorf("forked at %v, %s: %d more are %s, not %d", now, x.Name, figure.is-figure.from, figure.name, figure.was-figure.from)
				}
			}
		}
	}
}

// TestAForkGoesBack holds that a fork goes back to where it began, and no further,
// and from there through the same again.
func TestAForkGoesBack(t *testing.T) {
	m := at(t, "load: {rate: 100/s}\nhandlers: [{name: work, service: {mean: 20ms}}]\nlanes: [{model: message, workers: 3}, {model: event, publishers: 3}]\n", 5230*time.Millisecond)
	var snap engine.Snapshot
	m.fill(&snap)
	f, err := forked(&snap, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	f.advance(int64(8 * time.Second))
	if err := f.apply(engine.Change{Path: "load.rate", Value: "130/s"}); err != nil {
		t.Fatal(err)
	}
	f.advance(int64(200 * time.Second))
	var first, again engine.Snapshot
	f.fill(&first)
	f.goTo(0)
	f.fill(&again)
	if again.At != snap.At || counted(&again) != counted(&snap) {
		t.Errorf("at %v again:\n%s\nnot\n%s", again.At, counted(&again), counted(&snap))
	}
	f.advance(int64(200 * time.Second))
	f.fill(&again)
	if now, then := figures(t, &again), figures(t, &first); now != then {
		t.Errorf("again\n%s\nnot\n%s", now, then)
	}
}

// TestAForkKnowsNoMoreThanItIsTold forks a snapshot without the changes before it:
// it goes on with other items, and balances.
func TestAForkKnowsNoMoreThanItIsTold(t *testing.T) {
	m := at(t, "load: {rate: 100/s}\nhandlers: [{name: work, service: {mean: 20ms}}]\nlanes: [{model: message}, {model: event}]\n", 9*time.Second,
		engine.Change{At: 2 * time.Second, Path: "load.rate", Value: "60/s"}, engine.Change{At: 3 * time.Second, Path: "load.rate", Value: "20/s", Lane: "event"})
	var snap, is engine.Snapshot
	m.fill(&snap)
	f, err := forked(&snap, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	f.fill(&is)
	if counted(&is) != counted(&snap) {
		t.Errorf("it begins with\n%s\nnot\n%s", counted(&is), counted(&snap))
	}
	f.advance(int64(40 * time.Second))
	f.fill(&is)
	if err := checkBooks(f, &is); err != nil {
		t.Error(err)
	}
	if n := is.Lanes[0].Ledger.Offered - snap.Lanes[0].Ledger.Offered; n < 31*60*8/10 || n > 31*60*12/10 {
		t.Errorf("%d items arrive at 60/s in 31 s", n)
	}
	snap.Lanes = snap.Lanes[:1]
	if _, err := Fork(&snap, nil, Options{}); err == nil {
		t.Error("a lane is missing, and nobody minds")
	}
	if _, err := Fork(&is, nil, Options{Speed: -1}); err == nil {
		t.Error("time goes backwards")
	}
}

// TestAForkStartsProducersWhoseStopIsOver: a real run may be looked at when the time of a
// stop is over, and producers have not been started yet.
func TestAForkStartsProducersWhoseStopIsOver(t *testing.T) {
	const since, now = time.Second, 3 * time.Second
	for lasts, stopped := range map[time.Duration]bool{0: true, now - since: false, now - since - 1: false, time.Minute: true, now: false} {
		stop := engine.Change{At: since, Fault: &engine.Fault{Kind: engine.FaultStop, Target: "producers", Lane: "message"}}
		m := at(t, "load: {rate: 100/s}\nhandlers: [{name: work, service: {mean: 2ms}}]\nlanes: [{model: message}]\n", now, stop)
		var snap, is engine.Snapshot
		m.fill(&snap)
		marks := m.log.marks(nil, 0)
		marks[0].Fault = &engine.Fault{Kind: engine.FaultStop, Target: "producers", Lane: "message", For: lasts}
		f, err := forked(&snap, marks, true)
		if err != nil {
			t.Fatal(err)
		}
		f.advance(int64(now + 2*time.Second))
		if f.fill(&is); is.Lanes[0].Stopped != stopped {
			t.Errorf("stopped for %v since %v ago: stopped %v two seconds later", lasts, now-since, is.Lanes[0].Stopped)
		}
	}
}

// TestAForkBalances forks drawn simulations after drawn changes, and holds that
// the books balance from there on.
func TestAForkBalances(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, todo := drawScenario(rt), drawDeeds(rt)
		m, err := newMachine(s, true)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range todo {
			if d := &todo[i]; d.what != "look" {
				_ = m.apply(d.change(m.scenario))
			}
			m.halted = false
			m.advance(m.now + int64(todo[i].pause))
		}
		var snap, is engine.Snapshot
		m.fill(&snap)
		f, err := forked(&snap, m.log.marks(nil, 0), true)
		if err != nil {
			rt.Fatal(err)
		}
		for range 50 {
			f.fill(&is)
			if err := checkBooks(f, &is); err != nil {
				rt.Fatalf("%v\nforked from\n%s\n%s", err, described(&snap), s.Story)
			}
			f.advance(f.now + int64(20*time.Millisecond))
		}
		if err := drained(f); err != nil && drained(m) == nil { // what is at work may take longer than that
			rt.Fatalf("%v\nforked from\n%s\n%s", err, described(&snap), s.Story)
		}
	})
}

// TestAForkMayBeginPaused holds that nothing happens in it before Resume.
func TestAForkMayBeginPaused(t *testing.T) {
	var from engine.Snapshot
	at(t, `
load: {rate: 1000/s}
handlers: [{name: work, service: {mean: 5ms}}]
`, time.Second).fill(&from)
	r, err := Fork(&from, nil, Options{Endless: true, Paused: true, Speed: math.Inf(1)})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var now engine.Snapshot
	time.Sleep(5 * driveEvery)
	if r.Snapshot(&now); !now.Paused || now.At != from.At {
		t.Errorf("paused %v, at %v, begun at %v", now.Paused, now.At, from.At)
	}
	if err := r.Apply(engine.Change{Control: engine.Resume}); err != nil {
		t.Fatal(err)
	}
	for now.At <= from.At {
		r.Snapshot(&now)
	}
}
