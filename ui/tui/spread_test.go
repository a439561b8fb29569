package tui

import (
	"math"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/ui/internal/plot"
)

// Of one worker with half of its time free theory knows the latencies: they are
// exponential, and up to each column there are as many as that says.
func TestTheoryOfTheSpread(t *testing.T) {
	s := &scene{}
	sc := decode(t,
		"load: {rate: 50/s}", "handlers: [{name: charge, service: {mean: 10ms}}]",
		"lanes: [{model: message, workers: 1}, {model: event}]",
	)
	s.snap = engine.Snapshot{Scenario: sc, Lanes: make([]engine.LaneSnapshot, len(sc.Lanes))}
	s.theorise()
	axis := plot.Log{Min: 1e-4, Max: 1}
	for lane := range 2 {
		shares, sum := s.expectedShares(lane, 40, axis), 0.0
		if shares == nil {
			t.Fatalf("theory knows nothing of lane %d", lane)
		}
		for x, share := range shares {
			sum += float64(share)
			at := axis.Value(float64(x+1) / 40)
			if want := -math.Expm1(-at / 0.020); math.Abs(sum-want) > 0.02 {
				t.Errorf("lane %d: up to %.4f s are %.3f, want %.3f", lane, at, sum, want)
			}
		}
	}
}

// telling is a run that knows how latencies are spread.
type telling struct{ *fakeRun }

func (r telling) Distribution(dst *engine.Distribution, _ int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*dst = spreadOut(1000)
	dst.To = r.snap.At
}

// While time stands still nothing new is recorded: how latencies are spread is to be
// seen at once all the same, however its chart came.
func TestSpreadWhilePaused(t *testing.T) {
	for name, show := range map[string]func(b *bench){
		"another view": func(b *bench) { b.press("G") },
		"more charts": func(b *bench) {
			b.press("g", "g")
			if b.m.scene.showsSpread() {
				t.Error("a small screen has more charts already")
			}
			b.send(tea.WindowSizeMsg{Width: 120, Height: 80})
			b.frame()
		},
	} {
		b := open(t, saleScenario(t))
		b.m.run = telling{b.run()}
		b.frame()
		b.press("space")
		b.wantScreen("paused")
		show(b)
		b.wantNoScreen("nothing ended")
		if s := &b.m.scene; !s.showsSpread() || s.spreads[1].Count == 0 {
			t.Errorf("%s: spread shown %v, of %d latencies", name, s.showsSpread(), s.spreads[1].Count)
		}
	}
}

// Of the past it is not kept: that of the present is not to be seen below lines of then.
func TestSpreadOfThePast(t *testing.T) {
	b := aged(t, 50*time.Second, 60*time.Second)
	b.m.run = telling{b.run()}
	b.frame()
	b.press("G")
	b.wantNoScreen("not kept")
	b.press("{")
	b.wantScreen("the spread is not kept")
	b.press("end")
	b.wantNoScreen("not kept")
}
