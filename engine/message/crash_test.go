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

// second takes a second, or until the context ends.
func second(ctx context.Context, _ int) error { return sleep(ctx, time.Second) }

func TestCrash(t *testing.T) {
	for _, c := range []struct {
		name string
		when message.CrashWhen
		ack  message.Ack
		want []message.Outcome
	}{
		{"during, no ack", message.CrashDuring, message.AckNone, []message.Outcome{message.Lost}},
		{"during, ack before", message.CrashDuring, message.AckBefore, []message.Outcome{message.Lost}},
		{"during, ack after", message.CrashDuring, message.AckAfter, []message.Outcome{message.Requeued, message.Done}},
		{"before ack, no ack", message.CrashBeforeAck, message.AckNone, []message.Outcome{message.Done}},
		{"before ack, ack after", message.CrashBeforeAck, message.AckAfter, []message.Outcome{message.DoneUnacked, message.Done}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				topic, rec := message.NewTopic[int]("crash"), newRecorder()
				sub := subscribe(t, topic, "one", second, message.Options[int]{
					Capacity: 9, Workers: 1, Ack: c.ack, Clock: newClock(), Probe: rec,
				})
				for v := range 3 {
					ok(t, topic.Send(context.Background(), v))
				}
				time.Sleep(500 * time.Millisecond)
				if id, err := sub.Crash(0, c.when, 3*time.Second); id != 1 || err != nil {
					t.Fatalf("crashed worker %d: %v", id, err)
				}
				time.Sleep(2900 * time.Millisecond) // with the work before the ack it ends at 1 s
				if n := len(rec.workers); n != 1 {
					t.Errorf("%d workers have started before the restart", n)
				}
				drain(t, topic)
				if got := rec.outcomes[0]; !slices.Equal(got, c.want) {
					t.Errorf("outcomes %v, want %v", got, c.want)
				}
				if len(c.want) == 2 && !slices.Equal(rec.starts, []int{0, 0, 1, 2}) {
					t.Errorf("not redelivered first: %v", rec.starts)
				}
				if !slices.Equal(rec.exits[1], []bool{true, false}) {
					t.Errorf("exits %v", rec.exits[1])
				}
			})
		})
	}
}

func TestCrashTellsTheHandlerWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic := message.NewTopic[int]("cause")
		causes := make(chan error, 3)
		sub := subscribe(t, topic, "one", func(ctx context.Context, _ int) error {
			<-ctx.Done()
			causes <- context.Cause(ctx)
			return nil
		}, message.Options[int]{Capacity: 9, Workers: 1, Clock: newClock()})
		for v := range 2 {
			ok(t, topic.Send(context.Background(), v))
		}
		synctest.Wait()
		_, err := sub.Crash(1, message.CrashDuring, 0)
		ok(t, err)
		time.Sleep(time.Millisecond)
		topic.Kill()
		if got := [2]error{<-causes, <-causes}; got != [2]error{message.ErrCrashed, message.ErrKilled} {
			t.Errorf("causes %v", got)
		}
	})
}

func TestCrashPicksABusyWorkerAndRestartBringsItBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic := message.NewTopic[int]("pick")
		rec := newRecorder()
		sub := subscribe(t, topic, "three", second, message.Options[int]{
			Capacity: 9, Workers: 3, Clock: newClock(), Probe: rec,
		})
		synctest.Wait()
		ok(t, topic.Send(context.Background(), 0))
		synctest.Wait()
		busy, err := sub.Crash(0, message.CrashDuring, -1)
		ok(t, err)
		synctest.Wait()
		if rec.count(message.Lost) != 1 {
			t.Error("the busy worker was not the one")
		}
		time.Sleep(time.Hour)
		if _, err := sub.Crash(busy, message.CrashDuring, -1); err == nil {
			t.Error("no error for crashing what is down")
		}
		ok(t, sub.Restart(busy))
		if err := sub.Restart(busy); err == nil {
			t.Error("no error for restarting what runs")
		}
		synctest.Wait()
		if n := len(rec.workers); n != 4 {
			t.Errorf("%d starts, want 4", n)
		}
		drain(t, topic)
	})
}

func TestPanic(t *testing.T) {
	t.Run("recovered", func(t *testing.T) {
		topic := message.NewTopic[int]("panic")
		var dead error
		subscribe(t, topic, "one", func(context.Context, int) error { panic("ouch") },
			message.Options[int]{Workers: 1, Recover: true, DeadLetter: func(_ int, err error) { dead = err }})
		ok(t, topic.Send(context.Background(), 0))
		drain(t, topic)
		var p *message.PanicError
		if !errors.As(dead, &p) || p.Value != "ouch" || len(p.Stack) == 0 {
			t.Errorf("dead letter with %v", dead)
		}
	})
	t.Run("kills the topic", func(t *testing.T) {
		topic, rec := message.NewTopic[int]("panic"), newRecorder()
		killed := make(chan message.Left, 1)
		subscribe(t, topic, "one", func(context.Context, int) error { panic("ouch") },
			message.Options[int]{Capacity: 3, Workers: 1, Probe: rec, OnPanic: func(worker int, v any, stack []byte) {
				if worker != 1 || v != "ouch" || len(stack) == 0 {
					t.Errorf("OnPanic(%d, %v, %d bytes)", worker, v, len(stack))
				}
				killed <- topic.Kill()
			}})
		ok(t, topic.Send(context.Background(), 0))
		if left := <-killed; left.Total() != 0 || rec.count(message.Lost) != 1 {
			t.Errorf("left %+v, outcomes %v", left, rec.outcomes)
		}
	})
}

func TestCrashesHitDifferentWorkers(t *testing.T) {
	for _, when := range []message.CrashWhen{message.CrashDuring, message.CrashBeforeAck} {
		synctest.Test(t, func(t *testing.T) {
			topic := message.NewTopic[int]("crash")
			sub := subscribe(t, topic, "one", second, message.Options[int]{Capacity: 9, Workers: 3, Clock: newClock()})
			for v := range 2 {
				ok(t, topic.Send(context.Background(), v))
			}
			synctest.Wait()
			var hit []int
			for range 3 {
				id, err := sub.Crash(0, when, time.Second)
				ok(t, err)
				hit = append(hit, id)
			}
			if slices.Sort(hit); !slices.Equal(hit, []int{1, 2, 3}) {
				t.Errorf("crashed %v", hit)
			}
			if _, err := sub.Crash(0, when, time.Second); err == nil {
				t.Error("a fourth of three workers crashed")
			}
			drain(t, topic)
		})
	}
}
