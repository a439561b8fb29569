package sweep_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/sweep"
	"duet/engine/theory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// formula is a run that is over at once and measured what theory says, and a
// little more for each seed.
type formula struct {
	engine.Run
	scenario *engine.Scenario
}

var over = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (r *formula) Done() <-chan struct{} { return over }
func (r *formula) Err() error            { return nil }
func (r *formula) Close() error          { return nil }

func (r *formula) Snapshot(dst *engine.Snapshot) {
	*dst = engine.Snapshot{Mode: engine.Virtual, Scenario: r.scenario, Finished: true, Machine: engine.Machine{GOMAXPROCS: 3}}
	for i, l := range r.scenario.Lanes {
		lane := engine.LaneSnapshot{Name: l.Name, Model: l.Model}
		known := theory.ForLane(r.scenario, i, 0)
		lane.Whole.Throughput, lane.Whole.Utilisation = float64(known.Throughput), float64(known.Utilisation)
		latency := time.Duration(float64(known.LatencyMean) * 1e9)
		if !known.Applies {
			latency = time.Minute
		}
		latency += time.Duration(r.scenario.Seed) * time.Microsecond
		lane.Whole.Latency = engine.Summary{Count: 100, Mean: latency, CI95: &[2]time.Duration{latency - 1000, latency + 1000}}
		dst.Lanes = append(dst.Lanes, lane)
	}
}

func start(s *engine.Scenario) (engine.Run, error) { return &formula{scenario: s}, nil }

const single = `
load: {rate: 50/s}
seed: 10
duration: 10s
handlers: [{name: work}]
lanes: [{model: message, workers: 1}, {model: event}]
`

