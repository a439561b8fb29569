package virtual

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
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
	"speed":          "[{model: message, workers: 1, speed: 2, queue: {capacity: 10000}}]",
	"buffered":       "[{model: event, dispatch: buffered, queue: {capacity: 10000}}]",
	"a full buffer":  "[{model: event, dispatch: buffered, queue: {capacity: 2}}]",
	"both, and more": "[{model: message, workers: 3}, {model: event, publishers: 4}]",
}

// TestAForkGoesOnAsTheRunDoes forks simulations at random moments, and compares
// what becomes of both.
func TestAForkGoesOnAsTheRunDoes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, lanes := range plain {
		for _, handlers := range []string{
			"[{name: work, service: {mean: 14ms}}]",
			"[{name: work, service: {mean: 9ms}}, {name: mail, service: {dist: uniform, mean: 4ms}}]",
		} {
			t.Run(name, func(t *testing.T) {
				s := scenarioOf(t, fmt.Sprintf("seed: 7\nload: {rate: 100/s}\nhandlers: %s\nlanes: %s\ntimeline: [{at: 8s, set: {load.rate: 60/s}}]\n", handlers, lanes))
				if name == "drops newest" && len(s.Handlers) > 1 {
					t.Skip("how the other deliveries of an item ended is not known")
				}
				for range 6 {
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
		{Path: "load.rate", Value: "90/s"}, {Path: "handlers.work.service.mean", Value: "11ms"},
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

// TestAForkBalances forks drawn simulations after drawn changes, and holds that
// the books balance from there on.
func TestAForkBalances(t *testing.T) {
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
		if err := drained(f); err != nil {
			rt.Fatalf("%v\nforked from\n%s\n%s", err, described(&snap), s.Story)
		}
	})
}
