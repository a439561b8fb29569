package cli

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/remotework"
	"duet/engine/budget"
	"duet/engine/live"
	"duet/ui/tui"
)

// fakeRun is a run in which every item is done at once. It goes on for its
// scenario's duration.
type fakeRun struct {
	engine.Run // what commands do not call
	scenario   *engine.Scenario
	began      time.Time
	over       *time.Timer
	done       chan struct{}
	closing    sync.Once
	err        error // of the run
	closeErr   error
}

func newFakeRun(s *engine.Scenario) *fakeRun {
	r := &fakeRun{scenario: s, began: time.Now(), done: make(chan struct{})}
	r.over = time.AfterFunc(s.Duration, func() { close(r.done) })
	return r
}

func (r *fakeRun) Done() <-chan struct{} { return r.done }
func (r *fakeRun) Err() error            { return r.err }

func (r *fakeRun) Marks(dst []engine.Change, _ int) []engine.Change {
	return append(dst, engine.Change{At: 200 * time.Millisecond, Path: "load.rate", Value: "10/s"})
}

func (r *fakeRun) Series(dst *engine.Series, from, to time.Duration) {
	*dst = engine.Series{Step: 100 * time.Millisecond, From: from}
	for at := from; at < to; at += dst.Step {
		dst.Offered = append(dst.Offered, 1)
	}
	for range r.scenario.Lanes {
		dst.Lanes = append(dst.Lanes, engine.LaneSeries{Done: dst.Offered, P50: dst.Offered, P99: dst.Offered})
	}
}

func (r *fakeRun) Close() error {
	r.closing.Do(func() { r.over.Stop() })
	return r.closeErr
}

func (r *fakeRun) Snapshot(dst *engine.Snapshot) {
	at := min(time.Since(r.began), r.scenario.Duration)
	*dst = engine.Snapshot{
		Mode: engine.Real, Scenario: r.scenario, At: at, Speed: 1, Quiescent: true, Finished: at == r.scenario.Duration,
		Machine: engine.Machine{Go: "go", GOMAXPROCS: 1, OS: "os", Arch: "arch"},
	}
	items := int64(at.Seconds() * float64(r.scenario.Load.Rate))
	for _, l := range r.scenario.Lanes {
		lane := engine.LaneSnapshot{Name: l.Name, Model: l.Model, Ledger: engine.Ledger{Offered: items, Done: items}}
		for _, h := range r.scenario.Handlers {
			lane.Handlers = append(lane.Handlers, engine.HandlerSnapshot{Name: h.Name})
		}
		lane.Parts = make([]engine.Window, len(r.scenario.Stretches()))
		dst.Lanes = append(dst.Lanes, lane)
	}
}

// simulatedRun is one in virtual time, whose first lane is stopped from second 2
// to 4.
type simulatedRun struct{ *fakeRun }

func (r *simulatedRun) Snapshot(dst *engine.Snapshot) {
	r.fakeRun.Snapshot(dst)
	dst.Mode = engine.Virtual
}

// show shows a run at all its times.
func (r *simulatedRun) show(every time.Duration, look func(*engine.Snapshot)) {
	for at := every; at < r.scenario.Duration; at += every {
		var snap engine.Snapshot
		r.Snapshot(&snap)
		snap.At = at
		snap.Lanes[0].Stopped = at >= 2*time.Second && at <= 4*time.Second
		look(&snap)
	}
}

// stage is a world in which commands are tried.
type stage struct {
	world
	out, errs bytes.Buffer
	ran       []*engine.Scenario // the runs started
	endless   []bool             // and whether without an end
	simulated []*engine.Scenario // the runs started in virtual time
	broker    fakeBroker
	worked    []remotework.Options // what duet worker was to do
	starting  sync.Mutex
	played    []tui.Options
}

// newStage is a world without terminals, where runs do what they should.
func newStage() *stage {
	s := &stage{}
	s.world = world{
		stdin: strings.NewReader("quit\n"), stdout: &s.out, stderr: &s.errs, env: func(string) string { return "" },
		dial: func(context.Context, *engine.Queue) (broker.Server, error) { return &s.broker, nil },
		work: func(_ context.Context, _ broker.Server, o remotework.Options) error {
			s.worked = append(s.worked, o)
			return nil
		},
		newRun: func(scenario *engine.Scenario, o live.Options) (engine.Run, error) {
			s.starting.Lock()
			defer s.starting.Unlock()
			s.ran, s.endless = append(s.ran, scenario), append(s.endless, o.Endless)
			return newFakeRun(scenario), nil
		},
		newVirtual: func(scenario *engine.Scenario) (engine.Run, error) {
			s.starting.Lock()
			defer s.starting.Unlock()
			s.simulated = append(s.simulated, scenario)
			return &simulatedRun{newFakeRun(scenario)}, nil
		},
		watchVirtual: func(scenario *engine.Scenario, every time.Duration, look func(*engine.Snapshot)) (engine.Run, error) {
			s.simulated = append(s.simulated, scenario)
			run := &simulatedRun{newFakeRun(scenario)}
			run.show(every, look)
			return run, nil
		},
		measurements: func() []budget.Measurement { return []budget.Measurement{taking("path", nil)} },
		play: func(_ context.Context, o tui.Options) error {
			s.played = append(s.played, o)
			return nil
		},
	}
	return s
}

func (s *stage) do(t *testing.T, args ...string) (code int) {
	t.Helper()
	return s.main(t.Context(), args)
}

var errBroken = errors.New("it broke")
