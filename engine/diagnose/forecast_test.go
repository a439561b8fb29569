package diagnose_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/diagnose"
	"duet/engine/virtual"
)

// flat is a forecast of the calm run from 25 s on, in half seconds for ten: 30 to
// 90 in the queue and up to 40 in the backlog.
func flat() *engine.Forecast {
	band := func(low, mid, high float32) engine.Band {
		var b engine.Band
		for range 20 {
			b.Low, b.Mid, b.High = append(b.Low, low), append(b.Mid, mid), append(b.High, high)
		}
		return b
	}
	lane := engine.LaneForecast{Depth: band(30, 60, 90), Backlog: band(0, 10, 40)}
	return &engine.Forecast{
		From: 25 * sec, Step: 500 * ms, Replications: 20, Changes: 3, Offered: 2000,
		Lanes: []engine.LaneForecast{lane, lane},
	}
}

// ofTheWindow makes the mean latency of the first lane comparable with a forecast,
// of the time of the recent window, which knows of 50 to 200 ms, and of nothing in
// one of its steps.
func ofTheWindow(now *engine.Snapshot, f *engine.Forecast, mean time.Duration) {
	w := &now.Lanes[0].Recent
	w.From, w.To, w.Latency.Count, w.Latency.Mean = now.At-10*sec, now.At, 800, mean
	f.From, f.Step, now.Offered = w.From, sec, f.Offered+800
	b := &f.Lanes[0].Latency
	for i := range 20 {
		low, high := float32(0.1), float32(0.2)
		switch i {
		case 3:
			low = 0.05
		case 5:
			low, high = float32(math.NaN()), float32(math.NaN())
		}
		b.Low, b.Mid, b.High = append(b.Low, low), append(b.Mid, (low+high)/2), append(b.High, high)
	}
}

