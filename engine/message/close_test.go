package message_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine/message"
)

func TestCloseReportsWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic := message.NewTopic[int]("left")
		subscribe(t, topic, "slow", second, message.Options[int]{Capacity: 9, Workers: 2, Clock: newClock()})
		subscribe(t, topic, "failing", func(context.Context, int) error { return errBad }, message.Options[int]{
			Capacity: 9, Workers: 1, Ack: message.AckAfter, Attempts: 2, Clock: newClock(),
			Backoff: func(int, int) time.Duration { return time.Hour },
		})
		for v := range 7 {
			ok(t, topic.Send(context.Background(), v))
		}
		ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
		defer cancel()
		left, err := topic.Close(ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close returned %v", err)
		}
		want := message.Left{{Subscription: "slow", Queued: 3, InHand: 2}, {Subscription: "failing", Delayed: 7}}
		if !slices.EqualFunc(left, want, sameRemainder) {
			t.Errorf("left %+v, want %+v", left, want)
		}
		if again := topic.Kill(); !slices.EqualFunc(again, want, sameRemainder) {
			t.Errorf("Kill after Close says %+v", again)
		}
	})
}

func sameRemainder(a, b message.Remainder) bool {
	return a.Subscription == b.Subscription && a.Queued == b.Queued && a.Delayed == b.Delayed &&
		a.InHand == b.InHand && slices.Equal(a.Stuck, b.Stuck)
}

// deaf is a topic whose handler has a message in hand and ignores its context, until
// release is closed.
func deaf(t *testing.T, workers int) (topic *message.Topic[int], clock bubbleClock, release chan struct{}) {
	t.Helper()
	topic, clock, release = message.NewTopic[int]("stuck"), newClock(), make(chan struct{})
	subscribe(t, topic, "deaf", func(context.Context, int) error {
		<-release
		return nil
	}, message.Options[int]{Workers: workers, Clock: clock})
	ok(t, topic.Send(t.Context(), 1))
	return topic, clock, release
}

func TestCloseNamesHandlersThatIgnoreTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, clock, release := deaf(t, 2)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		left, err := topic.Close(ctx)
		var stuck *message.StuckError
		if !errors.As(err, &stuck) || len(stuck.Workers) != 1 || left[0].InHand != 1 || len(left[0].Stuck) != 1 {
			t.Errorf("Close left %+v: %v", left, err)
		}
		if took := clock.Now(); took != time.Second+message.Grace || stuck.Grace != message.Grace {
			t.Errorf("Close took %v, and says %v", took, err)
		}
		close(release)
	})
}

func TestKillCutsCloseShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, clock := message.NewTopic[int]("kill"), newClock()
		subscribe(t, topic, "none", second, message.Options[int]{Capacity: 1, Clock: clock})
		ok(t, topic.Send(context.Background(), 1))
		go func() {
			time.Sleep(time.Second)
			topic.Kill()
		}()
		if left, err := topic.Close(context.Background()); !errors.Is(err, message.ErrKilled) || left.Total() != 1 {
			t.Errorf("Close left %+v: %v", left, err)
		}
		if clock.Now() != time.Second {
			t.Errorf("Close took %v", clock.Now())
		}
	})
}

// TestTheGraceOfManyIsLonger: what an error says was waited is what was.
func TestTheGraceOfManyIsLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, clock, release := deaf(t, 2000)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := topic.Close(ctx)
		took := clock.Now()
		if stuck := new(message.StuckError); !errors.As(err, &stuck) || took != 120*time.Millisecond || stuck.Grace != took {
			t.Errorf("Close took %v, and says %v", took, err)
		}
		if !strings.Contains(err.Error(), "within 120ms of") {
			t.Errorf("after %v: %v", took, err)
		}
		close(release)
	})
}

// TestCloseSaysTheSameAgain: whatever the context of the second call, and why the first
// left anything.
func TestCloseSaysTheSameAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		over, end := context.WithCancel(t.Context())
		end()
		for name, c := range map[string]struct {
			first error
			end   func(topic *message.Topic[int]) error
		}{
			"after its context's end": {context.DeadlineExceeded, func(topic *message.Topic[int]) error {
				_, err := topic.Close(soon)
				return err
			}},
			"after Kill": {message.ErrKilled, func(topic *message.Topic[int]) error {
				topic.Kill()
				_, err := topic.Close(over)
				return err
			}},
			"beside one that was cut short": {context.DeadlineExceeded, func(topic *message.Topic[int]) error {
				beside := make(chan error)
				go func() {
					_, err := topic.Close(context.Background())
					beside <- err
				}()
				_, err := topic.Close(soon)
				if other := <-beside; other != err {
					t.Errorf("one says %v, the other %v", err, other)
				}
				return err
			}},
		} {
			topic := message.NewTopic[int]("again")
			subscribe(t, topic, "none", nothing, message.Options[int]{Capacity: 1, Clock: newClock()})
			ok(t, topic.Send(t.Context(), 1))
			err := c.end(topic)
			if !errors.Is(err, c.first) {
				t.Errorf("%s: %v", name, err)
			}
			for _, ctx := range []context.Context{t.Context(), over} {
				if left, again := topic.Close(ctx); again != err || left.Total() != 1 {
					t.Errorf("%s: %v, then %v with %+v", name, err, again, left)
				}
			}
		}
	})
}

