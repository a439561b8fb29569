package tui

import (
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"duet/engine"
)

// Whatever is pressed, clicked and resized, in any order, a hundred thousand
// times: nothing panics, and the picture fills the screen exactly.
func TestRandomInput(t *testing.T) {
	t.Parallel()
	var keys []string
	for k := range special {
		if k != "ctrl+c" && k != "ctrl+z" {
			keys = append(keys, k)
		}
	}
	for r := '!'; r <= '~'; r++ {
		if r != 'q' {
			keys = append(keys, string(r))
		}
	}
	preset := func(name string) Preset {
		return Preset{Name: name, Title: name, Group: "all", Open: func() (*engine.Scenario, error) { return scenes[name](t).Scenario, nil }}
	}
	betting := Preset{Name: "sale", Title: "asks", Open: func() (*engine.Scenario, error) { return asked(t), nil }, Ask: asked(t).Ask}
	rapid.Check(t, func(rt *rapid.T) {
		b := open(t, saleScenario(t), append(shelf(t), preset("four"), preset("crowd"), preset("goroutines"), betting)...)
		b.m.options.Ask, b.m.options.Remember = true, func(Memory) {}
		defer b.m.runs.end()
		for i := range 1000 {
			resized := false
			x, y := rapid.IntRange(-2, 210).Draw(rt, "x"), rapid.IntRange(-2, 70).Draw(rt, "y")
			switch rapid.IntRange(0, 12).Draw(rt, "what") {
			case 0:
				b.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
			case 1:
				b.send(tea.MouseWheelMsg{X: x, Y: y, Button: rapid.SampledFrom([]tea.MouseButton{tea.MouseWheelUp, tea.MouseWheelDown}).Draw(rt, "wheel")})
			case 2:
				resized = true
				b.send(tea.WindowSizeMsg{Width: max(x, 1), Height: max(y, 1)})
			case 3:
				b.send(tea.PasteMsg{Content: rapid.StringN(0, 20, -1).Draw(rt, "paste")})
			case 4:
				b.send(tea.MouseMotionMsg{X: x, Y: y, Button: tea.MouseLeft})
			default:
				b.send(keyPress(rapid.SampledFrom(keys).Draw(rt, "key")))
			}
			if resized || i%10 == 0 {
				b.frame()
			}
			if i%50 == 0 {
				exact(rt, b.m)
			}
		}
	})
}

// exact checks that the picture has the size of the screen.
func exact(t rapid.TB, m *model) {
	if m.grid.H == 0 {
		return // no line
	}
	lines := strings.Split(m.grid.String(), "\n")
	if len(lines) != m.grid.H {
		t.Fatalf("%d lines on a screen of %d", len(lines), m.grid.H)
	}
	for i, line := range lines {
		if w := ansi.StringWidthWc(line); w != m.grid.W {
			t.Fatalf("line %d is %d cells wide on a screen of %d: %q", i, w, m.grid.W, line)
		}
	}
}

// FuzzPicture draws snapshots that make no sense, at any size.
func FuzzPicture(f *testing.F) {
	f.Add(uint8(80), uint8(24), uint8(0), int64(1), int64(100), "charge", "panic: \x1b[31m", 0.5)
	f.Add(uint8(60), uint8(20), uint8(3), int64(-1), int64(math.MaxInt64), "日本", "", math.NaN())
	f.Add(uint8(250), uint8(90), uint8(5), int64(math.MinInt64), int64(0), "", "x", math.Inf(1))
	names := []string{"busy", "blocked", "crowd", "dead", "four", "goroutines", "quiet", "start"}
	f.Fuzz(func(t *testing.T, w, h, which uint8, a, b int64, name, reason string, x float64) {
		snap := scenes[names[int(which)%len(names)]](t)
		snap.At, snap.Rate, snap.Raised = time.Duration(a), x, []string{name, reason}
		for i := range snap.Lanes {
			l := &snap.Lanes[i]
			l.Ledger.Waiting, l.Ledger.Lost = a, b
			l.Recent.Utilisation, l.Recent.Arrivals, l.Recent.Throughput = x, x, -x
			l.Recent.Latency.P99, l.Recent.Depth.Now = time.Duration(b), a
			l.Goroutines.Now, l.HeapBytes = b, a
			if which%2 == 1 {
				l.Dead = reason
			}
			for j := range l.Handlers {
				hs := &l.Handlers[j]
				hs.Name, hs.Fault, hs.Depth.Now = name, reason, b
				hs.Capacity = int(int32(a))
			}
			for j := range l.Workers {
				wk := &l.Workers[j]
				wk.State, wk.Handler = engine.WorkerState(b), int(int8(a))
				wk.Since, wk.Demand, wk.BackAt, wk.Seq = time.Duration(b), time.Duration(a), time.Duration(a), b
			}
			for j := range l.Publishers {
				for k := range l.Publishers[j].Calls {
					c := &l.Publishers[j].Calls[k]
					c.Handler, c.State, c.Took = int(int8(b)), engine.CallState(a), time.Duration(b)
				}
			}
		}
		m := picture(t, snap, int(w), int(h))
		for i := range m.scene.series.Lanes {
			m.scene.series.Lanes[i].DepthMax[7] = float32(x)
			m.scene.series.Lanes[i].BacklogMax[9] = float32(b)
		}
		fc, left := foretold(snap), recorded(len(snap.Lanes), x)
		fc.From, fc.Step = time.Duration(b), time.Duration(a)
		fc.Lanes[0].Depth.High[3], fc.Lanes[0].Backlog.Mid[5] = float32(x), float32(a)
		left.From = time.Duration(b)
		m.scene.ghost.take(&left)
		m.scene.forecasting, m.scene.forecast = true, &fc
		m.scene.cursor = cursor{on: which%3 == 0, at: time.Duration(b)}
		m.scene.snap.Paused, m.scene.byKey = which%2 == 0, which%5 == 0
		for i := range 60 {
			e := engine.Entry{
				At: time.Duration(a + int64(i)*b), Seq: int64(i % 7), Key: int32(b), Handler: int16(i%6) - 1,
				Worker: int32(b), Attempt: int16(a), What: engine.Happening((i + int(which)) % 13),
			}
			m.scene.traffic[i%len(snap.Lanes)].add(&e, true)
		}
		for i := range m.scene.spreads {
			m.scene.spreads[i] = engine.Distribution{Count: a, Buckets: []engine.Bucket{
				{Low: time.Duration(min(a, b)), High: time.Duration(max(a, b)), Count: b}, {Low: 1, High: time.Duration(b), Count: a},
			}}
		}
		m.scene.view, m.scene.size, m.scene.zoom = view(which)%views, size(which/2%3), int(which%6)-usual
		m.scene.pin, m.scene.length, m.scene.alike = pin{on: true, at: time.Duration(a)}, x, b%2 == 0
		m.build(time.Time{})
		m.point(int(w)/2, int(h)/2)
		m.build(time.Time{})
		exact(t, m)
		if strings.Contains(m.grid.String(), "\x1b") {
			t.Error("an escape sequence got through")
		}
	})
}