// Inside the band, or nearly, nothing is said; outside, by how much and why.
func TestOutOfBand(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(now *engine.Snapshot, f *engine.Forecast)
		text string // empty: inside
		sure diagnose.Severity
	}{
		{name: "inside", set: func(*engine.Snapshot, *engine.Forecast) {}},
		{
			name: "nearly above", // 90 and a moment's chance of sqrt(2 * 80 * 0.5 / 3) = 5.2
			set:  func(now *engine.Snapshot, _ *engine.Forecast) { now.Lanes[0].Recent.Depth.Now = 95 },
		},
		{
			name: "above, by chance",
			set:  func(now *engine.Snapshot, _ *engine.Forecast) { now.Lanes[0].Recent.Depth.Now = 96 },
			text: "96 wait in the queue, not 30 to 90 as forecast: by chance, as one moment in ten is.",
			sure: diagnose.Good,
		},
		{
			name: "nearly below",
			set:  func(now *engine.Snapshot, _ *engine.Forecast) { now.Lanes[0].Recent.Depth.Now = 25 },
		},
		{
			name: "below, after changes",
			set: func(now *engine.Snapshot, _ *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, now.Changes = 24, 5
			},
			text: "24 wait in the queue, not 30 to 90 as forecast: 2 changes since then.",
			sure: diagnose.Warning,
		},
		{
			name: "the furthest is told, with the fault",
			set: func(now *engine.Snapshot, _ *engine.Forecast) {
				l := &now.Lanes[0]
				l.Recent.Depth.Now, l.Recent.Backlog.Now, l.Handlers[0].Fault, now.Changes = 100, 400, "x3 slower 2.0s", 4
			},
			text: "400 wait outside, not 0 to 40 as forecast: since then charge: x3 slower 2.0s.",
			sure: diagnose.Warning,
		},
		{
			name: "dead",
			set: func(now *engine.Snapshot, _ *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, now.Lanes[0].Dead, now.Changes = 0, "panic", 4
			},
			text: "0 wait in the queue, not 30 to 90 as forecast: the lane has died since.",
			sure: diagnose.Warning,
		},
		{
			name: "more arrived",
			set: func(now *engine.Snapshot, _ *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, now.Offered = 120, 2470 // 400 were to be expected in 5 s, and 20 is a standard deviation
			},
			text: "120 wait in the queue, not 30 to 90 as forecast: 470 arrived in 5 s, and 400 is the mean (3.5 standard deviations).",
			sure: diagnose.Warning,
		},
		{
			name: "nearly more arrived",
			set: func(now *engine.Snapshot, _ *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, now.Offered = 120, 2459
			},
			text: "120 wait in the queue, not 30 to 90 as forecast: by chance, as one moment in ten is.",
			sure: diagnose.Good,
		},
		{
			name: "work takes longer",
			set: func(now *engine.Snapshot, _ *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, now.Mode = 120, engine.Real
				now.Lanes[0].Handlers[0].Service.Mean = 45 * ms
			},
			text: "120 wait in the queue, not 30 to 90 as forecast: charge takes 45 ms instead of 40 ms on this machine.",
			sure: diagnose.Warning,
		},
		{
			name: "work takes longer, as is likely with so few", // 45 of 40 ms is 2.8 standard errors of 500
			set: func(now *engine.Snapshot, _ *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, now.Mode = 120, engine.Real
				now.Lanes[0].Handlers[0].Service = engine.Summary{Count: 500, Mean: 45 * ms}
			},
			text: "120 wait in the queue, not 30 to 90 as forecast: by chance, as one moment in ten is.",
			sure: diagnose.Good,
		},
		{
			name: "the pacer is late",
			set: func(now *engine.Snapshot, _ *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, now.Mode = 120, engine.Real
				now.Lanes[0].Recent.Lateness.P99 = 12 * ms
			},
			text: "120 wait in the queue, not 30 to 90 as forecast: items come up to 12 ms late here: a busy machine, or a pause to collect garbage.",
			sure: diagnose.Warning,
		},
		{
			name: "latency above",
			set: func(now *engine.Snapshot, f *engine.Forecast) {
				ofTheWindow(now, f, 301*ms)
			},
			text: "items take 301 ms on average, not 50 ms to 200 ms as forecast: by chance, as one moment in ten is.",
			sure: diagnose.Good,
		},
		{
			name: "latency below, by a change",
			set: func(now *engine.Snapshot, f *engine.Forecast) {
				ofTheWindow(now, f, 20*ms)
				now.Changes = 4
			},
			text: "items take 20 ms on average, not 50 ms to 200 ms as forecast: 1 change since then.",
			sure: diagnose.Warning,
		},
		{name: "latency inside", set: func(now *engine.Snapshot, f *engine.Forecast) { ofTheWindow(now, f, 199*ms) }},
		{
			name: "latency of few",
			set: func(now *engine.Snapshot, f *engine.Forecast) {
				ofTheWindow(now, f, 301*ms)
				now.Lanes[0].Recent.Latency.Count = 29
			},
		},
		{
			name: "latency of a window that began before",
			set: func(now *engine.Snapshot, f *engine.Forecast) {
				ofTheWindow(now, f, 301*ms)
				f.From++
			},
		},
		{
			name: "before", set: func(now *engine.Snapshot, f *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, f.From = 1000, 30*sec+1
			},
		},
		{
			name: "beyond", set: func(now *engine.Snapshot, f *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, f.From = 1000, 20*sec
			},
		},
		{
			name: "paused", set: func(now *engine.Snapshot, _ *engine.Forecast) {
				now.Lanes[0].Recent.Depth.Now, now.Paused = 1000, true
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			now, f := calm(), flat()
			now.Changes, now.Mode = 3, engine.Virtual
			now.Scenario.Handlers = []engine.Handler{{Name: "charge", Service: engine.Service{Dist: engine.DistExponential, Mean: 40 * ms}}}
			for i := range now.Lanes {
				now.Lanes[i].Recent.Depth.Now, now.Lanes[i].Recent.Backlog.Now = 64, 5
				now.Scenario.Lanes[i].Speed = 1
			}
			c.set(now, f)
			switch got := diagnose.OutOfBand(now, f); {
			case got == nil && c.text != "":
				t.Errorf("inside, want %q", c.text)
			case got != nil && (got.Text != c.text || got.Severity != c.sure || got.Lane != "message" || got.Kind != diagnose.OffForecast):
				t.Errorf("%+v, want %d %q", *got, c.sure, c.text)
			}
		})
	}
}

