package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/sweep"
	"duet/engine/theory"
	"duet/ui/report"
)

const counter = `
duet: 1
title: A "counter" <b>
story: One clerk, then two.
seed: 3
duration: 1m
warmup: 5s
load: {rate: 50/s}
handlers: [{name: serve}]
lanes: [{model: message, workers: 1}, {model: event}]
`

// quick is a run that is over at once: what theory says, and some more for each
// seed.
type quick struct {
	engine.Run
	scenario *engine.Scenario
}

func (r *quick) Err() error   { return nil }
func (r *quick) Close() error { return nil }

func (r *quick) Done() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func (r *quick) Snapshot(dst *engine.Snapshot) {
	*dst = engine.Snapshot{Mode: engine.Virtual, Scenario: r.scenario, Machine: engine.Machine{Go: "go1.26", GOMAXPROCS: 2, OS: "linux", Arch: "amd64"}}
	for i, l := range r.scenario.Lanes {
		lane := engine.LaneSnapshot{Name: l.Name, Model: l.Model}
		known := theory.ForLane(r.scenario, i, 0)
		w := &lane.Whole
		w.Throughput, w.Utilisation = float64(known.Throughput), float64(known.Utilisation)
		w.Ledger = engine.Ledger{Offered: 1000, Dropped: int64(1000 * max(0, float64(known.Rho)-1)), Done: 1}
		mean := 10 * time.Second
		if known.Applies {
			mean = time.Duration(float64(known.LatencyMean) * 1e9)
		}
		mean = mean * time.Duration(100+r.scenario.Seed) / 100
		w.Latency = engine.Summary{Count: 1000, Mean: mean, P99: 4 * mean}
		dst.Lanes = append(dst.Lanes, lane)
	}
}

// sweptCounter is a sweep over the counter.
func sweptCounter(t *testing.T, seeds int, axes ...string) *report.Sweep {
	t.Helper()
	return swept(t.Context(), t, seeds, axes...)
}

