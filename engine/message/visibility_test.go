package message_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine/message"
)

// lasting is a handler whose n-th call takes so many tenths of a second, and fails where
// that is negative. Further ones take none.
func lasting(tenths ...int) message.Handler[int] {
	calls := make(chan int, len(tenths))
	for _, n := range tenths {
		calls <- n
	}
	return func(ctx context.Context, _ int) error {
		n := 0
		select {
		case n = <-calls:
		default:
		}
		if err := sleep(ctx, time.Duration(max(n, -n))*100*time.Millisecond); err != nil {
			return err
		}
		if n < 0 {
			return errors.New("it failed")
		}
		return nil
	}
}

// TestVisibility: one message, and a visibility of 2 s.
func TestVisibility(t *testing.T) {
	const done, dup, vain = message.Done, message.Duplicate, message.Superseded
	for _, c := range []struct {
		name     string
		workers  int
		attempts int
		calls    []int // what they take, in tenths of a second; negative: they fail
		want     []message.Outcome
		again    int           // how often it reappears
		took     time.Duration // until all is done
	}{
		{"in time", 2, 1, []int{10}, []message.Outcome{done}, 0, time.Second},
		{"the first is done first", 2, 1, []int{30, 30}, []message.Outcome{done, dup}, 1, 5 * time.Second},
		{"the second is done first", 2, 1, []int{50, 10}, []message.Outcome{done, dup}, 1, 5 * time.Second},
		{"three have it", 3, 1, []int{70, 50, 10}, []message.Outcome{done, dup, dup}, 2, 7 * time.Second},
		{"the copy is taken back", 1, 1, []int{30}, []message.Outcome{done}, 1, 3 * time.Second},
		{"the first fails while a copy waits", 1, 1, []int{-30, 10}, []message.Outcome{vain, done}, 1, 4 * time.Second},
		{"the first fails while the second has it", 2, 1, []int{-30, 15}, []message.Outcome{vain, done}, 1, 3500 * time.Millisecond},
		{"the second fails for good", 2, 1, []int{50, -10}, []message.Outcome{message.Failed, dup}, 1, 5 * time.Second},
		{"both fail", 2, 1, []int{-50, -10}, []message.Outcome{message.Failed, vain}, 1, 5 * time.Second},
		{"the second is tried again", 2, 2, []int{60, -10, 10}, []message.Outcome{message.Retried, done, dup}, 1, 6 * time.Second},
		{"the second waits for that when the first is done", 2, 2, []int{40, -10, 10}, []message.Outcome{message.Retried, done}, 1, 4 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				topic, rec := message.NewTopic[int]("visible"), newRecorder()
				sub := subscribe(t, topic, "one", lasting(c.calls...), message.Options[int]{
					Capacity: 9, Workers: c.workers, Ack: message.AckAfter, Attempts: c.attempts, Visibility: 2 * time.Second,
					Backoff: func(int, int) time.Duration { return 1500 * time.Millisecond },
					Clock:   newClock(), Probe: rec,
				})
				begun := time.Now()
				ok(t, topic.Send(context.Background(), 1))
				drain(t, topic)
				if took := time.Since(begun); took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if got := rec.outcomes[1]; !slices.Equal(got, c.want) {
					t.Errorf("outcomes %v, want %v", got, c.want)
				}
				if hands, copies := sub.Spare(); rec.again[1] != c.again || rec.inHand[1] != 0 || hands != 0 || copies != 0 {
					t.Errorf("reappeared %d times; %d times in hand after the end, %d hands and %d copies to spare", rec.again[1], rec.inHand[1], hands, copies)
				}
			})
		})
	}
}

// TestWhatIsInHandTwiceCountsOnce looks at a subscription while that is so.
func TestWhatIsInHandTwiceCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, rec := message.NewTopic[int]("visible"), newRecorder()
		sub := subscribe(t, topic, "one", lasting(70, 70), message.Options[int]{
			Capacity: 9, Workers: 2, Ack: message.AckAfter, Visibility: 2 * time.Second, Clock: newClock(), Probe: rec,
		})
		ok(t, topic.Send(context.Background(), 1))
		begun := time.Now()
		for _, c := range []struct {
			at                    time.Duration
			hands, copies, inHand int
		}{{time.Second, 0, 0, 1}, {3 * time.Second, 1, 0, 1}, {5 * time.Second, 1, 1, 1}, {8 * time.Second, 1, 0, 0}, {10 * time.Second, 0, 0, 0}} {
			time.Sleep(c.at - time.Since(begun))
			synctest.Wait()
			if hands, copies := sub.Spare(); hands != c.hands || copies != c.copies || rec.inHand[1] != c.inHand || sub.Depth() != copies {
				t.Errorf("at %v: %d hands and %d copies to spare, in hand %d times, depth %d", c.at, hands, copies, rec.inHand[1], sub.Depth())
			}
		}
		drain(t, topic)
	})
}