// Whatever a run and a forecast look like, what is said of them is fit to be
// shown.
func TestAnyForecast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, f := drawSnapshot(t), flat()
		now.At = time.Duration(rapid.Int64Range(int64(20*sec), int64(40*sec)).Draw(t, "at"))
		figures := rapid.SliceOfN(rapid.Float32(), 0, 20)
		for i := range f.Lanes {
			for _, b := range []*engine.Band{&f.Lanes[i].Depth, &f.Lanes[i].Backlog, &f.Lanes[i].Latency} {
				if rapid.Bool().Draw(t, "drawn") {
					*b = engine.Band{Low: figures.Draw(t, "low"), Mid: figures.Draw(t, "mid"), High: figures.Draw(t, "high")}
				}
			}
		}
		f.Step = time.Duration(rapid.Int64Range(-1, int64(sec)).Draw(t, "step"))
		f.Offered = rapid.Int64().Draw(t, "offered")
		if got := diagnose.OutOfBand(now, f); got != nil {
			checkFinding(t, got)
		}
	})
}

// foretold is what so many runs of a scenario, each with a seed of its own, do
// in their first seconds.
func foretold(t *testing.T, scenario string, runs int, long time.Duration) *engine.Forecast {
	t.Helper()
	series := make([]engine.Series, runs)
	for i := range runs {
		s := scenarioOf(t, scenario)
		s.Seed = uint64(1000 + i)
		synctest.Test(t, func(t *testing.T) {
			r, err := virtual.New(s, virtual.Options{Endless: true, Speed: 10})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			time.Sleep(long/10 + 10*ms)
			r.Series(&series[i], 0, long)
		})
	}
	f := &engine.Forecast{Step: series[0].Step, Replications: runs, Lanes: make([]engine.LaneForecast, len(series[0].Lanes))}
	for lane := range f.Lanes {
		f.Lanes[lane] = engine.LaneForecast{
			Depth:   spread(series, func(s *engine.Series) []float32 { return s.Lanes[lane].Depth }),
			Backlog: spread(series, func(s *engine.Series) []float32 { return s.Lanes[lane].Backlog }),
		}
	}
	return f
}

// spread is where nine in ten of the runs are at each step.
func spread(runs []engine.Series, of func(*engine.Series) []float32) (b engine.Band) {
	steps := len(of(&runs[0]))
	for i := range runs {
		steps = min(steps, len(of(&runs[i])))
	}
	for step := range steps {
		at := make([]float32, len(runs))
		for i := range runs {
			at[i] = of(&runs[i])[step]
		}
		slices.Sort(at)
		n := len(at)
		b.Low, b.Mid, b.High = append(b.Low, at[n/20]), append(b.Mid, at[n/2]), append(b.High, at[n-1-n/20])
	}
	return b
}

// A run that is like its forecast is seldom called outside of it, and one with
// another load soon and then always, with the reason.
func TestARunIsWhereItWasForetold(t *testing.T) {
	const scenario = `{seed: %d, load: {rate: 80/s}, handlers: [{name: charge}],
		lanes: [{model: message, workers: 1, queue: {capacity: 1000}}, {model: event}], timeline: [{at: 10s, set: {load.rate: %d/s}}]}`
	f := foretold(t, fmt.Sprintf(scenario, 1, 80), 40, 20*sec)
	for _, c := range []struct {
		rate    int
		known   int     // changes that the forecast knew of; the timeline makes one
		least   float64 // part of the looks in the last five seconds at which the run is outside
		most    float64
		because string
	}{
		{80, 1, 0, 0.15, "by chance"},
		{120, 0, 0.9, 1, "1 change since then"},
		{30, 0, 0, 0, ""}, // the band reaches down to an empty queue
	} {
		f.Changes = c.known
		looks, outside, reasons := 0, 0, 0
		for seed := range 10 {
			for _, s := range watch(t, fmt.Sprintf(scenario, seed+1, c.rate), 20*sec, func(now, _ *engine.Snapshot) []diagnose.Finding {
				if found := diagnose.OutOfBand(now, f); found != nil {
					return []diagnose.Finding{*found}
				}
				return nil
			}) {
				if s.at < 15*sec {
					continue
				}
				looks++
				if len(s.found) > 0 {
					outside++
					if strings.Contains(s.found[0].Text, c.because) {
						reasons++
					}
				}
			}
		}
		if part := float64(outside) / float64(looks); part < c.least || part > c.most || float64(reasons) < 0.9*float64(outside) {
			t.Errorf("at %d/s outside at %d of %d looks, %d of them because it says %q", c.rate, outside, looks, reasons, c.because)
		}
	}
}
