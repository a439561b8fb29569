package virtual

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
)

// TestCountsAreThoseOfARealRun runs drawn scenarios on goroutines in fake time and
// in simulation, with the same changes at the same times, and compares every
// count. What happens at one and the same time may come in any order on
// goroutines, so times are drawn such that hardly anything does.
func TestCountsAreThoseOfARealRun(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawCalm(rt)
		deeds := drawCalmDeeds(rt, s)
		var real, simulated string
		synctest.Test(t, func(t *testing.T) { real = realCounts(t, s, deeds) })
		simulated = virtualCounts(t, s, deeds)
		if real != simulated {
			for _, c := range deeds {
				s.Story += fmt.Sprintf("%v %s %s %+v\n", c.At, c.Path, c.Value, c.Fault)
			}
			rt.Fatalf("on goroutines\n%s\nsimulated\n%s\n%s", real, simulated, s.Story)
		}
	})
}

// drawCalm draws a scenario in which nothing is left to chance.
func drawCalm(t *rapid.T) *engine.Scenario {
	var b strings.Builder
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	fmt.Fprintf(&b, "duet: 1\nduration: 3s\ndrain: 1h\nseed: %d\nload: {rate: %s, keys: {count: 16}, payload: %s%s}\nhandlers:\n", rapid.IntRange(1, 1000).Draw(t, "seed"),
		pick("rate", "20/s", "200/s", "500/s"), pick("payload", "0", "1"),
		pick("clients", "", "", ", timeout: 30ms", ", timeout: 25ms, retry: {attempts: 3, backoff: {base: 7ms, jitter: full}}", ", timeout: 100ms, retry: {attempts: 2, budget: 10%}"))
	for i := range rapid.IntRange(1, 3).Draw(t, "handlers") {
		fmt.Fprintf(&b, "  - {name: h%d, service: {dist: %s, mean: %s}, fail: %s, panic: %s, per: %s}\n", i+1,
			pick("dist", "exponential", "uniform", "lognormal"), pick("mean", "3ms", "11ms"),
			pick("fail", "0%", "10%"), pick("panic", "0%", "3%"), pick("per", "item", "attempt"))
	}
	b.WriteString("lanes:\n")
	for i := range rapid.IntRange(1, 3).Draw(t, "lanes") {
		queue := fmt.Sprintf("capacity: %s, when_full: %s", pick("capacity", "1", "5", "100"), pick("when_full", "block", "drop_newest", "drop_oldest"))
		if rapid.Bool().Draw(t, "message") {
			ack := pick("ack", "ack: none", "ack: before", "ack: after", "ack: after, attempts: 3, backoff: {base: 17ms}", "ack: after, attempts: 2, backoff: {base: 20ms, max: 30ms}")
			fmt.Fprintf(&b, "  - {name: lane%d, model: message, handlers: %s, queue: {%s, partitions: %s}, workers: %s, producers: 1, %s}\n",
				i+1, pick("together", "apart", "together", "[h1]"), queue, pick("partitions", "0", "0", "4"), pick("workers", "1", "4"), ack)
		} else {
			fmt.Fprintf(&b, "  - {name: lane%d, model: event, queue: {%s}, publishers: %s, dispatch: %s, limit: 10000, publish_by: %q}\n",
				i+1, queue, pick("publishers", "1", "3"), pick("dispatch", "inline", "goroutine", "buffered"), pick("by", "", "key"))
		}
	}
	s, err := engine.Decode("drawn.yaml", []byte(b.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	s.Story = b.String()
	return s
}

// drawCalmDeeds draws changes whose effect does not depend on who is first.
func drawCalmDeeds(t *rapid.T, s *engine.Scenario) (todo []engine.Change) {
	at := time.Duration(0)
	kinds := []int{0, 1, 2, 4, 5, 6, 7}
	if !slices.ContainsFunc(s.Lanes, func(l engine.Lane) bool { return l.Workers > 1 }) {
		kinds = append(kinds, 8, 9) // of several workers, who is idle is left to chance, and so is who crashes
	} else if s.Lanes[len(s.Lanes)-1].Workers == 1 {
		kinds = append(kinds, 3)
	}
	for range rapid.IntRange(0, 5).Draw(t, "changes") {
		at += time.Duration(rapid.IntRange(1, 500_000).Draw(t, "after"))*time.Microsecond + 1
		c := engine.Change{At: at}
		handler, lane := s.Handlers[0].Name, s.Lanes[len(s.Lanes)-1].Name
		switch rapid.SampledFrom(kinds).Draw(t, "what") {
		case 0:
			c.Path, c.Value = "load.rate", rapid.SampledFrom([]string{"0/s", "50/s", "300/s"}).Draw(t, "rate")
		case 1:
			c.Path, c.Value = "handlers."+handler+".service.mean", "7ms"
		case 2:
			c.Path, c.Value = "lanes."+lane+".queue.capacity", rapid.SampledFrom([]string{"1", "3", "200"}).Draw(t, "capacity")
		case 3:
			c.Path, c.Value = "lanes."+lane+".workers", "3"
		case 4:
			c.Fault = &engine.Fault{Kind: engine.FaultSlow, Target: handler, Factor: 3, For: 333 * time.Millisecond}
		case 5:
			c.Fault = &engine.Fault{Kind: engine.FaultFail, Target: handler, Share: 0.5, For: 333 * time.Millisecond}
		case 6:
			c.Fault = &engine.Fault{Kind: engine.FaultStall, Target: handler, For: 123 * time.Millisecond}
		case 7:
			c.Fault = &engine.Fault{Kind: engine.FaultStop, Target: "producers"}
			if slices.ContainsFunc(s.Lanes, func(l engine.Lane) bool { return l.Publishers > 1 || l.Queue.WhenFull != engine.Block }) {
				continue // what has gathered comes all at once then: in which order, and what for room there is, is left to chance
			}
			todo = append(todo, c)
			at += 111_111 * time.Microsecond
			c.At, c.Fault = at, &engine.Fault{Kind: engine.FaultStart, Target: "producers"}
		case 8:
			c.Fault = &engine.Fault{Kind: engine.FaultCrash, Target: "worker", Worker: 1, When: engine.CrashDuring, Restart: 157 * time.Millisecond}
		case 9:
			c.Fault = &engine.Fault{Kind: engine.FaultCrash, Target: "worker", Worker: 1, When: engine.CrashBeforeAck, Restart: 157 * time.Millisecond}
		}
		todo = append(todo, c)
	}
	return todo
}

func realCounts(t *testing.T, s *engine.Scenario, deeds []engine.Change) string {
	r, err := live.New(s, live.Options{Clock: clock.NewLane(clock.TimersOnly())})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	var errs string
	for _, c := range deeds {
		time.Sleep(time.Until(begun.Add(c.At)))
		errs += fmt.Sprintln(c.At, r.Apply(c) == nil)
	}
	<-r.Done()
	var snap engine.Snapshot
	r.Snapshot(&snap)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	return errs + counted(&snap)
}

func virtualCounts(t *testing.T, s *engine.Scenario, deeds []engine.Change) string {
	m, err := newMachine(s, false)
	if err != nil {
		t.Fatal(err)
	}
	var errs string
	for _, c := range deeds {
		m.advance(int64(c.At))
		errs += fmt.Sprintln(c.At, m.apply(c) == nil)
	}
	m.advance(never)
	var snap engine.Snapshot
	m.fill(&snap)
	return errs + counted(&snap)
}

// counted is every count of a run.
func counted(s *engine.Snapshot) string {
	var b strings.Builder
	for i := range s.Lanes {
		l := &s.Lanes[i]
		fmt.Fprintf(&b, "%s wasted %d retries %d %+v\n", l.Name, l.Wasted, l.Retries, l.Ledger)
		for j := range l.Handlers {
			fmt.Fprintf(&b, "  %s %+v\n", l.Handlers[j].Name, l.Handlers[j].Ledger)
		}
	}
	return b.String()
}
