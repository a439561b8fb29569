package truth_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/live"
	"duet/engine/replicate"
	"duet/engine/script"
)

// account is what a run came to: what it counts and measures of every lane, what
// was changed, and what happened to each item and when.
type account struct {
	figures string
	moving  bool // something had no end when the run was over
	marks   string
	story   []string // in no order of their own: sorted
	whole   bool     // nothing of the story was left out or forgotten
	all     engine.Ledger
}

// TestBothEnginesAgree runs drawn scenarios on goroutines in fake time and in
// simulation. Every count must be the same, and everything that happened to any
// item must have happened at the same nanosecond.
func TestBothEnginesAgree(t *testing.T) {
	var seen engine.Ledger
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		s := drawCalm(rt)
		var real account
		synctest.Test(t, func(t *testing.T) { real = accountOf(t, s, performed) })
		simulated := accountOf(t, s, simulate)
		if difference := real.differs(&simulated); difference != "" {
			rt.Fatalf("%s\n%s", difference, s.Story)
		}
		runs++
		seen = sum(&seen, &simulated.all)
	})
	t.Logf("%d scenarios: %+v", runs, seen)
	for _, n := range []int64{
		seen.Done, seen.Failed, seen.Dropped, seen.Expired, seen.DeadLettered, seen.Lost, seen.Redelivered,
	} { // others are too rare to be drawn every time: see TestBothEnginesAgreeOnWhatIsRare
		if runs >= 100 && n == 0 {
			t.Errorf("of something there was nothing: %+v", seen)
		}
	}
}

// found are scenarios in which the engines once differed, and few others do.
var found = map[string]string{
	"a client takes the place of one that is gone": `
load: {rate: 61/s, keys: {count: 1}, timeout: 21777us, retry: {attempts: 4, backoff: {base: 9333us, jitter: full}, budget: 10%}, arrivals: bursts, bursts: {size: 7, duty: 40%}}
handlers: [{name: h1, service: {mean: 3ms}}]
lanes: [{model: message, queue: {capacity: 0}, workers: 2}]
timeline:
  - {at: 2002ns, set: {load.timeout: 13333us}}
  - {at: 13003ns, fault: {crash: worker, restart: 157ms}}
  - {at: 46004ns, set: {lanes.message.queue.capacity: "1"}}
`,
	"a partition is handed over by who has another one as well": `
load: {rate: 61/s}
handlers: [{name: h1, service: {mean: 3ms}}]
lanes: [{model: message, queue: {capacity: 5, partitions: 4}, workers: 1, producers: 3}]
timeline:
  - {at: 121003ns, set: {handlers.h1.service.mean: 29ms}}
  - {at: 243338005ns, set: {handlers.h1.fail: 0%}}
  - {at: 243397006ns, set: {lanes.message.workers: "2"}}
`,
	"who comes back throws away what was given up, and takes what is next then": `
seed: 1
load: {rate: 61/s, payload: "1", keys: {count: 16}, timeout: 21777us, retry: {attempts: 4, backoff: {base: 9333us, jitter: full}, budget: 10%}, arrivals: ramp, ramp: {from: 0.2, to: 2, over: 1s}}
handlers: [{name: h1, service: {dist: pareto, mean: 11ms}}, {name: h2, service: {dist: gamma, mean: 37ms}}, {name: h3, service: {dist: uniform, mean: 3ms}}]
lanes: [{model: message, handlers: together, queue: {capacity: 2, drop_expired: true, partitions: 4}, workers: 4}]
timeline:
  - {at: 2001ns, fault: {crash: worker, count: 99, when: during, restart: 157ms}}
`,
	"a lane dies while its workers have several handlers to run": `
load: {rate: 61/s}
handlers:
  - {name: h1, service: {mean: 37ms}, fail: 20%, panic: 5%}
  - {name: h2, service: {dist: uniform, mean: 37ms}}
  - {name: h3, service: {mean: 11ms}, fail: 20%}
lanes: [{model: message, handlers: together, recover: false, queue: {capacity: 1, when_full: drop_newest}, workers: 2, ack: after, attempts: 3}]
`,
	"several items of a partition wait to be tried again, at who serves another one as well": `
seed: 3
load: {rate: 83/s, keys: {count: 16, skew: 1}, arrivals: sine, sine: {amplitude: 0.9, period: 777ms}}
handlers: [{name: h1, service: {dist: exponential, mean: 3ms}, per: item}, {name: h2, service: {dist: exponential, mean: 3ms}, fail: 20%, per: item}]
lanes: [{model: message, handlers: together, queue: {capacity: 1, when_full: drop_newest, visibility: 23555us, partitions: 4}, workers: 2, producers: 3, ack: after, attempts: 4, backoff: {base: 20ms, max: 30ms, jitter: full}}]
`,
}