// TestWhoHasACopyCrashes: that is as if they had not had it, unless they are the last
// to have got it.
func TestWhoHasACopyCrashes(t *testing.T) {
	for _, c := range []struct {
		name   string
		worker int
		when   message.CrashWhen
		want   []message.Outcome
		over   int // handlings of what had its end
	}{
		{"the first", 1, message.CrashDuring, []message.Outcome{message.Superseded, message.Done}, 0},
		{"the first, before the ack", 1, message.CrashBeforeAck, []message.Outcome{message.Duplicate, message.Done}, 0},
		{"the second", 2, message.CrashDuring, []message.Outcome{message.Requeued, message.Done}, 0},
		{"the second, before the ack", 2, message.CrashBeforeAck, []message.Outcome{message.Done, message.Duplicate}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				topic, rec := message.NewTopic[int]("visible"), newRecorder()
				sub := subscribe(t, topic, "one", lasting(40, 30), message.Options[int]{
					Capacity: 9, Workers: 1, Ack: message.AckAfter, Visibility: 2 * time.Second, Clock: newClock(), Probe: rec,
				})
				ok(t, topic.Send(context.Background(), 1))
				time.Sleep(time.Second)
				ok(t, sub.SetWorkers(2))
				time.Sleep(1500 * time.Millisecond)
				if _, err := sub.Crash(c.worker, c.when, -1); err != nil {
					t.Fatal(err)
				}
				drain(t, topic)
				if got := rec.outcomes[1]; !slices.Equal(got, c.want) || rec.inHand[1] != 0 || rec.over != c.over {
					t.Errorf("outcomes %v, want %v; in hand %d times; %d were over, want %d", got, c.want, rec.inHand[1], rec.over, c.over)
				}
			})
		})
	}
}

// TestAGoroutineThatEndsWithACopy loses the message only if it got it last.
func TestAGoroutineThatEndsWithACopy(t *testing.T) {
	for _, c := range []struct {
		first, second time.Duration // after which it ends; 0: not at all
		want          []message.Outcome
	}{
		{3 * time.Second, 0, []message.Outcome{message.Superseded, message.Done}},
		{0, time.Second, []message.Outcome{message.Lost, message.Duplicate}},
		{5 * time.Second, time.Second, []message.Outcome{message.Lost, message.Superseded}},
	} {
		synctest.Test(t, func(t *testing.T) {
			topic, rec := message.NewTopic[int]("visible"), newRecorder()
			ends := make(chan time.Duration, 2)
			ends <- c.first
			ends <- c.second
			subscribe(t, topic, "one", func(ctx context.Context, _ int) error {
				after := <-ends
				if after == 0 {
					return sleep(ctx, 4*time.Second)
				}
				_ = sleep(ctx, after)
				runtime.Goexit()
				return nil
			}, message.Options[int]{Capacity: 9, Workers: 2, Ack: message.AckAfter, Visibility: 2 * time.Second, Clock: newClock(), Probe: rec})
			ok(t, topic.Send(context.Background(), 1))
			drain(t, topic)
			if got := rec.outcomes[1]; !slices.Equal(got, c.want) || rec.inHand[1] != 0 {
				t.Errorf("outcomes %v, want %v; in hand %d times", got, c.want, rec.inHand[1])
			}
		})
	}
}

// TestWhatIsLeftOfCopies: a message that several have in hand, or that waits as well, is left
// once, whether or not its handlers return in time.
func TestWhatIsLeftOfCopies(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		for _, workers := range []int{10, 20} {
			synctest.Test(t, func(t *testing.T) {
				topic, rec := message.NewTopic[int]("visible"), newRecorder()
				sub := subscribe(t, topic, "one", func(ctx context.Context, _ int) error {
					if deaf {
						ctx = context.Background()
					}
					return sleep(ctx, time.Minute)
				}, message.Options[int]{Capacity: 9, Workers: workers, Ack: message.AckAfter, Visibility: 2 * time.Second, Clock: newClock(), Probe: rec})
				ok(t, topic.Send(context.Background(), 1))
				time.Sleep(5 * time.Second) // then a copy waits of what all workers have
				left := topic.Kill()
				if left.Total() != 1 || (len(left[0].Stuck) > 0) != deaf {
					t.Errorf("deaf %v, %d workers: left %+v", deaf, workers, left)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				ends := len(rec.left)
				for _, out := range rec.outcomes[1] {
					if out != message.Superseded {
						ends++
					}
				}
				if hands, copies := sub.Spare(); ends != 1 || rec.inHand[1] != 0 || rec.working != 0 || hands != 0 || copies != 0 {
					t.Errorf("deaf %v, %d workers: left %v, outcomes %v, in hand %d times; %d hands and %d copies to spare",
						deaf, workers, rec.left, rec.outcomes[1], rec.inHand[1], hands, copies)
				}
			})
		}
	}
}

// TestVisibilityNeedsAnAckAfterTheWork, from the start and from then on.
func TestVisibilityNeedsAnAckAfterTheWork(t *testing.T) {
	topic := message.NewTopic[int]("visible")
	for _, o := range []message.Options[int]{
		{Visibility: time.Second}, {Visibility: time.Second, Ack: message.AckBefore}, {Visibility: -1, Ack: message.AckAfter},
	} {
		if _, err := topic.Subscribe("wrong", second, o); err == nil {
			t.Errorf("visibility %v with ack %d", o.Visibility, o.Ack)
		}
	}
	sub := subscribe(t, topic, "one", second, message.Options[int]{})
	if sub.SetVisibility(time.Second) == nil || sub.SetVisibility(-1) == nil {
		t.Error("it was set")
	}
	ok(t, sub.SetAck(message.AckAfter))
	ok(t, sub.SetVisibility(time.Second))
	if sub.SetAck(message.AckNone) == nil {
		t.Error("the ack was taken from it")
	}
	ok(t, sub.SetVisibility(0))
	ok(t, sub.SetAck(message.AckNone))
	drain(t, topic)
}
