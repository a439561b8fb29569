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

var errBad = errors.New("bad")

func TestRetriesComeWhenTheyAreDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, rec, clock := message.NewTopic[int]("retry"), newRecorder(), newClock()
		var at []time.Duration
		var dead []int
		sub := subscribe(t, topic, "one", func(context.Context, int) error {
			at = append(at, clock.Now())
			return errBad
		}, message.Options[int]{
			Capacity: 1, Workers: 1, Ack: message.AckAfter, Attempts: 4, Clock: clock, Probe: rec,
			Backoff: func(_ int, failed int) time.Duration { return time.Duration(failed) * time.Second },
			DeadLetter: func(v int, err error) {
				if !errors.Is(err, errBad) {
					t.Errorf("dead letter with %v", err)
				}
				dead = append(dead, v)
			},
		})
		ok(t, topic.Send(context.Background(), 7))
		synctest.Wait()
		if sub.Depth() != 1 || sub.Delayed() != 1 {
			t.Errorf("depth %d, delayed %d, want 1 and 1", sub.Depth(), sub.Delayed())
		}
		drain(t, topic)
		if want := []time.Duration{0, time.Second, 3 * time.Second, 6 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("attempts at %v, want %v", at, want)
		}
		if !slices.Equal(dead, []int{7}) || !slices.Equal(rec.attempts[7], []int{1, 2, 3, 4}) {
			t.Errorf("dead %v after %v", dead, rec.attempts)
		}
	})
}

// TestDeadLettersAreForWhoIsAskedNow: whether a failure is dead-lettered is decided
// when it happens.
func TestDeadLettersAreForWhoIsAskedNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, rec := message.NewTopic[int]("dead"), newRecorder()
		sub := subscribe(t, topic, "one", func(ctx context.Context, _ int) error {
			return errors.Join(errBad, sleep(ctx, time.Second))
		}, message.Options[int]{Capacity: 9, Workers: 1, Clock: newClock(), Probe: rec})
		var dead []int
		for v, f := range []func(int, error){nil, func(v int, _ error) { dead = append(dead, v) }, nil} {
			ok(t, topic.Send(context.Background(), v))
			time.Sleep(time.Second / 2) // it is in hand
			sub.SetDeadLetter(f)
			time.Sleep(time.Second)
		}
		drain(t, topic)
		if !slices.Equal(dead, []int{1}) || rec.count(message.Dead) != 1 || rec.count(message.Failed) != 2 {
			t.Errorf("dead %v; outcomes %v", dead, rec.outcomes)
		}
	})
}

func TestEarlierRetryOvertakesALaterOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, clock := message.NewTopic[int]("retry"), newClock()
		var second []int
		seen := map[int]bool{}
		subscribe(t, topic, "one", func(_ context.Context, v int) error {
			if seen[v] {
				second = append(second, v)
				return nil
			}
			seen[v] = true
			return errBad
		}, message.Options[int]{
			Capacity: 9, Workers: 1, Ack: message.AckAfter, Attempts: 2, Clock: clock,
			Backoff: func(v, _ int) time.Duration { return time.Duration(v) * time.Second },
		})
		for _, v := range []int{5, 2, 9, 0} {
			ok(t, topic.Send(context.Background(), v))
		}
		drain(t, topic)
		if !slices.Equal(second, []int{0, 2, 5, 9}) {
			t.Errorf("retried in the order %v", second)
		}
	})
}

// TestRetryDoesNotWaitForRoom: with a full queue and its only worker retrying,
// nothing is stuck.
func TestRetryDoesNotWaitForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, rec := message.NewTopic[int]("full"), newRecorder()
		subscribe(t, topic, "one", func(context.Context, int) error { return errBad }, message.Options[int]{
			Workers: 1, Ack: message.AckAfter, Attempts: 5, Clock: newClock(), Probe: rec,
		})
		for v := range 50 {
			ok(t, topic.Send(context.Background(), v))
		}
		drain(t, topic)
		if rec.count(message.Failed) != 50 || rec.count(message.Retried) != 200 {
			t.Errorf("%d failed, %d retried", rec.count(message.Failed), rec.count(message.Retried))
		}
	})
}
