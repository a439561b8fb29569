package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/broker"
)

// fakeBroker has queues, and takes what is sent to those of runs that go on.
type fakeBroker struct {
	broker.Server // what commands do not call
	mu            sync.Mutex
	queues        []broker.Name
	alive         string // the run that goes on
	closed        int
}

func (b *fakeBroker) Address() string { return "nats://here" }

func (b *fakeBroker) Created(context.Context) ([]broker.Name, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.queues), nil
}

func (b *fakeBroker) Delete(_ context.Context, name broker.Name) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queues = slices.DeleteFunc(b.queues, func(n broker.Name) bool { return n == name })
	return nil
}

func (b *fakeBroker) Attach(_ context.Context, name broker.Name, _ broker.Options) (broker.Queue, error) {
	return &fakeQueue{alive: name.Run == b.alive}, nil
}

func (b *fakeBroker) Close() { b.closed++ }

type fakeQueue struct {
	broker.Queue
	alive bool
	sent  int64
}

func (q *fakeQueue) Publish(context.Context, broker.Message) error {
	q.sent++
	return nil
}

func (q *fakeQueue) Depth(context.Context) (broker.Depth, error) {
	if q.alive {
		return broker.Depth{InFlight: -1}, nil
	}
	return broker.Depth{Ready: q.sent}, nil
}

func (q *fakeQueue) Close(context.Context) error { return nil }

func TestCleanRemovesWhatRunsHaveLeft(t *testing.T) {
	all := []broker.Name{
		{Run: "dead", Lane: "message", Handler: "_reports_1"},
		{Run: "dead", Lane: "message", Handler: "charge"},
		{Run: "half", Lane: "message", Handler: "charge"},
		{Run: "live", Lane: "message", Handler: "_reports_1"},
		{Run: "live", Lane: "message", Handler: "charge"},
	}
	const (
		dead = "run dead: duet.dead.message._reports_1, duet.dead.message.charge removed\n"
		half = "run half: duet.half.message.charge removed\n"
		live = "run live goes on, and is left alone\n"
	)
	for _, c := range []struct {
		args, says string
		left       []broker.Name
	}{
		{"", dead + half + live, all[3:]},
		{"--dry-run", strings.ReplaceAll(dead+half, "removed", "would be removed") + live, all},
		{"--run live", "run live: duet.live.message._reports_1, duet.live.message.charge removed\n", all[:3]},
		{"--run none", "nats://here has nothing of a run none\n", all},
	} {
		t.Run(c.args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage()
				s.broker.queues, s.broker.alive = slices.Clone(all), "live"
				args := append([]string{"broker", "clean", "nats://here"}, strings.Fields(c.args)...)
				if code := s.do(t, args...); code != exitFine || s.errs.Len() > 0 {
					t.Errorf("exit code %d, %s", code, s.errs.String())
				}
				if got := s.out.String(); got != c.says {
					t.Errorf("it says\n%swant\n%s", got, c.says)
				}
				if !slices.Equal(s.broker.queues, c.left) || s.broker.closed != 1 {
					t.Errorf("left are %v, want %v; closed %d times", s.broker.queues, c.left, s.broker.closed)
				}
			})
		})
	}
}

func TestCleanFindsNothing(t *testing.T) {
	s := newStage()
	if code := s.do(t, "broker", "clean", "nats://here"); code != exitFine || s.out.String() != "nats://here has nothing that duet has made\n" {
		t.Errorf("exit code %d, %s", code, s.out.String())
	}
}

// TestARunSaysThatOthersHaveLeftSomething, once for each broker, and fails before it
// begins when there is none.
func TestARunSaysThatOthersHaveLeftSomething(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inFolder(t, folder)
		s := newStage()
		s.broker.queues = []broker.Name{{Run: "dead", Lane: "message", Handler: "charge"}}
		code := s.do(t, "run", "tiny.yaml", "--broker", "nats://me:secret@here", "--run", "monday")
		want := "duet: nats://here has queues of other runs (dead); duet broker clean nats://here removes those of runs that are over\n" +
			"duet: this is run monday; duet worker --broker nats://here --run monday works for it\n"
		if code != exitFine || s.errs.String() != want || len(s.ran) != 1 {
			t.Errorf("exit code %d, %d runs: %s", code, len(s.ran), s.errs.String())
		}
		s.dial = func(context.Context, *engine.Queue) (broker.Server, error) {
			return nil, errors.New("nats://here: nobody")
		}
		if code := s.do(t, "run", "tiny.yaml", "--broker", "nats://me:secret@here"); code != exitRun || len(s.ran) != 1 {
			t.Errorf("without a broker: exit code %d, %d runs", code, len(s.ran))
		}
	})
}

// TestExitCodesOfBrokers: a broker that is not there is no wrong input, and a signal is
// a signal whatever was going on.
func TestExitCodesOfBrokers(t *testing.T) {
	inFolder(t, folder)
	commands := map[string][]string{
		"clean":  {"broker", "clean", "nats://here"},
		"worker": {"worker", "--broker", "nats://here", "--run", "a"},
		"run":    {"run", "tiny.yaml", "--broker", "nats://here"},
	}
	for name, args := range commands {
		t.Run(name, func(t *testing.T) {
			s := newStage()
			s.dial = func(context.Context, *engine.Queue) (broker.Server, error) { return nil, errBroken }
			if code := s.do(t, args...); code != exitRun || s.errs.String() != "duet: it broke\n" {
				t.Errorf("without a broker: exit code %d, %s", code, s.errs.String())
			}
			ctx, cancel := context.WithCancel(t.Context())
			s = newStage()
			s.dial = func(context.Context, *engine.Queue) (broker.Server, error) {
				cancel()
				return nil, context.Canceled
			}
			if code := s.main(ctx, args); code != exitInterrupted || s.errs.String() != "duet: interrupted\n" {
				t.Errorf("interrupted while it dials: exit code %d, %s", code, s.errs.String())
			}
		})
	}
}

// TestCleanInterruptedWhileItAsks: a run that goes on is waited for.
func TestCleanInterruptedWhileItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		s.broker.queues = []broker.Name{{Run: "dead", Lane: "message", Handler: "_reports_1"}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		code := s.main(ctx, []string{"broker", "clean", "nats://here"})
		if code != exitInterrupted || s.errs.String() != "duet: interrupted\n" || len(s.broker.queues) != 1 || s.broker.closed != 1 {
			t.Errorf("exit code %d, %s; left are %v", code, s.errs.String(), s.broker.queues)
		}
	})
}