func swept(ctx context.Context, t *testing.T, seeds int, axes ...string) *report.Sweep {
	t.Helper()
	base := decode(t, counter)
	var all []sweep.Axis
	for _, text := range axes {
		a, err := sweep.ParseAxis(text, base)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	g, err := sweep.NewGrid(base, all)
	if err != nil {
		t.Fatal(err)
	}
	o := sweep.Options{Seeds: seeds, Start: func(s *engine.Scenario) (engine.Run, error) { return &quick{scenario: s}, nil }}
	for _, name := range []string{"latency.mean", "latency.p99", "loss", "utilisation"} {
		m, err := replicate.ParseMetric(name, base)
		if err != nil {
			t.Fatal(err)
		}
		o.Metrics = append(o.Metrics, m)
	}
	r, err := g.Run(ctx, o)
	if err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	return report.OfSweep(base, r)
}

func sweepText(t *testing.T, s *report.Sweep, colour bool) string {
	t.Helper()
	var out strings.Builder
	if err := s.WriteText(&out, colour); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTextOfASweep(t *testing.T) {
	s := sweptCounter(t, 3, "load.rate=20/s..110/s:4", "lanes.message.workers=1,2")
	text := sweepText(t, s, false)
	golden.RequireEqual(t, []byte(text))
	if ansi.Strip(sweepText(t, s, true)) != text {
		t.Error("with colour the text is another")
	}
}

func TestTextOfASweepAlongWords(t *testing.T) {
	text := sweepText(t, sweptCounter(t, 1, "lanes.event.dispatch=inline,goroutine"), false)
	for _, want := range []string{"lanes.event.dispatch: inline, goroutine", "one run of 1m00s at each point, seed 3; 5.00s of warm-up are left out", "goroutine        10.3ms    10.0ms"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "knee") || strings.Contains(text, "±") {
		t.Errorf("words have no knee, and one run no interval of p99:\n%s", text)
	}
}

func TestTextOfWhatThereIs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	text := sweepText(t, swept(ctx, t, 1, "load.rate=20/s..400/s:20"), false)
	for _, want := range []string{"interrupted: points that had not ended are left out", "load.rate: 20/s to 400/s, 20 values", "no curve has a knee among these values of load.rate"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestAxesWithTheSameEnd(t *testing.T) {
	text := sweepText(t, sweptCounter(t, 1, "lanes.message.queue.capacity=1,2", "lanes.message.subscriptions.serve.capacity=3,4"), false)
	if !strings.Contains(text, "queue.capacity  serve.capacity") {
		t.Errorf("the columns cannot be told apart:\n%s", text)
	}
}

func TestCSVOfASweep(t *testing.T) {
	var out bytes.Buffer
	if err := sweptCounter(t, 2, "load.rate=20/s..80/s:4").WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	at := func(row int, name string) float64 {
		for i := range rows[0] {
			if rows[0][i] == name {
				x, err := strconv.ParseFloat(rows[row][i], 64)
				if err != nil {
					t.Fatal(err)
				}
				return x
			}
		}
		t.Fatalf("no column %s in %v", name, rows[0])
		return 0
	}
	for i, rate := range []float64{20, 40, 60, 80} {
		known := 1 / (100 - rate)
		if at(i+1, "load.rate") != rate || math.Abs(at(i+1, "message.latency.mean")-1.035*known) > 1e-6 || math.Abs(at(i+1, "event.latency.mean.theory")-known) > 1e-9 {
			t.Errorf("%v", rows[i+1])
		}
		if low, high := at(i+1, "message.latency.mean.low"), at(i+1, "message.latency.mean.high"); !(low < 1.035*known && 1.035*known < high) {
			t.Errorf("from %v to %v", low, high)
		}
	}
	if at(2, "message.knee")+at(3, "message.knee") != 1 || at(1, "message.knee") != 0 || at(1, "event.overload") != 0 {
		t.Errorf("the knee is none of 40/s and 60/s: %v", rows)
	}
}

func TestJSONOfASweepHasWhatIsPromised(t *testing.T) {
	const promised = `{"duet": 1, "scenario": "", "title": "", "case": "", "seconds": 0, "warmup_seconds": 0, "mode": "", "seed": 0, "seeds": 0, "interrupted": true,
		"axes": [{"path": "", "kind": "", "values": [""], "numbers": [0], "log": true}], "metrics": [{"name": "", "kind": ""}],
		"points": [{"at": [""], "index": [0], "lanes": [{"name": "", "saturated": true, "overload": 0, "figures": {"latency.mean": {"runs": 0, "mean": 0, "ci95": [0, 0], "theory": 0}}}]}],
		"knees": [{"lane": "", "at": [""], "index": [0], "method": ""}], "machine": {"go": "", "gomaxprocs": 0, "os": ""}}`
	var out bytes.Buffer
	if err := sweptCounter(t, 2, "load.rate=20/s..80/s:4").WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal([]byte(promised), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, difference := range compare("", want, got) {
		t.Error(difference)
	}
}

func sweepPage(t *testing.T, s *report.Sweep) string {
	t.Helper()
	var out strings.Builder
	if err := s.WriteHTML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestPageOfASweep is the page without its style sheet and what is drawn.
func TestPageOfASweep(t *testing.T) {
	text := sweepPage(t, sweptCounter(t, 3, "load.rate=20/s..110/s:4", "lanes.message.workers=1,2"))
	for _, never := range []string{"<script", "src=", "href=", "url(", "<b></b>", `"counter" <b>`} {
		if strings.Contains(text, never) {
			t.Errorf("%s in the page", never)
		}
	}
	text = regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(text, "<style>…</style>")
	text = regexp.MustCompile(`(?s)<svg xmlns.*?</svg>`).ReplaceAllString(text, "<svg>…</svg>")
	text = regexp.MustCompile(`<svg viewBox.*?</svg>`).ReplaceAllString(text, "")
	golden.RequireEqual(t, []byte(text))
}

func TestChartsOfASweep(t *testing.T) {
	for _, c := range []struct {
		axes   []string
		charts int // of four metrics, of which the loss is nothing below the capacity
	}{
		{[]string{"load.rate=20/s..80/s:4"}, 3},
		{[]string{"load.rate=20/s..110/s:4"}, 4},
		{[]string{"load.rate=20/s..80/s:4", "lanes.message.workers=1,2"}, 6},
		{[]string{"lanes.message.workers=1..4"}, 3},
		{[]string{"lanes.event.dispatch=inline,goroutine"}, 0},
		{[]string{"lanes.event.dispatch=inline,goroutine", "load.rate=20/s..80/s:4"}, 0},
	} {
		if n := strings.Count(sweepPage(t, sweptCounter(t, 1, c.axes...)), "<figure"); n != c.charts {
			t.Errorf("%v: %d charts, want %d", c.axes, n, c.charts)
		}
	}
}
