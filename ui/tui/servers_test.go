package tui

import (
	"strings"
	"testing"

	"duet/engine"
	"duet/ui/internal/grid"
)

// drawn is what a panel of w by h shows, without the blanks at the ends of rows.
func drawn(w, h int, draw func(g *grid.Grid)) string {
	g := grid.New(w, h)
	draw(g)
	lines := strings.Split(g.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// The calls of a publish follow each other in time; one that is not reached has
// no bar, and one that is slow has the long one.
func TestTree(t *testing.T) {
	snap := atWork(saleScenario(t))
	s := &picture(t, snap, 200, 60).scene
	l := &s.snap.Lanes[1]
	l.Recent.Service.P95 = 40 * ms
	pub := &engine.PublisherSnapshot{ID: 1, Busy: true, Seq: 7, Since: snap.At - 40*ms, Calls: []engine.CallSnapshot{
		{Handler: 0, State: engine.CallOK, Took: 10 * ms}, {Handler: 1, State: engine.CallFailed, Took: 30 * ms}, {Handler: 2, State: engine.CallSkipped},
	}}
	got := drawn(45, 4, func(g *grid.Grid) { s.drawPublisher(g, 0, 4, l, pub) })
	want := strings.Join([]string{
		" 1 ● #7                                40.0ms",
		"   ├ charge    ✓ █████                 10.0ms",
		"   ├ reserve   ×      ████████████████ 30.0ms",
		"   └ mail      -                      skipped",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// More workers than cells share them, and the title says how many do.
func TestTenThousandWorkers(t *testing.T) {
	snap := atWork(decode(t, append(sale[:5:5], "lanes:", "  - {model: message, workers: 10000}", "  - {model: event, publishers: 30}")...))
	for _, size := range sizes {
		got := text(t, picture(t, snap, size.w, size.h))
		if !strings.Contains(got, "10.0k") || !strings.Contains(got, " a cell") {
			t.Errorf("%dx%d does not say how many share a cell:\n%s", size.w, size.h, got)
		}
	}
}

// A second attempt is marked, and so is who stands in line.
func TestWorkerRows(t *testing.T) {
	snap := atWork(saleScenario(t))
	s := &picture(t, snap, 200, 60).scene
	for want, w := range map[string]engine.WorkerSnapshot{
		" 1 ● charge   #42     ↺2  ████████▌░░░░░░░░ 10.0ms": {ID: 1, State: engine.Busy, Seq: 42, Attempt: 2, Since: snap.At - 10*ms, Demand: 20 * ms},
		" 1 ● charge   #42         ████████▌░░░░░░░░ 10.0ms": {ID: 1, State: engine.Busy, Seq: 42, Attempt: 1, Since: snap.At - 10*ms, Demand: 20 * ms},
		" 1 … charge   #42     in line for what it … 10.0ms": {ID: 1, State: engine.Queuing, Seq: 42, Attempt: 1, Since: snap.At - 10*ms},
	} {
		got := drawn(50, 1, func(g *grid.Grid) { p := row(g, 0); s.drawWorker(&p, &s.snap.Lanes[0], &w) })
		if got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// Workers in other processes are shown with their host, where there is room also with
// what they do, and all rows stand below each other.
func TestWorkersElsewhereRows(t *testing.T) {
	snap := atWork(saleScenario(t))
	s := &picture(t, snap, 200, 60).scene
	l := &s.snap.Lanes[0]
	l.Broker = engine.BrokerSnapshot{Kind: engine.JetStream, Connected: true, Run: "monday", Elsewhere: 1}
	l.Workers = []engine.WorkerSnapshot{
		{ID: 1, State: engine.Idle},
		{ID: 1, Host: "shed", State: engine.Busy, Seq: 42, Attempt: 1, Since: snap.At - 10*ms, Demand: 20 * ms},
	}
	for w, want := range map[int]string{
		60: "workers 2  busy 93.4%  elsewhere 1  run monday\n 1 ○ charge           idle\n 1 ● charge @shed     #42         █████████▌░░░░░░░░░ 10.0ms",
		30: "workers 2  busy 93.4%\n 1 ○ charge   idle\n 1 ● @shed    #42      10.0ms",
	} {
		if got := drawn(w, 3, func(g *grid.Grid) { s.drawServersTitle(g, 0); s.drawWorkers(g.Sub(grid.Rect{Y: 1, W: g.W, H: 2}), l) }); got != want {
			t.Errorf("%d wide: got\n%s\nwant\n%s", w, got, want)
		}
	}
}
