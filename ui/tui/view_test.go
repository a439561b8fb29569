package tui

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/golden"

	"duet/engine"
	"duet/ui/internal/grid"
)

// spreadOut is a distribution with two humps and a tail.
func spreadOut(count int64) engine.Distribution {
	d := engine.Distribution{From: 32300 * ms, To: 42300 * ms}
	hump := func(i, at, width int) float64 { return math.Exp(-float64((i-at)*(i-at)) / float64(2*width*width)) }
	for i, low := 0, 2*ms; i < 300; i, low = i+1, low+low/64 {
		share := (hump(i, 90, 40) + hump(i, 210, 15)) / 150
		if n := int64(float64(count)*share + 0.5); n > 0 {
			d.Buckets = append(d.Buckets, engine.Bucket{Low: low, High: low + low/64 - 1, Count: n})
			d.Count += n
		}
	}
	return d
}

// viewed is a picture of all that the charts can show: a forecast, what came
// before somebody went back, theory, marks.
func viewed(t testing.TB, v view, w, h int) *model {
	snap := atWork(decode(t, append(sale[:5:5], "duration: 2m", "lanes:", "  - {model: message, workers: 4}", "  - {model: event, publishers: 2}",
		"timeline:", "  - {at: 50s, set: {load.rate: 60/s}}", "  - {at: 60s, fault: {stall: charge, for: 1s}}")...))
	m := picture(t, snap, w, h)
	f, left := foretold(snap), recorded(2, 60)
	m.scene.forecasting, m.scene.forecast, m.scene.view = true, &f, v
	left.From = 30 * time.Second
	m.scene.ghost.take(&left)
	for i := range m.scene.spreads {
		m.scene.spreads[i] = spreadOut(1000 * int64(1+9*i))
	}
	return m
}

var viewNames = [views]string{"waiting", "flow", "latency", "spread"}

func TestViews(t *testing.T) {
	for v := range views {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %dx%d", viewNames[v], size.w, size.h), func(t *testing.T) {
				golden.RequireEqual(t, text(t, viewed(t, v, size.w, size.h)))
			})
		}
		t.Run(viewNames[v]+" ascii", func(t *testing.T) {
			m := viewed(t, v, 120, 36)
			m.useASCII()
			got := text(t, m)
			if i := strings.IndexFunc(got, func(r rune) bool { return r > 0x7e }); i >= 0 {
				t.Errorf("%q is no ASCII", got[i:i+1])
			}
			golden.RequireEqual(t, got)
		})
		t.Run(viewNames[v]+" 16", func(t *testing.T) {
			m := viewed(t, v, 80, 24)
			m.profile = colorprofile.ANSI
			m.recolor()
			m.build(time.Time{})
			golden.RequireEqual(t, m.view.Content)
		})
	}
}

// One lane, and one chart, on the whole screen.
func TestEnlarged(t *testing.T) {
	for _, size := range sizes {
		for i, name := range []string{"lane", "chart"} {
			t.Run(fmt.Sprintf("%s %dx%d", name, size.w, size.h), func(t *testing.T) {
				m := viewed(t, viewLatency, size.w, size.h)
				m.resize(wholeLane)
				m.scene.note, m.scene.focus = "", 1
				if i == 1 {
					m.scene.size = wholeChart
				}
				golden.RequireEqual(t, text(t, m))
			})
		}
	}
}

func TestKeysOfTheCharts(t *testing.T) {
	b := open(t, saleScenario(t))
	b.run().snap.At = 42300 * ms
	b.frame()
	b.wantScreen("█ depth", "█ backlog")
	b.press("g")
	b.wantScreen("█ out  ─ in  ─ bad", "at most")
	b.wantNoScreen("█ depth")
	b.press("g")
	b.wantScreen("█ p50  ─ p99")
	b.press("g")
	b.wantScreen("nothing ended in the last 10 s") // this run cannot tell
	b.press("g", "G", "G")
	b.wantScreen("█ p50  ─ p99")
	for _, c := range []struct{ key, axis, note string }{
		{"z", "-30s", "the charts show the last 30s"},
		{"z", "-10s", "the charts show the last 10s"},
		{"z", "-10s", "no more steps that way"},
		{"Z", "-30s", "the charts show the last 30s"},
		{"Z", "-60s", "the charts show the last 1m"},
		{"Z", "-5m", "the charts show the last 5m"},
		{"Z", "-30m", "the charts show the last 30m"},
		{"Z", "-44s", "the charts show all of the past"},
		{"Z", "-44s", "no more steps that way"},
	} {
		b.press(c.key)
		b.wantScreen(c.axis, c.note)
	}
}

// On one scale the axes of all lanes are the same, otherwise each has its own.
func TestOneScale(t *testing.T) {
	for v := range views {
		m := viewed(t, v, 120, 36)
		m.scene.forecasting, m.scene.ghost = false, ghost{}
		low := &m.scene.series.Lanes[1]
		for i := range low.BacklogMax {
			low.BacklogMax[i], low.Done[i], low.P99[i] = low.BacklogMax[i]/30, low.Done[i]/30, low.P50[i]
		}
		m.scene.series.Offered = make([]float32, len(m.scene.series.Offered))
		m.scene.spreads[1].Buckets = m.scene.spreads[1].Buckets[:50]
		ends := func() [2]string {
			m.build(time.Time{})
			at := m.scene.charted
			if len(at) != 2 {
				t.Fatalf("%d charts, want one of each lane", len(at))
			}
			var ends [2]string
			for i, c := range at {
				ends[i] = m.grid.Sub(grid.Rect{X: c.rect.X, Y: c.rect.Y, W: scale, H: 1}).String()
			}
			return ends
		}
		if own := ends(); own[0] == own[1] {
			t.Errorf("%s: each on its own scale, both are up to %q", viewNames[v], own[0])
		}
		m.toggleAlike()
		if one := ends(); one[0] != one[1] {
			t.Errorf("%s: on one scale they are up to %q", viewNames[v], one)
		}
		m.toggleAlike()
		if own := ends(); own[0] == own[1] {
			t.Errorf("%s: on their own scales again, both are up to %q", viewNames[v], own[0])
		}
	}
}

