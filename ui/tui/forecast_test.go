package tui

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"duet/engine"
)

func TestForecastIsMadeOnceASecondAndAfterChanges(t *testing.T) {
	b := open(t, saleScenario(t))
	b.frame()
	if b.forecasts != 1 || b.m.scene.forecast == nil {
		t.Fatalf("%d forecasts at first, want 1 that is shown", b.forecasts)
	}
	later := func(d time.Duration) {
		b.m.forecasts.begun = b.m.forecasts.begun.Add(-d)
		b.frame()
	}
	b.frame()
	later(900 * ms)
	if b.forecasts != 1 {
		t.Errorf("%d forecasts within a second, want 1", b.forecasts)
	}
	later(200 * ms)
	if b.forecasts != 2 {
		t.Errorf("%d forecasts after a second, want 2", b.forecasts)
	}
	b.m.forecasts.current.forecast.Took = 500 * ms
	later(3900 * ms)
	if b.forecasts != 2 {
		t.Errorf("%d forecasts, of which one takes half a second, in four", b.forecasts)
	}
	b.press("+")
	b.frame()
	if b.forecasts != 3 {
		t.Errorf("%d forecasts after a change, want 3", b.forecasts)
	}
	b.press("space") // a change as well
	b.frame()
	b.frame()
	n := b.forecasts
	later(5 * time.Second)
	if b.forecasts != n {
		t.Error("a forecast is made though nothing moves")
	}
	b.press("o")
	later(5 * time.Second)
	if b.forecasts != n || b.m.scene.forecast != nil || b.m.scene.forecasting {
		t.Error("o does not switch the forecast off")
	}
	b.press("o")
	b.frame()
	if b.forecasts != n+1 || b.m.scene.forecast == nil {
		t.Error("o does not switch the forecast on again")
	}
}

// A change makes the forecast under way worthless: it is told to stop, and what
// it brings is not shown.
func TestNewestForecastOnly(t *testing.T) {
	b := open(t, saleScenario(t))
	var contexts []context.Context
	b.m.options.Forecast = func(ctx context.Context, dst *engine.Forecast, from *engine.Snapshot, _ []engine.Change, _ time.Duration) error {
		contexts = append(contexts, ctx)
		*dst = foretold(from)
		dst.Replications = len(contexts)
		return ctx.Err()
	}
	now := time.Now()
	b.m.forecasts.stale = true
	first := b.m.foretell(now)
	if b.m.foretell(now.Add(time.Minute)) != nil {
		t.Error("a second forecast is begun though nothing has changed and the first is under way")
	}
	b.m.forecasts.stale = true
	second := b.m.foretell(now)
	b.send(second())
	b.send(first())
	if b.m.scene.forecast.Replications != 1 { // the second was carried out first
		t.Errorf("forecast %d is shown", b.m.scene.forecast.Replications)
	}
	if !errors.Is(contexts[1].Err(), context.Canceled) {
		t.Error("the first was not told to stop")
	}
}

// Without a forecast of the present, none of what was is shown.
func TestNoForecast(t *testing.T) {
	b := open(t, saleScenario(t))
	b.frame()
	b.wantScreen("now forecast")
	b.m.options.Forecast = func(context.Context, *engine.Forecast, *engine.Snapshot, []engine.Change, time.Duration) error {
		return errors.New("too much")
	}
	b.press("+")
	b.frame()
	b.wantScreen("no forecast: too", " no forecast: too much") // in the chart, and for a moment in the footer
	if b.m.scene.forecast != nil || b.m.forecasts.held != nil {
		t.Error("the last one is still there")
	}
}

// What was foretold for the present is kept for a while.
func TestHeldForecast(t *testing.T) {
	b := open(t, saleScenario(t))
	b.frame()
	held := func() time.Duration { return b.m.forecasts.held.from.At }
	at := func(d time.Duration) {
		b.run().snap.At = d
		b.m.forecasts.begun = time.Time{}
		b.frame()
		b.frame()
	}
	begin := held()
	at(begin + 5*time.Second)
	at(begin + 15*time.Second)
	if held() != begin {
		t.Errorf("compared with the forecast of %v, want that of %v still", held(), begin)
	}
	at(begin + 25*time.Second)
	if held() != begin+25*time.Second {
		t.Errorf("compared with the forecast of %v, want a newer one", held())
	}
	b.press("+")
	b.frame()
	if n := b.m.forecasts.held.from.Changes; n != 1 {
		t.Errorf("compared with a forecast made after %d changes, want 1", n)
	}
	if n := len(b.m.forecasts.spare); n > 4 {
		t.Errorf("%d forecasts are kept for their memory", n)
	}
}

// The program does not end before a forecast under way has given up.
func TestForecastGivesUp(t *testing.T) {
	b := open(t, saleScenario(t))
	begun, gave := make(chan struct{}), false
	b.m.options.Forecast = func(ctx context.Context, _ *engine.Forecast, _ *engine.Snapshot, _ []engine.Change, _ time.Duration) error {
		close(begun)
		<-ctx.Done()
		gave = true
		return ctx.Err()
	}
	b.m.forecasts.stale = true
	cmd := b.m.foretell(time.Now())
	go cmd()
	<-begun
	b.m.runs.end()
	if !gave {
		t.Error("it was not waited for")
	}
	b.m.forecasts.stale = true
	if msg := b.m.foretell(time.Now())(); msg != nil {
		t.Errorf("after the end there is %v", msg)
	}
}

// A forecast reaches over what the charts show, and further where time passes
// faster; where none could be of use there is none, and the charts say why.
func TestForecastReaches(t *testing.T) {
	b := open(t, saleScenario(t))
	var reach time.Duration
	b.m.options.Forecast = func(_ context.Context, dst *engine.Forecast, from *engine.Snapshot, _ []engine.Change, asked time.Duration) error {
		reach = asked
		*dst = foretold(from)
		return nil
	}
	asked := func() time.Duration {
		reach = 0
		b.m.forecasts.stale = true
		b.frame()
		return reach
	}
	if got := asked(); got != minute+2*time.Second {
		t.Errorf("at x1 it is to reach %v", got)
	}
	b.run().snap.Speed = 100
	b.frame()
	if got := asked(); got != minute+200*time.Second {
		t.Errorf("at x100 it is to reach %v", got)
	}
	b.run().snap.Paused = true
	b.frame()
	if got := asked(); got != minute {
		t.Errorf("paused, it is to reach %v", got)
	}
	b.press("Z")
	if reach != 5*time.Minute {
		t.Errorf("with five minutes on the charts it is to reach %v", reach)
	}
	b.run().snap.Paused, b.run().snap.Speed = false, math.Inf(1)
	b.frame()
	if got := asked(); got != 0 || b.m.scene.forecast != nil {
		t.Errorf("as fast as it goes, it is to reach %v", got)
	}
	b.wantScreen("no forecast:", "too fast to")
	b.run().snap.Speed = 10
	b.frame()
	b.frame()
	if reach == 0 {
		t.Error("in time that passes slower again there is no forecast")
	}
	b.run().snap.At += 10 * time.Minute // and none other is made meanwhile
	b.m.forecasts.off = true
	b.frame()
	b.wantScreen("no forecast:", "too fast to")
}
