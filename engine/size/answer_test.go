package size_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/size"
	"duet/engine/theory"
	"duet/engine/virtual"
)

// answer answers a question by the textbook.
func answer(t *testing.T, q *size.Question, d size.Design) size.Answer {
	t.Helper()
	a, err := q.Answer(t.Context(), d, textbooks)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestLeastWorkersOfMMc: theory has the distribution of the latency, so it knows
// the answer.
func TestLeastWorkersOfMMc(t *testing.T) {
	a := answer(t, question(t, 120, "exponential:40ms", "p99<200ms"), size.Message)
	p99 := func(rate float64, servers int) float64 { return float64(theory.MMc(rate, 0.04, servers).Latency.P99) }
	if n := *a.Workers; !(p99(120, n) < 0.2 && p99(120, n-1) > 0.2) || a.Theory.Servers != n || a.Theory.Model != "M/M/7" {
		t.Errorf("%d workers, proposed %+v; by theory p99 is %v, and %v with one less", n, a.Theory, p99(120, n), p99(120, n-1))
	}
	c := a.Checks[0]
	if c.Verdict != size.Holds || c.Runs < size.LeastRuns || float64(c.CI95[1]) >= 0.2 || math.Abs(float64(c.Mean)/p99(120, 7)-1) > 0.02 {
		t.Errorf("%+v does not hold, or not near %v", c, p99(120, 7))
	}
	if a.Less == nil || a.Less.Verdict != size.Fails || a.Less.Servers != *a.Workers-1 {
		t.Errorf("one less: %+v, want a failure", a.Less)
	}
	if a.More.Verdict != size.Fails || a.More.Rate != 144 || float64(a.More.Checks[0].Theory) != p99(144, 7) {
		t.Errorf("a fifth more: %+v, want a failure beside %v", a.More, p99(144, 7))
	}
	edge := 0
	for p99(120*(1+float64(edge+1)/100), 7) < 0.2 {
		edge++
	}
	if a.Headroom < edge-2 || a.Headroom > edge+2 {
		t.Errorf("it holds with up to %d %% more, by theory with %d %%", a.Headroom, edge)
	}
	// Where a full queue blocks, its room is what M/M/c/K loses one in a thousand with.
	if room := *a.Capacity; a.WhenFull != engine.Block || math.Abs(math.Log(float64(theory.MMcK(120, 0.04, 7, room).Loss)/0.001)) > 0.5 {
		t.Errorf("room for %d, with which %v would be lost", room, theory.MMcK(120, 0.04, 7, room).Loss)
	}
}

// TestLeastRoomOfMMcK: with a target for the loss the queue drops, and theory
// knows how long it has to be.
func TestLeastRoomOfMMcK(t *testing.T) {
	a := answer(t, question(t, 120, "exponential:40ms", "wait_mean<30ms", "loss<2%"), size.Message)
	loss := func(servers, room int) engine.Figure { return theory.MMcK(120, 0.04, servers, room).Loss }
	n, room := *a.Workers, *a.Capacity
	if a.WhenFull != engine.DropNewest || !(loss(n, room) < 0.02) || !(loss(n, room-2) > 0.02) || float64(theory.MMcK(120, 0.04, n, room).WaitMean) > 0.03 {
		t.Errorf("%d workers with room for %d lose %v, with 2 less %v, and wait %v s", n, room, loss(n, room), loss(n, room-2), theory.MMcK(120, 0.04, n, room).WaitMean)
	}
	for _, c := range a.Checks {
		if c.Verdict != size.Holds || math.Abs(float64(c.Mean/c.Theory)-1) > 0.15 {
			t.Errorf("%+v", c)
		}
	}
	if n != 6 {
		t.Errorf("%d workers, want 6: what 5 lose little enough with waits too long", n)
	}
}

// TestOneMachineUnderTwoNames: an inline bus is sized as a queue is.
func TestOneMachineUnderTwoNames(t *testing.T) {
	q := question(t, 50, "constant:30ms", "wait_p95<20ms")
	message, event := answer(t, q, size.Message), answer(t, q, size.Inline)
	if *message.Workers != *event.Publishers || message.Checks[0].Mean != event.Checks[0].Mean {
		t.Errorf("%d workers and %d publishers", *message.Workers, *event.Publishers)
	}
	if event.Capacity != nil || event.WhenFull != "" || event.Workers != nil {
		t.Errorf("%+v has a queue", event)
	}
}

func TestOneGoroutineForEachObserver(t *testing.T) {
	fits := answer(t, question(t, 20, "exponential:20ms", "p99<300ms"), size.Buffered)
	if fits.Why != "" || fits.Capacity == nil || fits.Less != nil || fits.Checks[0].Verdict != size.Holds {
		t.Errorf("%+v, want a buffer", fits)
	}
	slow := answer(t, question(t, 40, "exponential:20ms", "p99<300ms"), size.Buffered)
	if !strings.HasPrefix(slow.Why, "an observer has one goroutine, and with it latency.p99 comes to 4") {
		t.Errorf("%q, want some 460 ms", slow.Why)
	}
	crowded := answer(t, question(t, 120, "exponential:40ms", "p99<200ms"), size.Buffered)
	if crowded.Why != "an observer has one goroutine, which finishes at most 25/s, and 120/s arrive" || len(crowded.Checks) != 0 {
		t.Errorf("%q", crowded.Why)
	}
}

func TestGoroutinesAreLimitedByErlang(t *testing.T) {
	a := answer(t, question(t, 120, "lognormal:40ms,cv=2", "p99<400ms", "loss<1%", "utilisation<50%"), size.Goroutine)
	if n := *a.Goroutines; !(theory.ErlangB(n, 4.8) < 0.001 && theory.ErlangB(n-1, 4.8) >= 0.001) {
		t.Errorf("%d goroutines: a part of %v finds as many", n, theory.ErlangB(n, 4.8))
	}
	if len(a.Checks) != 1 || a.Checks[0].Metric != "latency.p99" || a.Headroom != 100 || a.Less != nil {
		t.Errorf("%+v: nothing is lost, nobody is busy, and more load is as fast", a)
	}
	if math.Abs(float64(a.Checks[0].Mean/a.Checks[0].Theory)-1) > 0.05 {
		t.Errorf("%+v", a.Checks[0])
	}
}

// TestTheSameWhoeverRunsIt: neither how many run at once nor the unit of time
// makes a difference.
func TestTheSameWhoeverRunsIt(t *testing.T) {
	q := question(t, 100, "exponential:20ms", "wait_mean<10ms")
	var texts [2][]byte
	for i := range texts {
		run := textbooks
		run.AtOnce = 1 + 2*i
		a, err := q.Answer(t.Context(), size.Message, run)
		if err != nil {
			t.Fatal(err)
		}
		if texts[i], err = json.Marshal(a); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Errorf("%s\n%s", texts[0], texts[1])
	}
	fast := answer(t, q, size.Inline)
	slow := answer(t, question(t, 0.01, "exponential:200s", "wait_mean<100s"), size.Inline)
	if *fast.Publishers != *slow.Publishers || math.Abs(1e4*float64(fast.Checks[0].Mean/slow.Checks[0].Mean)-1) > 1e-3 {
		t.Errorf("%v and %v, want the same at a ten-thousandth of the speed", fast.Checks[0], slow.Checks[0])
	}
}

// TestNearSaturationNothingIsProven: a run would have to be longer than any, so
// that the next server is needed.
func TestNearSaturationNothingIsProven(t *testing.T) {
	a := answer(t, question(t, 99.9, "exponential:10ms", "utilisation<70%"), size.Inline)
	if *a.Publishers != 2 || a.Less.Verdict != size.TooLong || a.Less.Checks[0].Runs != 0 {
		t.Errorf("%d publishers, one less is %+v", *a.Publishers, a.Less)
	}
	a = answer(t, question(t, 85, "exponential:10ms", "p99<330ms"), size.Inline)
	if *a.Publishers != 1 || a.Less != nil || a.More.Verdict != size.Overloaded || a.Headroom > 5 {
		t.Errorf("%+v: one holds, and nothing holds with more than all of it", a)
	}
}

func TestMoreThanALaneMayHave(t *testing.T) {
	a := answer(t, question(t, 50_000, "exponential:50ms", "p99<300ms"), size.Inline)
	if a.Why != "a lane has at most 1000 of them, and 2501 are needed just to keep up" {
		t.Errorf("%q", a.Why)
	}
}

func TestNothingFoundWithoutRuns(t *testing.T) {
	q := question(t, 100, "exponential:20ms", "wait_mean<10ms")
	broken := errors.New("it broke")
	failing := size.Runner{Start: func(*engine.Scenario) (engine.Run, error) { return nil, broken }}
	if _, err := q.Answer(t.Context(), size.Message, failing); !errors.Is(err, broken) {
		t.Errorf("%v, want that it broke", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	run := textbooks
	run.Progress = func(d size.Design, p size.Plan, runs int) {
		if d != size.Message || p.Servers < 3 || runs < 1 {
			t.Errorf("told of %s, %+v, %d runs", d, p, runs)
		}
		cancel()
	}
	if _, err := q.Answer(ctx, size.Message, run); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was interrupted", err)
	}
}

// TestAnotherSimulatorAgrees: the answers of engine/virtual, which shares nothing
// with the textbook but the items.
func TestAnotherSimulatorAgrees(t *testing.T) {
	q := question(t, 50, "uniform:40ms,spread=80%", "p95<150ms", "loss<5%")
	run := size.Runner{AtOnce: 2, Start: func(s *engine.Scenario) (engine.Run, error) {
		return virtual.New(s, virtual.Options{Speed: math.Inf(1)})
	}}
	told := map[size.Plan]int{}
	run.Progress = func(_ size.Design, p size.Plan, runs int) {
		if runs != 1 && runs != told[p]+1 {
			t.Errorf("after %d runs of %+v it was told of %d", told[p], p, runs)
		}
		told[p] = runs
	}
	a, err := q.Answer(t.Context(), size.Message, run)
	if err != nil {
		t.Fatal(err)
	}
	b := answer(t, q, size.Message)
	if a.Checks[0].Verdict != size.Holds || *a.Workers != *b.Workers || max(*a.Capacity-*b.Capacity, *b.Capacity-*a.Capacity) > 1 {
		t.Errorf("%d workers with room for %d, by the textbook %d and %d", *a.Workers, *a.Capacity, *b.Workers, *b.Capacity)
	}
	for i := range a.Checks {
		if x, y := a.Checks[i], b.Checks[i]; math.Abs(float64(x.Mean-y.Mean)) > x.Half()+y.Half()+0.01*float64(y.Mean) {
			t.Errorf("%+v, by the textbook %+v", x, y)
		}
	}
}
