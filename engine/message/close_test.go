package message_test

import (
	"context"
	"errors"
	"slices"
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

func TestCloseNamesHandlersThatIgnoreTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, clock := message.NewTopic[int]("stuck"), newClock()
		release := make(chan struct{})
		subscribe(t, topic, "deaf", func(context.Context, int) error {
			<-release
			return nil
		}, message.Options[int]{Workers: 2, Clock: clock})
		ok(t, topic.Send(context.Background(), 1))
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		left, err := topic.Close(ctx)
		var stuck *message.StuckError
		if !errors.As(err, &stuck) || len(stuck.Workers) != 1 || left[0].InHand != 1 || len(left[0].Stuck) != 1 {
			t.Errorf("Close left %+v: %v", left, err)
		}
		if took := clock.Now(); took != time.Second+message.Grace {
			t.Errorf("Close took %v", took)
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
