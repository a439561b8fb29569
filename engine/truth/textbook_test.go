package truth_test

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"duet/engine"
	"duet/engine/replicate"
)

// example is a worked example, or a line of a table, of a book or paper, with
// figures as they are printed there, in the source's units of time.
type example struct {
	source, about string
	rate          float64  // arrivals in a unit; Poisson unless load says otherwise
	load          string   // more of the load
	work          []string // handlers: each its service, but for the mean
	mean          float64  // of each service, in units
	lanes         []string // each of them is the example
	items         int      // in all replications together; 0: 400,000 (fewer by shorter)
	prints        []printed
	within        float64 // how wide half the interval may be, as a part of the figure; 0: 6 %
}

// printed is a figure of the source.
type printed struct {
	what  string
	value float64
	digit float64 // by how much the figure may differ that was printed: the worth of its last digit; 0: exact
}

// room is a queue that never gets full.
const room = "queue: {capacity: 1000000}"

// hired is a message lane with so many workers and no end of room.
func hired(workers int) string {
	return fmt.Sprintf("{model: message, workers: %d, %s}", workers, room)
}

// calling is an event lane whose so many publishers do the work.
func calling(publishers int) string { return fmt.Sprintf("{model: event, publishers: %d}", publishers) }

// few is a message lane with so many places to wait; who finds none goes away.
func few(workers, places int) string {
	return fmt.Sprintf("{model: message, workers: %d, queue: {capacity: %d, when_full: drop_newest}}", workers, places)
}

// unit is the lane time that stands for a unit of the source. What the source's
// units are does not matter, only their ratios do: as many items arrive as make
// following the figures cheap.
func (e *example) unit() time.Duration {
	return time.Duration(e.rate / perSecond * float64(time.Second))
}

// perSecond is how many items arrive in a second of lane time.
const perSecond = 5000

// read takes a figure of a lane, in the source's units, of the time in which
// items arrive but for its beginning.
func (e *example) read(what string, l *engine.LaneSnapshot) float64 {
	w := &l.Parts[0]
	units := func(d time.Duration) float64 { return float64(d) / float64(e.unit()) }
	switch what {
	case "L":
		return w.InSystem.Mean
	case "Lq":
		return w.Depth.Mean + w.Backlog.Mean
	case "W":
		return units(w.Latency.Mean)
	case "Wq":
		return units(w.Wait.Mean)
	case "Wq 90 %":
		return units(w.Wait.P90)
	case "must wait":
		return w.PWait
	case "turned away":
		return replicate.Loss(&w.Ledger)
	case "turned away in a unit":
		return float64(w.Ledger.Dropped) / units(w.To-w.From)
	case "served in a unit":
		return float64(w.Ledger.Done) / units(w.To-w.From)
	case "busy":
		return w.Utilisation
	}
	panic("no figure is called " + what)
}

// shorter is by how much the runs are shorter than it takes to prove much.
var shorter = 1

// replications is how many independent runs an example has.
const replications = 32

// scenario is the example's.
func (e *example) scenario(t testing.TB) *engine.Scenario {
	var handlers, lanes []string
	for i, w := range e.work {
		handlers = append(handlers, fmt.Sprintf("  - {name: h%d, service: {%s, mean: %v}}", i+1, w, time.Duration(e.mean*float64(e.unit()))))
	}
	for i, l := range e.lanes {
		lanes = append(lanes, fmt.Sprintf("  - {name: lane%d, %s", i+1, l[1:]))
	}
	items := e.items
	if items == 0 {
		items = 400_000
	}
	length := float64(items/shorter) / replications / e.rate
	begin := max(length/20, 5*e.mean)
	at := func(units float64) time.Duration { return time.Duration(units * float64(e.unit())) }
	return decode(t, fmt.Sprintf("seed: 1\nduration: %v\ndrain: 1h\nload: {rate: %d/s, keys: {count: 1}, %s}\nhandlers:\n%s\nlanes:\n%s\nexpect: [{claim: lane1.offered > 0, during: %v..%v}]\n",
		at(begin+length), perSecond, e.load, strings.Join(handlers, "\n"), strings.Join(lanes, "\n"), at(begin), at(begin+length)))
}

// TestSimulationMeetsTheTextbooks simulates examples in independent replications
// and holds that what the source prints lies within the confidence interval of
// each figure, widened by the digits that were not printed (and by 1 % for
// percentiles, which are no better than that). Intervals are so wide that all of
// them hold with 99 %, if all is right (Bonferroni's inequality: Law, Simulation
// Modeling and Analysis, 5th edition, section 9.7), and runs so long that they
// are narrow.
func TestSimulationMeetsTheTextbooks(t *testing.T) {
	comparisons := 0
	for i := range examples {
		comparisons += len(examples[i].lanes) * len(examples[i].prints)
	}
	wider := widerFor(comparisons, replications)
	for i := range examples {
		e := &examples[i]
		t.Run(e.about, func(t *testing.T) { e.meet(t, wider) })
	}
}

// widerFor is how many times as wide as at 95 % an interval is that has to hold
// together with others with 99 %.
func widerFor(comparisons, runs int) float64 {
	t := distuv.StudentsT{Sigma: 1, Nu: float64(runs - 1)}
	return t.Quantile(1-0.01/2/float64(comparisons)) / t.Quantile(0.975)
}

// meet simulates the example and compares.
func (e *example) meet(t *testing.T, wider float64) {
	s := e.scenario(t)
	values := make([][replications]float64, len(e.lanes)*len(e.prints))
	err := replicate.Each(t.Context(), simulate, replications, runtime.GOMAXPROCS(0),
		func(n int) *engine.Scenario { return replicate.Seeded(s, n) },
		func(n int, snap *engine.Snapshot) {
			for i := range snap.Lanes {
				for j, p := range e.prints {
					values[i*len(e.prints)+j][n] = e.read(p.what, &snap.Lanes[i])
				}
			}
		})
	if err != nil {
		t.Fatal(err)
	}
	for i, lane := range e.lanes {
		for j := range e.prints {
			got := replicate.Of(values[i*len(e.prints)+j][:])
			e.compare(t, lane, &e.prints[j], float64(got.Mean), wider*got.Half())
		}
	}
}

func (e *example) compare(t *testing.T, lane string, p *printed, mean, half float64) {
	t.Logf("%s: %.5g within %.2g; printed is %.5g: %s", p.what, mean, half, p.value, lane)
	slack := p.digit
	if strings.Contains(p.what, "%") {
		slack += 0.01 * p.value
	}
	if !(math.Abs(mean-p.value) <= half+slack) {
		t.Errorf("%s: %s is %.5g within %.2g, %s prints %.5g", lane, p.what, mean, half, e.source, p.value)
	}
	within := e.within
	if within == 0 {
		within = 0.06
	}
	if shorter == 1 && !(half <= within*p.value) {
		t.Errorf("%s: %s within %.2g proves little of %.5g: the runs are too short", lane, p.what, half, p.value)
	}
}
