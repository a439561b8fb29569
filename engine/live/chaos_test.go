package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/clock"
	"duet/engine/script"
)

// TestNothingIsLostWhateverChanges runs drawn scenarios, changes everything that
// can be changed at drawn times, and then lets the lanes drain.
func TestNothingIsLostWhateverChanges(t *testing.T) {
	items := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		s, todo := drawScenario(rt), drawDeeds(rt)
		var err error
		synctest.Test(t, func(*testing.T) {
			var n int64
			n, err = wreak(s, todo, Options{Endless: true, Clock: clock.NewLane(clock.TimersOnly())}, 1)
			items += n
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
	t.Logf("%d items arrived", items)
	if items < 10_000 && !testing.Short() { // which draws fewer scenarios
		t.Errorf("only %d items arrived", items)
	}
}

// TestNothingIsLostInRealTime is the same on threads that really run at once,
// for a few of the drawn scenarios.
func TestNothingIsLostInRealTime(t *testing.T) {
	t.Parallel()
	few, failed := 10, false
	rapid.Check(t, func(rt *rapid.T) {
		s, todo := drawScenario(rt), drawDeeds(rt)
		if few--; few < 0 && !failed { // a failure goes on being shrunk
			return
		}
		if _, err := wreak(s, todo, Options{Endless: true}, 10); err != nil {
			failed = true
			rt.Fatal(err)
		}
	})
}

// drawScenario draws a scenario with lanes of both models.
func drawScenario(t *rapid.T) *engine.Scenario {
	var b strings.Builder
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	fmt.Fprintf(&b, "duet: 1\nseed: %d\n", rapid.IntRange(1, 1000).Draw(t, "seed"))
	arrivals := pick("arrivals", "constant", "poisson", "bursts", "ramp", "sine", "steps, steps: [{at: 1s, times: 3}, {at: 2s, times: 0.5}]")
	clients := pick("clients", "timeout: 0s", "timeout: 0s", "timeout: 5ms", "timeout: 30ms, retry: {attempts: 3}",
		"timeout: 20ms, retry: {attempts: 5, backoff: {base: 10ms, jitter: full}, budget: 10%}")
	classes := pick("classes", "", "", "classes: [{name: urgent, share: 20%}, {name: normal}], ")
	fmt.Fprintf(&b, "load: {%srate: %s, payload: %s, keys: {count: %s, skew: %s}, %s, arrivals: %s}\n", classes,
		pick("rate", "20/s", "200/s", "1000/s"), pick("payload", "0", "100"), pick("keys", "1", "16"), pick("skew", "0", "1"), clients, arrivals)
	b.WriteString("resources: [{name: db, slots: 2}, {name: api, slots: 1}]\nhandlers:\n")
	handlers := rapid.IntRange(1, 4).Draw(t, "handlers")
	for i := range handlers {
		fmt.Fprintf(&b, "  - {name: h%d, service: {dist: %s, mean: %s}, work: %s, fail: %s, panic: %s, per: %s, idempotent: %s, needs: %q}\n", i+1,
			pick("dist", "constant", "exponential", "uniform", "lognormal"), pick("mean", "0s", "1ms", "10ms"),
			pick("work", "wait", "cpu"), pick("fail", "0%", "10%"), pick("panic", "0%", "0%", "1%"), pick("per", "item", "attempt"),
			pick("idempotent", "false", "true"), pick("needs", "", "", "db", "api"))
	}
	b.WriteString("lanes:\n")
	for i := range rapid.IntRange(1, 4).Draw(t, "lanes") {
		names := "apart"
		if rapid.Bool().Draw(t, "some") {
			names = "[h1]"
		}
		source := "schedule"
		if clients == "timeout: 0s" && rapid.Bool().Draw(t, "ticker") {
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
			order, workers := pick("order", "partitions: 0", "partitions: 4", "order: lifo", "order: lifo, partitions: 4"), pick("workers", "workers: 1", "workers: 4")
			if classes != "" {
				order = pick("order by class", order, "order: priority", "order: select")
				if !strings.Contains(order, "partitions: 4") {
					workers = pick("pools", workers, "workers: 4, pools: {urgent: 1}", "workers: 3, pools: {urgent: 1, normal: 2}")
				}
			}
			if strings.HasPrefix(ack, "ack: after") {
				queue += ", visibility: " + pick("visibility", "0s", "1ms", "8ms", "50ms")
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
	if clients == "timeout: 0s" && rapid.Bool().Draw(t, "nested") {
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
		", visibility: 1ms", "", ", visibility: 8ms", "", ", visibility: 50ms", "",
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
	kinds := []string{"look", "set", "set", "set", "fault", "fault", "pause", "resume", "step", "speed", "unlink"}
	one := rapid.Custom(func(t *rapid.T) deed {
		return deed{
			what: rapid.SampledFrom(kinds).Draw(t, "what"),
			n:    rapid.IntRange(0, 10_000).Draw(t, "n"), m: rapid.IntRange(0, 10_000).Draw(t, "m"),
			pause: time.Duration(evenly(t, 8)) * time.Millisecond,
		}
	})
	return slices.Concat(rapid.SliceOfN(rapid.SliceOfN(one, 1, 10), 1, 10).Draw(t, "deeds")...)
}

// evenly draws a number of so many bits, of which none is likelier than another:
// drawn as a number it would mostly be small.
func evenly(t *rapid.T, bits int) (n int) {
	for _, bit := range rapid.SliceOfN(rapid.Bool(), bits, bits).Draw(t, "bits") {
		n <<= 1
		if bit {
			n++
		}
	}
	return n
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
	case "pause":
		c.Control = engine.Pause
	case "resume":
		c.Control = engine.Resume
	case "step":
		c.Control = engine.Step
	case "speed":
		c.Speed = []float64{1, 0.5, 0.1, 1}[d.n%4]
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

// wreak does the deeds to a run of the scenario, then lets it drain and looks
// at the books. Pauses are shortened by scale. It returns how many items
// arrived.
func wreak(s *engine.Scenario, todo []deed, o Options, scale time.Duration) (items int64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, s.Story)
		}
	}()
	r, err := New(s, o)
	if err != nil {
		return 0, err
	}
	look := watchFor(r)
	var snap engine.Snapshot
	for i := range todo {
		d := &todo[i]
		if d.what != "look" {
			_ = r.Apply(d.change(r.scenario.Load())) // what is impossible must change nothing
		}
		r.Snapshot(&snap)
		if err == nil {
			err = checkCounts(&snap)
		}
		time.Sleep(d.pause / scale)
	}
	if err == nil {
		err = drained(r)
	}
	began := time.Now()
	closing := r.Close()
	if took := time.Since(began); o.Clock != nil && took > 200*time.Millisecond {
		err = fmt.Errorf("Close took %v, after %w", took, err)
	}
	if looked := look(); err == nil {
		err = looked
	}
	if err == nil {
		err = closing
	}
	r.Snapshot(&snap)
	if err == nil {
		err = checkBalance(&snap)
	}
	return snap.Offered, err
}

// watchFor reads everything there is to read, beside what is done to the run,
// until the function that it returns is called.
func watchFor(r *Run) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() {
		var snap engine.Snapshot
		var series engine.Series
		var entries []engine.Entry
		var read uint64
		var err error
		for ctx.Err() == nil && err == nil {
			r.Snapshot(&snap)
			err = checkCounts(&snap)
			r.Series(&series, 0, snap.At)
			if entries = r.Journal(entries[:0], read); len(entries) > 0 {
				read = entries[len(entries)-1].N
			}
			if n := len(r.Marks(nil, 0)); n < min(script.MarksKept, snap.Changes) {
				err = fmt.Errorf("%d marks of %d changes", n, snap.Changes)
			}
			time.Sleep(17 * time.Millisecond)
		}
		result <- err
	}()
	return func() error {
		cancel()
		return <-result
	}
}

// drained lets nothing more arrive, mends what is broken, and waits until
// nothing is on its way.
func drained(r *Run) error {
	now := r.scenario.Load()
	changes := []engine.Change{{Speed: 1}, {Control: engine.Resume}, set("load.rate", "0/s"), set("load.timeout", "0s")}
	for i := range now.Handlers {
		path := "handlers." + now.Handlers[i].Name
		changes = append(changes, set(path+".panic", "0%"), set(path+".fail", "0%"), set(path+".service.mean", "1ms"),
			broken(engine.Fault{Kind: engine.FaultPanic, Target: now.Handlers[i].Name, For: 1}),
			broken(engine.Fault{Kind: engine.FaultFail, Target: now.Handlers[i].Name, For: 1}))
	}
	for i := range now.Lanes {
		l := &now.Lanes[i]
		path := "lanes." + l.Name
		changes = append(changes, set(path+".recover", "true"), set(path+".speed", "1000"),
			broken(engine.Fault{Kind: engine.FaultStart, Target: "producers", Lane: l.Name}))
		if l.Model == engine.EventModel {
			changes = append(changes, set(path+".limit", "1000"))
			continue
		}
		for _, class := range now.Load.ClassNames() {
			changes = append(changes, set(path+".pools."+class, "0"))
		}
		changes = append(changes, set(path+".queue.partitions", "0"), set(path+".workers", "8"))
		for name := range l.Subscriptions {
			changes = append(changes, set(path+".subscriptions."+name+".workers", "8"))
		}
	}
	for _, c := range changes {
		if err := r.Apply(c); err != nil {
			return fmt.Errorf("%s: %w", shownChange(&c), err)
		}
	}
	var snap engine.Snapshot
	for range 60_000 / 20 {
		for i := range now.Lanes { // dead, or about to die of what was handed out before
			_ = r.Apply(broken(engine.Fault{Kind: engine.FaultRevive, Target: "lane", Lane: now.Lanes[i].Name}))
		}
		if r.Snapshot(&snap); snap.Quiescent {
			return errors.Join(checkBalance(&snap), checkPassage(r, &snap))
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("does not drain:\n%s", described(&snap))
}

// checkPassage holds that what was handed over has come out again: as often as
// there were tries.
func checkPassage(r *Run, snap *engine.Snapshot) error {
	m := r.sampler
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.lanes {
		if n := &s.now; !n.ended() || n.accepted != n.Offered+n.Retries {
			return fmt.Errorf("lane %s: %d items and %d retries, %d handed over, %d ended (%d of them by their clients), %d handed over in vain\n%s",
				s.lane.name, n.Offered, n.Retries, n.accepted, n.Items.Total(), n.Items.Ended[account.Expired], n.forsaken, described(snap))
		}
	}
	return nil
}
