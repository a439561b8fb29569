package virtual

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"duet/engine"
)

// at is a simulation of a scenario that has come to a time, with changes made
// before.
func at(t testing.TB, text string, now time.Duration, changes ...engine.Change) *machine {
	t.Helper()
	m, err := newMachine(scenarioOf(t, text), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		m.advance(int64(c.At))
		if err := m.apply(c); err != nil {
			t.Fatal(err)
		}
	}
	m.advance(int64(now))
	return m
}

// foretold are runs of which it is told what becomes of them.
var foretold = map[string]struct {
	text    string
	now     time.Duration
	changes []engine.Change
}{
	"from the beginning": {text: `
load: {rate: 40/s}
handlers: [{name: work, service: {mean: 60ms}}]
lanes: [{model: message, workers: 3, queue: {capacity: 1000}}, {model: event, publishers: 3}]
`},
	"from a full lane": {text: `
load: {rate: 40/s}
handlers: [{name: work, service: {dist: lognormal, mean: 60ms}}, {name: mail, service: {mean: 10ms}}]
lanes: [{model: message, workers: 3, queue: {capacity: 30}}, {model: event, publishers: 4}]
timeline: [{at: 3s, set: {load.rate: 90/s}}, {at: 10s, set: {load.rate: 30/s}}, {at: 25s, set: {load.rate: 55/s}}]
`, now: 12 * time.Second},
	"after the rate has changed": {text: `
load: {rate: 20/s, arrivals: sine, sine: {period: 20s}}
handlers: [{name: work, service: {dist: lognormal, mean: 60ms, cv: 2}}]
lanes: [{model: message, workers: 3, queue: {capacity: 1000}}, {model: event, publishers: 3}]
`, now: 15 * time.Second, changes: []engine.Change{{At: 14 * time.Second, Path: "load.rate", Value: "50/s"}}},
}

// TestBandsHoldNineInTen foretells runs with many seeds, and counts how often they
// are not where they were foretold to be: one time in ten, but for chance. Were all
// steps independent, 99.9 % of such tests would find 10 % within 2.1 points (60
// seeds, 20 steps and two lanes make 2,400 trials). Steps of one run depend on each
// other, so each seed is one trial, and their spread tells what chance does. Depths
// and backlogs that are 0 as often as not are foretold to be and are hardly ever
// outside, so of those there may be fewer.
func TestBandsHoldNineInTen(t *testing.T) {
	t.Parallel()
	const replications, steps = 19, 20
	seeds := max(15, 60/shorter)
	for name, run := range foretold {
		t.Run(name, func(t *testing.T) {
			var f Forecaster
			var sum, squares [3]float64 // over seeds, of the share of steps
			for seed := range seeds {
				m := at(t, fmt.Sprintf("seed: %d\n%s", seed+1, run.text), run.now, run.changes...)
				c := foretell(t, &f, m, replications, steps)
				for i := range c {
					x := c[i].share()
					sum[i] += x
					squares[i] += x * x
				}
			}
			for i, figure := range []string{"depth", "backlog", "latency"} {
				n := float64(seeds)
				mean := sum[i] / n
				chance := 3.3 * math.Sqrt(max(0, squares[i]/n-mean*mean)/n)
				t.Logf("%s: %.1f%% outside, within %.1f%%", figure, mean*100, chance*100)
				if mean-chance > 0.1 || figure == "latency" && mean+chance < 0.1 {
					t.Errorf("%s: %.1f%% of the steps are outside, not 10%% within %.1f%%", figure, mean*100, chance*100)
				}
			}
		})
	}
}

// foretell foretells what becomes of a run, and counts how often it is something
// else: depth, backlog, latency.
func foretell(t *testing.T, f *Forecaster, m *machine, replications, steps int) (c [3]coverage) {
	t.Helper()
	var from engine.Snapshot
	var dst engine.Forecast
	m.fill(&from)
	if err := f.Forecast(t.Context(), &dst, &from, m.log.marks(nil, 0), time.Duration(steps)*time.Second, time.Second, replications); err != nil {
		t.Fatal(err)
	}
	before := make([]totals, len(m.lanes))
	for i, l := range m.lanes {
		before[i] = l.totals()
	}
	for step := range steps {
		m.advance(int64(dst.From) + int64(step+1)*int64(dst.Step))
		for i, l := range m.lanes {
			was, b := l.totals().since(&before[i], int64(dst.Step)), &dst.Lanes[i]
			before[i] = l.totals()
			c[0].add(&b.Depth, step, was.depth)
			c[1].add(&b.Backlog, step, was.backlog)
			c[2].add(&b.Latency, step, was.latency)
		}
	}
	return c
}

// coverage is how often a figure was not where it was foretold to be.
type coverage struct{ steps, outside int }