// grid makes one of a scenario and axes.
func grid(t *testing.T, text string, axes ...string) *sweep.Grid {
	t.Helper()
	s := decode(t, text)
	var all []sweep.Axis
	for _, text := range axes {
		a, err := sweep.ParseAxis(text, s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	g, err := sweep.NewGrid(s, all)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func metrics(t *testing.T, names ...string) []replicate.Metric {
	t.Helper()
	var all []replicate.Metric
	for _, name := range names {
		m, err := replicate.ParseMetric(name, decode(t, single))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func TestGridIsEveryCombination(t *testing.T) {
	g := grid(t, single, "load.rate=10/s,20/s,30/s", "lanes.message.workers=1,2")
	var got []string
	for _, p := range g.Points() {
		got = append(got, fmt.Sprintf("%v:%v*%d", p.At, p.Scenario.Load.Rate, p.Scenario.Lanes[0].Workers))
	}
	want := []string{"[0 0]:10/s*1", "[1 0]:20/s*1", "[2 0]:30/s*1", "[0 1]:10/s*2", "[1 1]:20/s*2", "[2 1]:30/s*2"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestSettingsAreCheckedTogether(t *testing.T) {
	const dealt = "load: {rate: 1/s}\nhandlers: [{name: work}]\nlanes: [{model: message, workers: 2, queue: {partitions: 2}}]\n"
	grid(t, dealt, "lanes.message.workers=2,8", "lanes.message.queue.partitions=8,16")
	s := decode(t, dealt)
	for _, c := range []struct {
		axes []string
		says string
	}{
		{nil, "nothing varies"},
		{[]string{"lanes.message.workers=2,8"}, "lanes.message.workers is 8: at most one for each of the 2 partitions is needed"},
		{[]string{"lanes.message.workers=1.5"}, "lanes.message.workers is 1.5: a whole number from 0 to 100,000 is needed"},
		{[]string{"load.rate=1/s,2/s", "load.rate=3/s,4/s"}, "load.rate varies twice"},
		{[]string{"load.rate=1/s..900/s:900", "seed=1..900"}, "the grid has more than 10000 points"},
		{[]string{"duration=10s,0s"}, "duration is 0s: the points of a grid have to come to an end"},
		{[]string{"warmup=10s,30s"}, "nothing would be measured: a run lasts 30s, and its warm-up 30s"},
	} {
		var axes []sweep.Axis
		for _, text := range c.axes {
			a, err := sweep.ParseAxis(text, s)
			if err != nil {
				t.Fatal(err)
			}
			axes = append(axes, a)
		}
		if _, err := sweep.NewGrid(s, axes); err == nil || err.Error() != c.says {
			t.Errorf("%v: %v, want %s", c.axes, err, c.says)
		}
	}
}

func TestRun(t *testing.T) {
	g := grid(t, single, "load.rate=10/s..110/s:11", "lanes.message.workers=1,2")
	var told []int
	r, err := g.Run(t.Context(), sweep.Options{
		Metrics: metrics(t, "latency.mean", "utilisation", "wait.p99"), Seeds: 3, AtOnce: 2, Start: start,
		Progress: func(ended, all int) { told = append(told, 1000*all+ended) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 66 || told[0] != 66001 || told[65] != 66066 {
		t.Errorf("progress was %v", told)
	}
	if r.Interrupted || len(r.Points) != 22 || r.Mode != engine.Virtual || r.Seed != 10 || r.Seeds != 3 || r.Machine.GOMAXPROCS != 3 {
		t.Fatalf("%+v", r)
	}
	p := r.Points[4] // 50/s, one worker: seeds 10, 11 and 12
	if !slices.Equal(p.At, []string{"50/s", "1"}) || !slices.Equal(p.Index, []int{4, 0}) || p.Lanes[0].Name != "message" {
		t.Errorf("the point is %+v", p)
	}
	mean := p.Lanes[0].Figures["latency.mean"]
	if math.Abs(float64(mean.Mean)-0.020011) > 1e-9 || mean.Runs != 3 || math.Abs(float64(mean.Theory)-0.02) > 1e-9 {
		t.Errorf("latency.mean is %+v, want 20.011 ms of 3 runs beside 20 ms", mean)
	}
	if half := mean.Half(); math.Abs(half-4.303e-6/math.Sqrt(3)) > 1e-9 { // t(2, .975) times 1 us over the root of 3
		t.Errorf("+- %v s", half)
	}
	if u := p.Lanes[0].Figures["utilisation"]; u.Mean != 0.5 || u.Theory != 0.5 || p.Lanes[0].Overload != 0 || p.Lanes[0].Saturated {
		t.Errorf("utilisation is %+v, overload %v", u, p.Lanes[0].Overload)
	}
	if p99 := p.Lanes[0].Figures["wait.p99"]; p99.CI95 != nil || p99.Runs != 0 || math.Abs(float64(p99.Theory)-0.07824) > 1e-5 {
		t.Errorf("wait.p99 is %+v, want nothing measured beside 78.24 ms", p99)
	}
	if l := r.Points[10].Lanes[0]; math.Abs(float64(l.Overload)-10) > 1e-9 || !l.Saturated {
		t.Errorf("at 110/s one worker is over by %v/s, want 10/s", l.Overload)
	}
	if l := r.Points[9].Lanes[0]; l.Overload != 0 || !l.Saturated {
		t.Errorf("at 100/s one worker is just saturated, over by %v/s: %v", l.Overload, l.Saturated)
	}
}

func TestKneesOfCurves(t *testing.T) {
	g := grid(t, single, "load.rate=90/s,10/s..80/s:8", "lanes.message.workers=1,2")
	r, err := g.Run(t.Context(), sweep.Options{Metrics: metrics(t, "loss"), Start: start})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range r.Knees {
		got = append(got, fmt.Sprintf("%s %s %v %s", k.Lane, strings.Join(k.At, " "), k.Index, k.Method))
	}
	want := []string{"message 50/s 1 [5 0] power", "event 50/s 1 [5 0] power"} // of the event lane, once
	if !slices.Equal(got, want) {
		t.Errorf("knees %q, want %q", got, want)
	}
	g = grid(t, strings.Replace(single, "50/s", "95/s", 1), "lanes.message.workers=1..8")
	if r, err = g.Run(t.Context(), sweep.Options{Metrics: metrics(t, "loss"), Start: start}); err != nil {
		t.Fatal(err)
	}
	if len(r.Knees) != 1 || r.Knees[0].At[0] != "2" || r.Knees[0].Method != sweep.MethodKneedle {
		t.Errorf("%+v, want one at 2 workers, after which more of them hardly help", r.Knees)
	}
	g = grid(t, single, "lanes.event.dispatch=inline,goroutine,buffered")
	if r, err = g.Run(t.Context(), sweep.Options{Metrics: metrics(t, "loss"), Start: start}); err != nil || len(r.Knees) != 0 {
		t.Errorf("%+v, %v: words have no knee", r.Knees, err)
	}
}

func TestOneRunHasTheIntervalOfItsMean(t *testing.T) {
	r, err := grid(t, single, "load.rate=10/s,20/s").Run(t.Context(), sweep.Options{Metrics: metrics(t, "latency.mean", "throughput"), Start: start})
	if err != nil {
		t.Fatal(err)
	}
	of := r.Points[0].Lanes[0].Figures
	if ci := of["latency.mean"].CI95; ci == nil || math.Abs(float64(ci[1]-ci[0])-2e-6) > 1e-9 {
		t.Errorf("the interval is %v, want that of the run", ci)
	}
	if of["throughput"].CI95 != nil {
		t.Error("an interval of one value")
	}
}

func TestInterruptedKeepsWholePoints(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := grid(t, single, "load.rate=10/s..50/s:5").Run(ctx, sweep.Options{
		Metrics: metrics(t, "loss"), Seeds: 2, Start: start,
		Progress: func(ended, _ int) {
			if ended == 5 {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) || !r.Interrupted || len(r.Points) != 2 {
		t.Errorf("%v, %d points, interrupted: %v; want the 2 that are whole", err, len(r.Points), r.Interrupted)
	}
}

// TestTheSameWhoeverRunsIt: how many run at once makes no difference to a byte.
func TestTheSameWhoeverRunsIt(t *testing.T) {
	var texts [][]byte
	for _, atOnce := range []int{1, 2, 7} {
		g := grid(t, single, "load.rate=10/s..120/s:12")
		r, err := g.Run(t.Context(), sweep.Options{Metrics: metrics(t, "latency.mean", "throughput"), Seeds: 4, AtOnce: atOnce, Start: start})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if !bytes.Equal(texts[0], texts[1]) || !bytes.Equal(texts[0], texts[2]) {
		t.Errorf("%s\n%s\n%s", texts[0], texts[1], texts[2])
	}
}

func TestTheoryIsSilentWhereATimelineIs(t *testing.T) {
	const changing = single + "timeline: [{at: 1s, set: {load.rate: 90/s}}]\n"
	r, err := grid(t, changing, "load.rate=10/s,20/s").Run(t.Context(), sweep.Options{Metrics: metrics(t, "utilisation"), Start: start})
	if err != nil {
		t.Fatal(err)
	}
	l := r.Points[0].Lanes[0]
	if !math.IsNaN(float64(l.Figures["utilisation"].Theory)) || !math.IsNaN(float64(l.Overload)) {
		t.Errorf("theory says %+v of a load that changes", l)
	}
}
