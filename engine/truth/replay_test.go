package truth_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/live"
	"duet/engine/workload"
)

// played is a lane of a real run: what simulates it, and what nearly does and
// must not pass for it.
type played struct {
	real, same string
	others     []string
	keyed      bool // each key has its server
}

var replayed = []played{
	{ // three servers and one line (the recursion of Kiefer and Wolfowitz), at whose short queue the sender stands
		real: "model: message, workers: 3, queue: {capacity: 2}", same: "model: message, workers: 3, queue: {capacity: 2}",
		others: []string{"model: message, workers: 4", "model: message, workers: 2"},
	},
	{ // a line for each server
		real: "model: message, workers: 2, queue: {partitions: 2}, speed: 1.5", same: "model: message, workers: 2, queue: {partitions: 2}",
		others: []string{"model: message, workers: 2", "model: message, workers: 1, queue: {partitions: 2}"}, keyed: true,
	},
	{ // callers that do the work
		real: "model: event, publishers: 3", same: "model: event, publishers: 3",
		others: []string{"model: event, publishers: 4", "model: event, publishers: 2"},
	},
	{ // one server behind a queue of a bus
		real: "model: event, dispatch: buffered, speed: 3", same: "model: event, dispatch: buffered",
		others: []string{"model: event, publishers: 2", "model: event, dispatch: goroutine"},
	},
}

// TestRealWaitsAreThoseOfAReplay runs lanes in real time, and simulates each with
// the items that arrived and the services that were measured. What may lie
// between the waits of an item is what the machine adds when somebody idle is to
// begin: how late at most, the items tell that the simulation begins at once. As
// what follows is served one after another, hardly any item can be later than
// that, and none may be earlier than simulated.
func TestRealWaitsAreThoseOfAReplay(t *testing.T) {
	insist(t, replayAll)
}