// The pin tells the figures of its moment, moves, and goes when that is out of
// sight; the run goes on meanwhile.
func TestPin(t *testing.T) {
	b := open(t, saleScenario(t))
	b.run().snap.At = 42300 * ms
	b.frame()
	b.press("m")
	b.wantScreen("00:21.1 depth", "backlog")
	b.press("]", "}")
	b.wantScreen("00:32.1 depth")
	b.press("{", "[")
	b.wantScreen("00:21.1 depth")
	b.press("g")
	b.wantScreen("00:21.1 out    120  in")
	b.press("g")
	b.wantScreen("00:21.1 p50 52.0ms  p99")
	if asked := b.run().asked(); len(asked) != 0 {
		t.Errorf("the run was asked %+v", asked)
	}
	b.press("m")
	b.wantNoScreen("00:21.1 p50")
	b.press("m", "esc")
	b.wantNoScreen("00:21.1 p50")
	b.press("m")
	b.run().snap.At = 83 * time.Second
	b.frame()
	if b.m.scene.pin.on {
		t.Error("the pin is still there though its moment is out of sight")
	}
}

// In the time to come the pin tells what is expected.
func TestPinAhead(t *testing.T) {
	b := open(t, saleScenario(t))
	b.frame()
	b.press("m", "}", "}", "}")
	b.wantScreen("00:51.1 depth 26 to 54", "00:51.1 backlog 26 to 54")
	b.press("end")
	b.wantScreen("01:12.3 depth") // at the end of the chart
	b.send(tea.WindowSizeMsg{Width: 200, Height: 60})
	b.frame()
	b.press("end")
	b.wantScreen("01:42.3 depth")
}

// The mouse points to a moment: the pin goes there while the run goes on, and
// the cursor while it stands still.
func TestMouseOnCharts(t *testing.T) {
	b := open(t, saleScenario(t))
	b.run().snap.At = 42300 * ms
	b.frame()
	at := b.m.scene.charted[1].rect
	past, _ := b.m.scene.spans(plotArea(at.W, at.H))
	x := at.X + past.area.X + past.area.W/2
	b.send(tea.MouseClickMsg{X: x, Y: at.Y + 2, Button: tea.MouseLeft})
	if p := b.m.scene.pin; !p.on || p.at < 11*time.Second || p.at > 14*time.Second || b.m.scene.focus != 1 {
		t.Errorf("a click on the middle pins %+v, and turns to lane %d", p, b.m.scene.focus)
	}
	b.send(tea.MouseMotionMsg{X: x + 4, Y: at.Y + 2, Button: tea.MouseLeft})
	if p := b.m.scene.pin; p.at < 16*time.Second || p.at > 22*time.Second {
		t.Errorf("dragged on, it is at %v", p.at)
	}
	before := b.m.scene.pin
	b.send(tea.MouseMotionMsg{X: x, Y: at.Y + 2})
	b.send(tea.MouseClickMsg{X: at.X, Y: at.Y + 2, Button: tea.MouseLeft}) // beside the chart
	if b.m.scene.pin != before {
		t.Errorf("the pin went to %v", b.m.scene.pin.at)
	}
	b.press("space")
	b.send(tea.MouseClickMsg{X: x, Y: at.Y + 2, Button: tea.MouseLeft})
	if c := b.m.scene.cursor; !c.on || b.m.scene.pin.on || c.at < 11*time.Second || c.at > 14*time.Second {
		t.Errorf("while the run stands still, the cursor is %+v", c)
	}
	b.press("esc", "G")
	for i := range b.m.scene.spreads {
		b.m.scene.spreads[i] = spreadOut(1000)
	}
	b.m.build(time.Time{})
	b.send(tea.MouseClickMsg{X: at.X + at.W - 1, Y: at.Y + 2, Button: tea.MouseLeft})
	b.m.build(time.Time{})
	b.wantScreen("100% take up to")
	b.press("esc")
	if b.m.scene.length != 0 {
		t.Error("a length of time is still pointed to")
	}
}

// A lane, then its chart, have the screen; esc gives it back.
func TestEnlarging(t *testing.T) {
	b := open(t, saleScenario(t))
	b.press("x")
	b.wantScreen("╭─ 1 message", "in flight", " 2 event")
	b.press("2")
	b.wantScreen("╭─ 2 event", " 1 message")
	b.press("x")
	b.wantScreen("╭─ 2 event", "█ backlog")
	b.wantNoScreen("in flight")
	b.wantNoScreen("load.rate")
	b.press("1", "g")
	b.wantScreen("╭─ 1 message", "█ out")
	b.press("esc")
	b.wantScreen("╭─ 1 message", "╭─ 2 event", "in flight")
	b.press("x", "x", "x")
	b.wantScreen("╭─ 1 message", "╭─ 2 event", "in flight")
}
