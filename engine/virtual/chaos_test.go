package virtual

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

// TestNothingIsLostWhateverChanges runs drawn scenarios, changes everything that
// can be changed at drawn times, and holds at every look that the ledgers account
// for every item, also while it is on its way.
func TestNothingIsLostWhateverChanges(t *testing.T) {
	t.Parallel()
	items := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		s, todo := drawScenario(rt), drawDeeds(rt)
		n, err := wreak(s, todo)
		if err != nil {
			rt.Fatalf("%v\n%s", err, s.Story)
		}
		items += n
	})
	if items < 20_000 {
		t.Errorf("only %d items arrived", items)
	}
}

// drawScenario draws a scenario with lanes of both models.
func drawScenario(t *rapid.T) *engine.Scenario {
	var b strings.Builder
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	fmt.Fprintf(&b, "duet: 1\nseed: %d\n", rapid.IntRange(1, 1000).Draw(t, "seed"))
	arrivals := pick("arrivals", "constant", "poisson", "bursts", "ramp", "sine", "steps, steps: [{at: 1s, times: 3}, {at: 2s, times: 0.5}]")
	classes := pick("classes", "", "", ", classes: [{name: urgent, share: 20%}, {name: normal}]", ", classes: [{name: urgent, share: 20%}, {name: normal, share: 70%}, {name: bulk}]")
	clients := pick("clients", "", "", ", timeout: 20ms", ", timeout: 50ms, retry: {attempts: 3, backoff: {base: 10ms, jitter: full}, budget: 20%}")
	patient := clients == ""
	fmt.Fprintf(&b, "load: {rate: %s%s%s, payload: %s, keys: {count: %s, skew: %s}, arrivals: %s}\n",
		pick("rate", "20/s", "200/s", "1000/s"), classes,
		clients, pick("payload", "0", "100"), pick("keys", "1", "16"), pick("skew", "0", "1"), arrivals)
	b.WriteString("resources: [{name: db, slots: 2}, {name: api, slots: 1}]\nhandlers:\n")
	for i := range rapid.IntRange(1, 4).Draw(t, "handlers") {
		fmt.Fprintf(&b, "  - {name: h%d, service: {dist: %s, mean: %s}, fail: %s, panic: %s, per: %s, idempotent: %s, needs: %q}\n", i+1,
			pick("dist", "constant", "exponential", "uniform", "lognormal"), pick("mean", "0s", "1ms", "10ms"),
			pick("fail", "0%", "10%"), pick("panic", "0%", "0%", "1%"), pick("per", "item", "attempt"),
			pick("idempotent", "false", "true"), pick("needs", "", "", "db", "api"))
	}
	b.WriteString("lanes:\n")
	for i := range rapid.IntRange(1, 4).Draw(t, "lanes") {
		names := "apart"
		if rapid.Bool().Draw(t, "some") {
			names = "[h1]"
		}
		source := "schedule"
		if patient && rapid.Bool().Draw(t, "ticker") {
			source = "ticker"
		}
		recovers := pick("recover", "true", "true", "false")
		queue := fmt.Sprintf("capacity: %s, when_full: %s, drop_expired: %s",
			pick("capacity", "1", "5", "100"), pick("when_full", "block", "drop_newest", "drop_oldest"), pick("expired", "false", "true"))
		if rapid.Bool().Draw(t, "message") {
			if rapid.Bool().Draw(t, "together") {
				names = "together"
			}
			ack := pick("ack", "ack: none", "ack: before", "ack: after", "ack: after, attempts: 3", "ack: after, attempts: 2, backoff: {base: 20ms, jitter: full}")
			if strings.HasPrefix(ack, "ack: after") {
				queue += pick("visibility", "", ", visibility: 1ms", ", visibility: 15ms")
			}
			order := pick("order", "partitions: 0", "partitions: 4", "order: lifo", "order: lifo, partitions: 4")
			workers := pick("workers", "workers: 1", "workers: 4", "workers: 0")
			if classes != "" {
				order = pick("order by class", order, "order: priority", "order: select")
				if !strings.Contains(order, "partitions: 4") {
					workers = pick("pools", workers, "workers: 4, pools: {urgent: 1}", "workers: 6, pools: {urgent: 2, normal: 3}")
				}
				if !strings.Contains(classes, "bulk") {
					workers = strings.Replace(workers, "workers: 6", "workers: 5", 1)
				}
			}
			fmt.Fprintf(&b, "  - {name: lane%d, model: message, handlers: %s, recover: %s, source: %s, queue: {%s, %s}, %s, producers: %s, %s}\n",
				i+1, names, recovers, source, queue, order, workers, pick("producers", "1", "3"), ack)
		} else {
			by, publishers := pick("by", "", "", "key"), pick("publishers", "1", "3", "per_item")
			if publishers == "per_item" {
				by, source = "", "schedule"
			}
			fmt.Fprintf(&b, "  - {name: lane%d, model: event, handlers: %s, recover: %s, source: %s, queue: {%s}, publishers: %s, dispatch: %s, limit: %s, publish_by: %q}\n",
				i+1, names, recovers, source, queue, publishers, pick("dispatch", "inline", "goroutine", "buffered"),
				pick("limit", "4", "50"), by)
		}
	}
	text := b.String()
	if patient && rapid.Bool().Draw(t, "nested") {
		text = nested(t, text)
	}
	s, err := engine.Decode("drawn.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	s.Story = text // for who must understand a failure
	return s
}

// nested has one of two handlers publish to the other, and leaves out what this does
// not go with.
func nested(t *rapid.T, text string) string {
	if !strings.Contains(text, "name: h2,") {
		return text
	}
	from := rapid.IntRange(1, 2).Draw(t, "from")
	return strings.NewReplacer(
		fmt.Sprintf("name: h%d,", from), fmt.Sprintf("name: h%d, publishes: h%d,", from, 3-from), "idempotent: true", "idempotent: false",
		"dispatch: goroutine", "dispatch: inline", "dispatch: buffered", "dispatch: inline", "handlers: together", "handlers: apart",
		", visibility: 15ms", "", ", visibility: 1ms", "",
	).Replace(text)
}

// deed is something done to a run. What it is exactly is settled when it is
// done, because what is possible depends on what was done before.
type deed struct {
	what  string
	n     int           // picks a target, a value, ...
	m     int           // and another
	pause time.Duration // afterwards
}

// drawDeeds draws deeds in several bouts, because a single slice is drawn short.
func drawDeeds(t *rapid.T) []deed {
	kinds := []string{"look", "set", "set", "set", "fault", "fault", "resume", "step", "unlink"}
	one := rapid.Custom(func(t *rapid.T) deed {
		return deed{
			what: rapid.SampledFrom(kinds).Draw(t, "what"),
			n:    rapid.IntRange(0, 10_000).Draw(t, "n"), m: rapid.IntRange(0, 10_000).Draw(t, "m"),
			pause: time.Duration(rapid.SliceOfN(rapid.Byte(), 1, 1).Draw(t, "pause")[0]) * 997 * time.Microsecond,
		}
	})
	return slices.Concat(rapid.SliceOfN(rapid.SliceOfN(one, 1, 10), 1, 10).Draw(t, "deeds")...)
}

// change is what a deed asks of the run now; it need not be possible.
func (d *deed) change(s *engine.Scenario) engine.Change {
	c := engine.Change{By: "deed"}
	lane := s.Lanes[d.m%len(s.Lanes)].Name
	switch d.what {
	case "set":
		params := s.Params()
		p := &params[d.n%len(params)]
		c.Path, c.Value = p.Path, d.value(p)
	case "fault":
		c.Fault = d.fault(s, lane)
	case "resume":
		c.Control = engine.Resume
	case "step":
		c.Control = engine.Step
	case "unlink":
		c.Path, c.Value, c.Lane = "load.rate", []string{"0/s", "50/s", "500/s"}[d.n%3], lane
	}
	return c
}

// value is one that the parameter may have, as far as it alone is concerned.
func (d *deed) value(p *engine.Param) string {
	few := []int{0, 1, 2, 3, 7, 20, 300}[d.m%7]
	switch p.Kind {
	case engine.KindCount:
		if p.Word != "" && few == 0 {
			return p.Word
		}
		return fmt.Sprint(max(int(p.Min), few))
	case engine.KindNumber:
		if strings.HasSuffix(p.Path, ".speed") { // work in hand keeps its pace: slower than this it would outlast any draining
			return fmt.Sprint(max(0.1, float64(min(few, 9))/2))
		}
		return fmt.Sprint(min(p.Max, max(p.Min, float64(min(few, 9))/2)))
	case engine.KindDuration:
		return fmt.Sprintf("%dms", min(20, few)+1)
	case engine.KindRate:
		return []string{"0/s", "10/s", "300/s", "2000/s"}[d.m%4]
	case engine.KindShare:
		return []string{"0%", "5%", "30%"}[d.m%3]
	case engine.KindBool:
		return []string{"true", "false"}[d.m%2]
	default:
		return p.Choices[d.m%len(p.Choices)]
	}
}

func (d *deed) fault(s *engine.Scenario, lane string) *engine.Fault {
	kinds := []engine.FaultKind{
		engine.FaultCrash, engine.FaultCrash, engine.FaultStall, engine.FaultSlow, engine.FaultFail,
		engine.FaultPanic, engine.FaultStop, engine.FaultStart, engine.FaultRevive,
	}
	f := &engine.Fault{Kind: kinds[d.n%len(kinds)], For: time.Duration(d.m%300) * time.Millisecond}
	if d.m%3 > 0 {
		f.Lane = lane
	}
	handler := s.Handlers[d.m%len(s.Handlers)].Name
	switch f.Kind {
	case engine.FaultCrash:
		f.Target, f.Handler, f.Count, f.Restart = "worker", handler, 1+d.m%3, time.Duration(1+d.m%200)*time.Millisecond
		f.When = []string{engine.CrashDuring, engine.CrashBeforeAck}[d.m%2]
	case engine.FaultStop, engine.FaultStart:
		f.Target = "producers"
	case engine.FaultRevive:
		f.Target = "lane"
	default:
		f.Target, f.Share, f.Factor = handler, 0.2, 3
		f.For++ // without it they are for good
	}
	return f
}

// wreak does the deeds to a simulation of the scenario and looks at the books at
// all times; in the end it lets the lanes drain. It returns how many items
// arrived.
func wreak(s *engine.Scenario, todo []deed) (items int64, err error) {
	m, err := newMachine(s, true)
	if err != nil {
		return 0, err
	}
	var snap engine.Snapshot
	for i := range todo {
		d := &todo[i]
		if d.what != "look" {
			_ = m.apply(d.change(m.scenario)) // what is impossible must change nothing
		}
		for to := m.now + int64(d.pause); m.now < to; {
			m.halted = false
			m.advance(min(to, m.now+7_000_000))
			m.fill(&snap)
			if err := checkBooks(m, &snap); err != nil {
				return 0, fmt.Errorf("after %d deeds, the last %+v: %w", i+1, d, err)
			}
		}
	}
	return snap.Offered, drained(m)
}

// drained lets nothing more arrive, mends what is broken, and simulates until
// nothing is on its way.
func drained(m *machine) error {
	now := m.scenario
	changes := []engine.Change{{Control: engine.Resume}, {Path: "load.rate", Value: "0/s"}}
	set := func(path, value string) { changes = append(changes, engine.Change{Path: path, Value: value}) }
	broken := func(f engine.Fault) { changes = append(changes, engine.Change{Fault: &f}) }
	for i := range now.Handlers {
		name := now.Handlers[i].Name
		set("handlers."+name+".panic", "0%")
		set("handlers."+name+".fail", "0%")
		set("handlers."+name+".service.mean", "1ms")
		broken(engine.Fault{Kind: engine.FaultPanic, Target: name, For: 1})
		broken(engine.Fault{Kind: engine.FaultFail, Target: name, For: 1})
	}
	for i := range now.Lanes {
		l := &now.Lanes[i]
		path := "lanes." + l.Name
		set(path+".recover", "true")
		set(path+".speed", "1000")
		broken(engine.Fault{Kind: engine.FaultStart, Target: "producers", Lane: l.Name})
		if l.Model == engine.EventModel {
			set(path+".limit", "1000")
			continue
		}
		for _, class := range now.Load.ClassNames() {
			set(path+".pools."+class, "0")
		}
		set(path+".queue.partitions", "0")
		set(path+".workers", "8")
		for name := range l.Subscriptions {
			set(path+".subscriptions."+name+".workers", "8")
		}
	}
	for _, c := range changes {
		if err := m.apply(c); err != nil {
			return fmt.Errorf("%+v: %w", c, err)
		}
	}
	var snap engine.Snapshot
	for range 60_000 / 20 {
		for i := range now.Lanes { // dead, or about to die of what was handed out before
			_ = m.apply(engine.Change{Fault: &engine.Fault{Kind: engine.FaultRevive, Target: "lane", Lane: now.Lanes[i].Name}})
		}
		if m.fill(&snap); snap.Quiescent {
			return checkBooks(m, &snap)
		}
		m.advance(m.now + int64(20*time.Millisecond))
	}
	return fmt.Errorf("does not drain:\n%s", described(&snap))
}

// checkBooks holds what is true at any moment.
func checkBooks(m *machine, s *engine.Snapshot) error {
	for i := range s.Lanes {
		l := &s.Lanes[i]
		if err := checkLedger(&l.Ledger); err != nil {
			return fmt.Errorf("lane %s: %w\n%s", l.Name, err, described(s))
		}
		if !s.Unlinked && l.Ledger.Offered != s.Offered {
			return fmt.Errorf("lane %s was offered something else\n%s", l.Name, described(s))
		}
		if l.Whole.InSystem.Now != l.Ledger.Waiting+l.Ledger.InFlight {
			return fmt.Errorf("lane %s has %d in the system\n%s", l.Name, l.Whole.InSystem.Now, described(s))
		}
		for j := range l.Handlers {
			if err := checkLedger(&l.Handlers[j].Ledger); err != nil {
				return fmt.Errorf("lane %s, handler %s: %w\n%s", l.Name, l.Handlers[j].Name, err, described(s))
			}
		}
		if err := checkClasses(l); err != nil {
			return fmt.Errorf("lane %s: %w\n%s", l.Name, err, described(s))
		}
	}
	for _, l := range m.lanes {
		wanted := int64(0)
		for i := range l.items {
			if it := &l.items[i]; it.Seq != 0 && it.parent == 0 && !it.forsaken && !it.over {
				wanted++
			}
		}
		if wanted > l.inSystem.n {
			return fmt.Errorf("lane %s holds %d items, of which %d are in the system\n%s", l.spec.Name, wanted, l.inSystem.n, described(s))
		}
	}
	return nil
}

// checkClasses holds that the ledgers of the classes come to that of the lane.
func checkClasses(l *engine.LaneSnapshot) error {
	if len(l.Classes) == 0 {
		return nil
	}
	all := l.Ledger
	all.Offered, all.Done, all.Failed, all.Dropped, all.Expired, all.DeadLettered, all.Lost, all.Waiting, all.InFlight = 0, 0, 0, 0, 0, 0, 0, 0, 0
	for i := range l.Classes {
		c := &l.Classes[i].Ledger
		if err := checkLedger(c); err != nil {
			return fmt.Errorf("class %s: %w", l.Classes[i].Name, err)
		}
		all.Offered, all.Done, all.Failed, all.Dropped = all.Offered+c.Offered, all.Done+c.Done, all.Failed+c.Failed, all.Dropped+c.Dropped
		all.Expired, all.DeadLettered, all.Lost = all.Expired+c.Expired, all.DeadLettered+c.DeadLettered, all.Lost+c.Lost
		all.Waiting, all.InFlight = all.Waiting+c.Waiting, all.InFlight+c.InFlight
	}
	if all != l.Ledger {
		return fmt.Errorf("the classes come to %+v", all)
	}
	return nil
}

func checkLedger(l *engine.Ledger) error {
	for _, n := range []int64{
		l.Offered, l.Done, l.Failed, l.Dropped, l.Expired, l.DeadLettered, l.Lost, l.Waiting, l.InFlight,
		l.Redelivered, l.Duplicates, l.Deduplicated, l.Attempts, l.Skipped,
	} {
		if n < 0 {
			return fmt.Errorf("a count is negative: %+v", *l)
		}
	}
	if l.Balance() != 0 {
		return fmt.Errorf("does not balance by %d: %+v", l.Balance(), *l)
	}
	return nil
}

// described says what a failed test wants to know of a run.
func described(s *engine.Snapshot) string {
	text := fmt.Sprintf("at %v offered %d quiescent %v", s.At, s.Offered, s.Quiescent)
	for i := range s.Lanes {
		l := &s.Lanes[i]
		text += fmt.Sprintf("\n%s: %+v balance %d dead %q stopped %v limit %v depth %d backlog %d\n  publishers %+v\n  workers %+v",
			l.Name, l.Ledger, l.Ledger.Balance(), l.Dead, l.Stopped, l.AtLimit, l.Whole.Depth.Now, l.Whole.Backlog.Now, l.Publishers, l.Workers)
		for j := range l.Handlers {
			h := &l.Handlers[j]
			text += fmt.Sprintf("\n  %s: %+v balance %d depth %d busy %d", h.Name, h.Ledger, h.Ledger.Balance(), h.Depth.Now, h.Busy)
		}
	}
	return text
}