func replayAll(t testing.TB) {
	text := "seed: 5\nduration: 3s\nload: {rate: 80/s, keys: {count: 2}}\nhandlers: [{name: work, service: {mean: 30ms}}]\nlanes:\n"
	for i, p := range replayed {
		text += fmt.Sprintf("  - {name: lane%d, %s}\n", i+1, p.real)
	}
	s := decode(t, text)
	r, err := live.New(s, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	<-r.Done()
	entries := r.Journal(nil, 0)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	for i, p := range replayed {
		m := measured(t, s, entries, i)
		if !p.keyed {
			m.inOrder()
		}
		late := lateness(m, m.simulated(t, p.same))
		t.Logf("lane %d, %s: of %d items half are %v late, the worst %v; idle ones began %v late at most",
			i+1, p.real, len(late.of), late.of[len(late.of)/2], late.of[len(late.of)-1], late.idle)
		if late.of[0] < -alike {
			t.Errorf("lane %d: an item began %v before it could", i+1, -late.of[0])
		}
		if x := late.of[len(late.of)*9/10]; x > late.idle+time.Millisecond {
			t.Errorf("lane %d: one item in ten began %v late", i+1, x)
		}
		for _, other := range p.others {
			if off := lateness(m, m.simulated(t, other)); off.of[0] > -10*time.Millisecond && off.of[len(off.of)*9/10] < 10*time.Millisecond {
				t.Errorf("lane %d: it cannot be told from %s", i+1, other)
			}
		}
	}
}

// alike is what rounding and the order of two stamps of one moment may come to.
const alike = 50 * time.Microsecond

// measurement is what arrived in a lane of a real run and how long it took.
type measurement struct {
	items   []engine.Item
	start   []time.Duration
	service []time.Duration
}

func measured(t testing.TB, s *engine.Scenario, entries []engine.Entry, lane int) *measurement {
	t.Helper()
	m := &measurement{items: arrivals(t, s)}
	m.start, m.service = make([]time.Duration, len(m.items)), make([]time.Duration, len(m.items))
	for _, e := range entries {
		switch n := e.Seq - 1; {
		case int(e.Lane) != lane || e.Handler < 0:
		case e.What == engine.Started:
			m.start[n] = e.At
		case e.What == engine.Done:
			m.service[n] = e.At - m.start[n]
		}
	}
	if slices.Contains(m.service, 0) {
		t.Fatalf("lane %d did not handle item %d of %d", lane+1, slices.Index(m.service, 0)+1, len(m.items))
	}
	return m
}

// inOrder has items begin in the order in which they arrived. Of two servers that
// are through with their work, the one that is run first takes the next item,
// also when it was the later of the two: what it began then is the second to
// begin.
func (m *measurement) inOrder() {
	order := make([]int, len(m.items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(m.start[i], m.start[j]) })
	start, service := slices.Clone(m.start), slices.Clone(m.service)
	for k, i := range order {
		m.start[k], m.service[k] = start[i], service[i]
	}
}

// arrivals is what arrives in a scenario.
func arrivals(t testing.TB, s *engine.Scenario) []engine.Item {
	t.Helper()
	st, err := workload.New(s)
	if err != nil {
		t.Fatal(err)
	}
	var all []engine.Item
	for c, some := st.Cursor(), make([]engine.Item, 256); ; {
		n := c.Next(s.Duration-1, some)
		if n == 0 {
			return all
		}
		all = append(all, some[:n]...)
	}
}

// simulated is how long each item waits in a lane that gets what was measured, as
// a recording.
func (m *measurement) simulated(t testing.TB, lane string) []time.Duration {
	t.Helper()
	var csv bytes.Buffer
	csv.WriteString("time,key,service\n")
	for i, it := range m.items {
		fmt.Fprintf(&csv, "%d.%09d,%d,%d\n", it.At/time.Second, it.At%time.Second, it.Key, m.service[i])
	}
	s := decode(t, `
duration: 10s
load: {arrivals: trace, trace: {file: measured.csv, key: key, service: service, scale: 1ns, at_end: stop}}
handlers: [{name: work, service: {dist: trace}}]
lanes: [{`+lane+`}]
`)
	s.Attach(func(string) ([]byte, error) { return csv.Bytes(), nil })
	r, err := simulate(s)
	if err != nil {
		t.Fatal(err)
	}
	<-r.Done()
	defer r.Close()
	items, waits := arrivals(t, s), make([]time.Duration, len(m.items))
	if len(items) != len(m.items) {
		t.Fatalf("%d items were simulated, %d recorded", len(items), len(m.items))
	}
	for _, e := range r.Journal(nil, 0) {
		if e.What == engine.Started {
			waits[e.Seq-1] = e.At - items[e.Seq-1].At
		}
	}
	return waits
}

// delays is how much later than simulated items began.
type delays struct {
	of   []time.Duration // ascending
	idle time.Duration   // the most, of those that the simulation begins at once
}

func lateness(m *measurement, waits []time.Duration) delays {
	var d delays
	for i, it := range m.items {
		late := m.start[i] - it.At - waits[i]
		d.of = append(d.of, late)
		if waits[i] == 0 {
			d.idle = max(d.idle, late)
		}
	}
	slices.Sort(d.of)
	return d
}

// insist tries a test in real time up to three times. What else the machine has
// to do makes everything later, and a run that was disturbed proves nothing;
// but no disturbance makes a wrong run right.
func insist(t *testing.T, try func(t testing.TB)) {
	t.Helper()
	var a attempt
	for range 3 {
		a = attempt{TB: t}
		if try(&a); len(a.errors) == 0 {
			return
		}
		t.Logf("once more, for: %q", a.errors)
	}
	for _, e := range a.errors {
		t.Error(e)
	}
}

// attempt collects errors.
type attempt struct {
	testing.TB
	errors []string
}

func (a *attempt) Errorf(format string, args ...any) {
	a.errors = append(a.errors, fmt.Sprintf(format, args...))
}

func (a *attempt) Error(args ...any) { a.errors = append(a.errors, fmt.Sprint(args...)) }