// TestBothEnginesAgreeOnWhatWasFound is the same of these.
func TestBothEnginesAgreeOnWhatWasFound(t *testing.T) {
	for name, text := range found {
		t.Run(name, func(t *testing.T) {
			s := decode(t, "duration: 2s\ndrain: 10s\n"+text)
			var real account
			synctest.Test(t, func(t *testing.T) { real = accountOf(t, s, performed) })
			simulated := accountOf(t, s, simulate)
			if difference := real.differs(&simulated); difference != "" || !simulated.whole {
				t.Errorf("%s", difference)
			}
		})
	}
}

// rare is what is not drawn every time.
var rare = map[string]struct {
	text string
	n    func(l *engine.Ledger) int64
}{
	"behind an observer that panics, without recovery, the other one is skipped": {`
handlers: [{name: h1, service: {mean: 3ms}, panic: 20%}, {name: h2, service: {mean: 3ms}}]
lanes: [{model: event, dispatch: inline, recover: false}]
`, func(l *engine.Ledger) int64 { return l.Skipped }},
	"what is done and not acknowledged is done twice": {`
handlers: [{name: h1, service: {mean: 3ms}}]
lanes: [{model: message, workers: 1, ack: after}]
timeline: [{at: 500ms, fault: {crash: worker, when: before_ack, restart: 20ms}}]
`, func(l *engine.Ledger) int64 { return l.Duplicates }},
	"who is idempotent does it once": {`
handlers: [{name: h1, service: {mean: 3ms}, idempotent: true}]
lanes: [{model: message, workers: 1, ack: after}]
timeline: [{at: 500ms, fault: {crash: worker, when: before_ack, restart: 20ms}}]
`, func(l *engine.Ledger) int64 { return l.Deduplicated }},
}

// TestBothEnginesAgreeOnWhatIsRare is the same of what has to happen in each of these.
func TestBothEnginesAgreeOnWhatIsRare(t *testing.T) {
	for name, c := range rare {
		t.Run(name, func(t *testing.T) {
			s := decode(t, "duration: 2s\ndrain: 10s\nload: {rate: 61/s}\n"+c.text)
			var real account
			synctest.Test(t, func(t *testing.T) { real = accountOf(t, s, performed) })
			simulated := accountOf(t, s, simulate)
			if difference := real.differs(&simulated); difference != "" || !simulated.whole {
				t.Errorf("%s", difference)
			}
			if c.n(&real.all) == 0 || c.n(&simulated.all) == 0 {
				t.Errorf("%d really, %d simulated", c.n(&real.all), c.n(&simulated.all))
			}
		})
	}
}

// performed starts a real run in fake time whose timeline is carried out from
// without, to the nanosecond. The run itself looks at its timeline every few
// milliseconds.
func performed(s *engine.Scenario) (engine.Run, error) {
	bare := *s
	bare.Timeline = nil
	r, err := live.New(&bare, live.Options{Clock: clock.NewLane(clock.TimersOnly())})
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	go func() {
		agenda := script.NewAgenda(s)
		for agenda.Next() < s.Duration+s.Drain {
			time.Sleep(time.Until(begun.Add(agenda.Next())))
			for _, c := range agenda.Until(time.Since(begun)) {
				_ = r.Apply(c) // what is not possible is left out by the simulation as well: marks tell
			}
		}
	}()
	return r, nil
}

// accountOf lets a run go to its end.
func accountOf(t *testing.T, s *engine.Scenario, start replicate.Start) account {
	t.Helper()
	r, err := start(s)
	if err != nil {
		t.Fatal(err)
	}
	<-r.Done()
	var snap engine.Snapshot
	r.Snapshot(&snap)
	var a account
	for i := range snap.Lanes {
		a.all = sum(&a.all, &snap.Lanes[i].Ledger)
		for j := range snap.Lanes[i].Handlers { // only handlers skip, and are handled twice
			h := snap.Lanes[i].Handlers[j].Ledger
			a.all.Skipped += h.Skipped
			a.all.Duplicates += h.Duplicates
			a.all.Deduplicated += h.Deduplicated
		}
	}
	for i := range snap.Lanes {
		a.figures += figuresOf(&snap.Lanes[i])
		a.moving = a.moving || moves(&snap.Lanes[i])
	}
	for _, c := range r.Marks(nil, 0) {
		a.marks += fmt.Sprintln(c.At, c.Path, c.Value, c.Fault)
	}
	entries := r.Journal(nil, 0)
	a.whole = isWhole(entries, len(s.Lanes))
	for _, e := range entries {
		if e.At < s.Duration+s.Drain {
			a.story = append(a.story, told(&e, s))
		}
	}
	slices.Sort(a.story)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	return a
}

// isWhole tells whether a journal tells of all items: none of it is overwritten, and
// there never were too many a second for all to be told of.
func isWhole(entries []engine.Entry, lanes int) bool {
	told := make([]map[int64]bool, lanes)
	for i := range told {
		told[i] = map[int64]bool{}
	}
	last := make([]int64, lanes)
	for _, e := range entries {
		told[e.Lane][e.Seq] = true
		last[e.Lane] = max(last[e.Lane], e.Seq)
	}
	for i := range told {
		if int64(len(told[i])) < last[i] {
			return false
		}
	}
	return len(entries) == 0 || entries[0].N == 1
}