// TestASendThatCloseOvertakesIsRefused: whoever sends when nothing was left any more is
// told so, and what was sent is not left behind.
func TestASendThatCloseOvertakesIsRefused(t *testing.T) {
	for range 40 { // whether it sends or looks again first is chance
		synctest.Test(t, func(t *testing.T) {
			topic := message.NewTopic[int]("overtaken")
			subscribe(t, topic, "one", second, message.Options[int]{Capacity: 1, Workers: 1, Clock: newClock(), Probe: leisurely{newRecorder()}})
			ok(t, topic.Send(t.Context(), 0))
			synctest.Wait()
			ok(t, topic.Send(t.Context(), 1))
			sent := make(chan error, 1)
			go func() { // it stands at the full queue, and gets to run again while the worker ends
				sent <- topic.Sender(held(2*time.Second+message.Grace/4)).Send(t.Context(), new(int))
			}()
			synctest.Wait()
			left, err := topic.Close(t.Context())
			if err != nil || left.Total() != 0 {
				t.Errorf("Close left %+v: %v", left, err)
			}
			if err := <-sent; !errors.Is(err, message.ErrClosed) {
				t.Errorf("the send says %v", err)
			}
		})
	}
}

// held is a sender that takes so long to begin to block.
type held time.Duration

func (h held) Block()   { time.Sleep(time.Duration(h)) }
func (h held) Unblock() {}

// leisurely is a probe of workers that take their time to end.
type leisurely struct{ *recorder }

func (l leisurely) Worker(id int) message.WorkerProbe[int] {
	return leisurelyWorker{l.recorder.Worker(id)}
}

type leisurelyWorker struct{ message.WorkerProbe[int] }

func (l leisurelyWorker) Exit(crashed bool) {
	time.Sleep(message.Grace / 2)
	l.WorkerProbe.Exit(crashed)
}

// TestCloseLetsSendsGoOn: whoever has reached one subscription reaches the other
// one as well, although the topic closes, unless that is cut short. Whoever has
// reached none is refused.
func TestCloseLetsSendsGoOn(t *testing.T) {
	for _, c := range []struct {
		name   string
		end    func(topic *message.Topic[int], behind *message.Subscription[int], cancel context.CancelFunc) error
		missed bool
	}{
		{"and waits for them", func(_ *message.Topic[int], behind *message.Subscription[int], _ context.CancelFunc) error {
			return behind.SetWorkers(1)
		}, false},
		{"until its context ends", func(_ *message.Topic[int], _ *message.Subscription[int], cancel context.CancelFunc) error {
			cancel()
			return nil
		}, true},
		{"until the topic is killed", func(topic *message.Topic[int], _ *message.Subscription[int], _ context.CancelFunc) error {
			topic.Kill()
			return nil
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				topic, rec := message.NewTopic[int]("closing"), newRecorder()
				subscribe(t, topic, "slow", second, message.Options[int]{Workers: 1, Clock: newClock()})
				behind := subscribe(t, topic, "behind", nothing, message.Options[int]{Clock: newClock(), Probe: rec})
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				var results [2]chan error
				for v := range results {
					results[v] = make(chan error, 1)
					go func() { results[v] <- topic.Send(context.Background(), v) }()
					synctest.Wait()
				}
				closed := make(chan error, 1)
				go func() {
					_, err := topic.Close(ctx)
					closed <- err
				}()
				time.Sleep(time.Minute)
				if err := <-results[1]; !errors.Is(err, message.ErrClosed) || errors.As(err, new(*message.PartialError)) {
					t.Errorf("who stood at the first: %v", err)
				}
				if len(results[0]) > 0 || len(closed) > 0 {
					t.Fatal("who stood at the second is not waited for")
				}
				ok(t, c.end(topic, behind, cancel))
				err := <-results[0]
				if partial := new(message.PartialError); errors.As(err, &partial) != c.missed || !c.missed && err != nil {
					t.Errorf("who stood at the second: %v", err)
				}
				if err := <-closed; err != nil {
					t.Errorf("Close: %v", err)
				}
				if done := rec.count(message.Done); done == 1 == c.missed {
					t.Errorf("%d reached the second", done)
				}
			})
		})
	}
}

func TestRemovedWorkerFinishesWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, rec := message.NewTopic[int]("fewer"), newRecorder()
		sub := subscribe(t, topic, "some", second, message.Options[int]{
			Capacity: 9, Workers: 3, Clock: newClock(), Probe: rec,
		})
		for v := range 9 {
			ok(t, topic.Send(context.Background(), v))
		}
		time.Sleep(500 * time.Millisecond)
		ok(t, sub.SetWorkers(1))
		time.Sleep(time.Second)
		synctest.Wait()
		if rec.count(message.Done) != 3 || rec.working != 1 {
			t.Errorf("%d done, %d working; want 3 and 1", rec.count(message.Done), rec.working)
		}
		drain(t, topic)
		if rec.count(message.Done) != 9 {
			t.Errorf("%d done", rec.count(message.Done))
		}
	})
}