func (c *coverage) add(b *engine.Band, step int, was float64) {
	low, high := float64(b.Low[step]), float64(b.High[step])
	if math.IsNaN(was) || math.IsNaN(low) {
		return
	}
	c.steps++
	if was < low*(1-1e-6) || was > high*(1+1e-6) { // what is told has fewer digits
		c.outside++
	}
}

func (c *coverage) share() float64 { return float64(c.outside) / float64(max(1, c.steps)) }

// TestAForecastIsTheSameAgain holds that forecasts do not depend on who made them
// before, or on how many processors there are.
func TestAForecastIsTheSameAgain(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	m := at(t, foretold["from a full lane"].text, 12*time.Second)
	var from, other engine.Snapshot
	m.fill(&from)
	at(t, foretold["from the beginning"].text, 5*time.Second).fill(&other)
	tell := func(f *Forecaster, s *engine.Snapshot) string {
		var dst engine.Forecast
		if err := f.Forecast(t.Context(), &dst, s, nil, 10*time.Second, 500*time.Millisecond, 5); err != nil {
			t.Fatal(err)
		}
		dst.Took = 0
		return fmt.Sprint(dst)
	}
	var used, fresh Forecaster
	first := tell(&used, &from)
	runtime.GOMAXPROCS(1)
	tell(&used, &other)
	if again, alone := tell(&used, &from), tell(&fresh, &from); again != first || alone != first {
		t.Errorf("first\n%s\nthen\n%s\nand by another\n%s", first, again, alone)
	}
	if tell(&used, &other) == first {
		t.Error("another run is foretold the same")
	}
}

// TestAForecastKnowsTheTimeline holds that what is foretold follows settings,
// faults and events of the timeline.
func TestAForecastKnowsTheTimeline(t *testing.T) {
	m := at(t, `
load: {rate: 100/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 10ms}}]
lanes: [{model: message, workers: 2, queue: {capacity: 1000}}]
events: [{name: high, when: message.depth > 300}]
timeline:
  - {at: 5s, fault: {stop: producers, for: 2s}}
  - {at: 10s, fault: {crash: worker, count: 2, restart: 4s}}
  - {on: high, set: {load.rate: 10/s}}
`, 2*time.Second)
	var from engine.Snapshot
	var dst engine.Forecast
	var f Forecaster
	m.fill(&from)
	if err := f.Forecast(t.Context(), &dst, &from, nil, 20*time.Second, time.Second, 9); err != nil {
		t.Fatal(err)
	}
	l := &dst.Lanes[0]
	if x := l.Backlog.Mid[6-2]; math.Abs(float64(x)-150) > 10 {
		t.Errorf("while producers are stopped the backlog is %v on average", x)
	}
	if x := l.Depth.High[12-2]; x < 200 || x > 260 {
		t.Errorf("while workers are away the depth is %v on average", x)
	}
	if high, end := l.Depth.High[13-2], l.Depth.High[19]; high < 280 || end > 50 {
		t.Errorf("the depth comes to %v, and to %v after what that raised", high, end)
	}
}

// TestAForecastGivesUp holds that one ends soon after its context does.
func TestAForecastGivesUp(t *testing.T) {
	m := at(t, "load: {rate: 100000/s}\nhandlers: [{name: work, service: {mean: 10us}}]\n", 10*time.Millisecond)
	var from engine.Snapshot
	var dst engine.Forecast
	var f Forecaster
	m.fill(&from)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	time.AfterFunc(10*time.Millisecond, func() { cancel(enough) })
	if err := f.Forecast(ctx, &dst, &from, nil, time.Hour, time.Minute, 100); !errors.Is(err, enough) {
		t.Errorf("it ends with %v", err)
	}
	if err := f.Forecast(t.Context(), &dst, &from, nil, time.Second, time.Minute, 100); err == nil {
		t.Error("steps longer than all are taken")
	}
}

func TestQuantilesLieBetweenWhatIsSorted(t *testing.T) {
	nineteen := make([]float64, 19)
	for i := range nineteen {
		nineteen[i] = float64(i + 1)
	}
	for _, c := range []struct {
		of   []float64
		q    float64
		want float32
	}{
		{nineteen, 0.05, 1},
		{nineteen, 0.5, 10},
		{nineteen, 0.95, 19},
		{nineteen, 0.125, 2.5},
		{nineteen, 0.01, 1},
		{[]float64{7}, 0.05, 7},
		{[]float64{7}, 0.95, 7},
		{[]float64{1, 2}, 0.5, 1.5},
	} {
		if got := quantile(c.of, c.q); got != c.want {
			t.Errorf("quantile %v of %v: %v, not %v", c.q, c.of, got, c.want)
		}
	}
	if x := quantile(nil, 0.5); x == x {
		t.Errorf("of nothing: %v", x)
	}
}