// sum adds up how deliveries ended.
func sum(a, b *engine.Ledger) engine.Ledger {
	return engine.Ledger{
		Offered: a.Offered + b.Offered, Done: a.Done + b.Done, Failed: a.Failed + b.Failed, Dropped: a.Dropped + b.Dropped,
		Expired: a.Expired + b.Expired, DeadLettered: a.DeadLettered + b.DeadLettered, Lost: a.Lost + b.Lost,
		Redelivered: a.Redelivered + b.Redelivered, Duplicates: a.Duplicates + b.Duplicates, Deduplicated: a.Deduplicated + b.Deduplicated, Skipped: a.Skipped + b.Skipped,
	}
}

// moves tells whether anything of a lane is in hand, stands in line for a slot, or at
// a full queue. A goroutine of a call shows among the handlers alone, and a worker of a
// hand-over that drains in the ledger.
func moves(l *engine.LaneSnapshot) bool {
	return l.Ledger.InFlight > 0 ||
		slices.ContainsFunc(l.Handlers, func(h engine.HandlerSnapshot) bool { return h.Busy > 0 }) ||
		slices.ContainsFunc(l.Workers, func(w engine.WorkerSnapshot) bool { return w.State.AtWork() }) ||
		slices.ContainsFunc(l.Publishers, func(p engine.PublisherSnapshot) bool { return p.Busy })
}

// happenings are the words for what happens to an item.
var happenings = map[engine.Happening]string{
	engine.Arrived: "arrived", engine.Accepted: "accepted", engine.Started: "started", engine.Done: "done", engine.Failed: "failed",
	engine.Retried: "to be tried again", engine.DeadLettered: "dead-lettered", engine.Dropped: "dropped", engine.Expired: "expired",
	engine.Lost: "lost", engine.Skipped: "skipped",
}

// told is a line of the journal without its number and the worker's: which of
// several idle ones is first is left to chance.
func told(e *engine.Entry, s *engine.Scenario) string {
	text := fmt.Sprintf("%s %5d at %13v %s", s.Lanes[e.Lane].Name, e.Seq, e.At, happenings[e.What])
	if e.Handler < 0 {
		return text
	}
	if text += " " + s.Handlers[e.Handler].Name; e.Worker > 0 {
		text += fmt.Sprintf(", try %d", e.Attempt)
	}
	return text
}

// numbered is who died, of several that are alike.
var numbered = regexp.MustCompile(`(worker|publisher) \d+`)

// figuresOf is all that is counted in a lane, and what is measured of items.
func figuresOf(l *engine.LaneSnapshot) string {
	w := &l.Whole
	text := fmt.Sprintf("%s %+v\n  order %+v, dead %q, wasted %d, retries %d, blocked %v\n", l.Name, l.Ledger, w.Order, numbered.ReplaceAllString(l.Dead, "$1"), l.Wasted, l.Retries, w.Blocked)
	for _, x := range []struct {
		name string
		*engine.Summary
	}{{"wait", &w.Wait}, {"service", &w.Service}, {"latency", &w.Latency}, {"naive", &w.Naive}, {"publish", &w.Publish}} {
		text += fmt.Sprintf("  %s of %d: %v, at most %v\n", x.name, x.Count, x.Mean, x.Max)
	}
	for i := range l.Handlers {
		h := &l.Handlers[i]
		text += fmt.Sprintf("  %s %+v\n    wait %v, service %v\n", h.Name, h.Ledger, h.WholeWait.Mean, h.WholeService.Mean)
	}
	return text
}

// differs says where the account of a real run differs from that of a simulated one;
// empty: nowhere. A real run that has not drained when its time is up ends some
// milliseconds after that: its figures are those of another moment.
func (a *account) differs(b *account) string {
	var text strings.Builder
	if !b.moving && a.figures != b.figures {
		fmt.Fprintf(&text, "on goroutines\n%ssimulated\n%s", a.figures, b.figures)
	}
	if a.marks != b.marks {
		fmt.Fprintf(&text, "changes on goroutines\n%ssimulated\n%s", a.marks, b.marks)
	}
	if a.whole && b.whole {
		text.WriteString(firstDifference(a.story, b.story))
	}
	return text.String()
}

// firstDifference tells both stories of the item that is the first to differ.
func firstDifference(real, simulated []string) string {
	both := min(len(real), len(simulated))
	i := 0
	for i < both && real[i] == simulated[i] {
		i++
	}
	if i == both && len(real) == len(simulated) {
		return ""
	}
	item := func(line string) string { return line[:strings.Index(line, " at ")] }
	first := item(slices.Min(slices.Concat(real[i:min(i+1, len(real))], simulated[i:min(i+1, len(simulated))])))
	of := func(list []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(list), func(line string) bool { return item(line) != first }), "\n")
	}
	return fmt.Sprintf("on goroutines\n%s\nsimulated\n%s\n", of(real), of(simulated))
}
