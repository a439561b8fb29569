package message_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine/message"
)

// numbers are 0 to n-1.
func numbers(n int) []int {
	vs := make([]int, n)
	for i := range vs {
		vs[i] = i
	}
	return vs
}

func TestBurstSendsWhatThereIsRoomFor(t *testing.T) {
	topic := message.NewTopic[int]("burst")
	sender := topic.Sender(nil)
	if n := sender.Burst(numbers(3)); n != 0 {
		t.Errorf("sent %d to nobody", n)
	}
	var got []int
	sub := subscribe(t, topic, "one", func(_ context.Context, v int) error {
		got = append(got, v)
		return nil
	}, message.Options[int]{Capacity: 5})
	if n := sender.Burst(numbers(3)); n != 3 || sub.Depth() != 3 {
		t.Errorf("sent %d of 3, depth %d", n, sub.Depth())
	}
	if n := sender.Burst([]int{3, 4, 5, 6}); n != 2 || sub.Depth() != 5 {
		t.Errorf("sent %d of 4 to a queue with room for 2, depth %d", n, sub.Depth())
	}
	ok(t, sub.SetWorkers(1))
	drain(t, topic)
	if !slices.Equal(got, numbers(5)) {
		t.Errorf("handled %v", got)
	}
	if n := sender.Burst(numbers(3)); n != 0 {
		t.Errorf("sent %d to a closed topic", n)
	}
}

func TestBurstIsForOneQueue(t *testing.T) {
	topic := message.NewTopic[int]("burst")
	for _, name := range []string{"a", "b"} {
		subscribe(t, topic, name, nothing, message.Options[int]{Capacity: 9})
	}
	parts := message.NewTopic[int]("parts")
	subscribe(t, parts, "one", nothing, message.Options[int]{Capacity: 9, Partitions: 2, Key: func(v int) uint64 { return uint64(v) }})
	for _, topic := range []*message.Topic[int]{topic, parts} {
		if n := topic.Sender(nil).Burst(numbers(3)); n != 0 {
			t.Errorf("sent %d to several queues", n)
		}
		topic.Kill()
	}
}

// flood fills a queue of 100 and gives it a worker. Messages for which quick is true
// take next to nothing. got is what was handled, in order.
func flood(t *testing.T, quick func(v int) bool, h message.Handler[int], o message.Options[int]) (topic *message.Topic[int], sub *message.Subscription[int], rec *recorder, got *[]int) {
	t.Helper()
	topic, rec, got = message.NewTopic[int]("flood"), newRecorder(), new([]int)
	var mu sync.Mutex
	note := func(v int) {
		mu.Lock()
		defer mu.Unlock()
		*got = append(*got, v)
	}
	o.Capacity, o.Clock, o.Probe = 100, newClock(), rec
	o.Quick = func(v *int) bool {
		if !quick(*v) {
			return false
		}
		note(*v)
		return true
	}
	sub = subscribe(t, topic, "one", func(ctx context.Context, v int) error {
		note(v)
		return h(ctx, v)
	}, o)
	if n := topic.Sender(nil).Burst(numbers(100)); n != 100 {
		t.Fatalf("sent %d of 100", n)
	}
	ok(t, sub.SetWorkers(1))
	return topic, sub, rec, got
}

// TestSeveralAreHandledAtOnce: after one that took next to nothing, no more than half of
// what the queue holds, and in order.
func TestSeveralAreHandledAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, _, rec, got := flood(t, func(int) bool { return true }, nothing, message.Options[int]{})
		synctest.Wait() // Close makes workers look up
		drain(t, topic)
		if !slices.Equal(*got, numbers(100)) || rec.count(message.Done) != 100 {
			t.Errorf("handled %v, %d done", *got, rec.count(message.Done))
		}
		if !slices.Equal(rec.bursts, []int{50, 49}) {
			t.Errorf("handled at once: %v", rec.bursts)
		}
	})
}

// TestOneOfSeveralTakesItsTime: those behind it go back to the front of the queue, where
// another worker comes for them.
func TestOneOfSeveralTakesItsTime(t *testing.T) {
	for _, workers := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			topic, sub, rec, got := flood(t, func(v int) bool { return v != 7 }, func(ctx context.Context, v int) error {
				if v != 7 {
					return nil // handled alone, and not asked
				}
				return second(ctx, v)
			}, message.Options[int]{})
			synctest.Wait()
			if !slices.Equal(*got, numbers(8)) || sub.Depth() != 92 {
				t.Errorf("depth %d, handled %v", sub.Depth(), *got)
			}
			ok(t, sub.SetWorkers(workers))
			synctest.Wait()
			if n := sub.Depth(); n != 92*(2-workers) {
				t.Errorf("with %d workers: depth %d while one has its hands full", workers, n)
			}
			drain(t, topic)
			if !slices.Equal(*got, numbers(100)) || rec.count(message.Done) != 100 {
				t.Errorf("with %d workers: handled %v, %d done", workers, *got, rec.count(message.Done))
			}
			if rec.bursts[0] != 6 {
				t.Errorf("handled at once: %v", rec.bursts)
			}
		})
	}
}

// TestAWorkerCrashesAmongSeveral: it has one in hand, as ever.
func TestAWorkerCrashesAmongSeveral(t *testing.T) {
	for _, c := range []struct {
		ack  message.Ack
		want []message.Outcome
	}{
		{message.AckNone, []message.Outcome{message.Lost}},
		{message.AckAfter, []message.Outcome{message.Requeued, message.Done}},
	} {
		synctest.Test(t, func(t *testing.T) {
			goOn, held := make(chan struct{}), false
			topic, sub, rec, got := flood(t, func(v int) bool {
				if v == 7 && !held {
					held = true
					<-goOn
				}
				return true
			}, nothing, message.Options[int]{Ack: c.ack})
			synctest.Wait()
			_, err := sub.Crash(1, message.CrashDuring, time.Second)
			ok(t, err)
			close(goOn)
			synctest.Wait()
			if want := 91 + len(c.want); sub.Depth() != want {
				t.Errorf("depth %d after the crash, not %d", sub.Depth(), want)
			}
			drain(t, topic)
			if !slices.Equal(rec.outcomes[7], c.want) || rec.count(message.Done) != 98+len(c.want) {
				t.Errorf("%v, %d done", rec.outcomes[7], rec.count(message.Done))
			}
			if n := rec.attempts[7]; n[len(n)-1] != len(c.want) {
				t.Errorf("delivered with the numbers %v", n)
			}
			if !slices.IsSorted(*got) {
				t.Errorf("handled %v", *got)
			}
		})
	}
}

// TestOneOfSeveralIsTriedAgain: as often as it fails, before those that came after it,
// also where these went back and fail themselves.
func TestOneOfSeveralIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		name  string
		slow  func(v int) bool
		times int // that a slow one fails
	}{
		{"the seventh, twice", func(v int) bool { return v == 7 }, 2},
		{"all from the seventh on, once", func(v int) bool { return v >= 7 }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				failed := map[int]int{}
				topic, _, _, got := flood(t, func(v int) bool { return !c.slow(v) }, func(_ context.Context, v int) error {
					if c.slow(v) && failed[v] < c.times {
						failed[v]++
						return errors.New("not yet")
					}
					return nil
				}, message.Options[int]{Ack: message.AckAfter, Attempts: 3})
				synctest.Wait()
				drain(t, topic)
				if !slices.IsSorted(*got) {
					t.Errorf("handled %v", *got)
				}
			})
		})
	}
}

// TestABackoffIsNotOutlasted: by messages that went back.
func TestABackoffIsNotOutlasted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := false
		topic, _, _, got := flood(t, func(v int) bool { return v < 7 }, func(ctx context.Context, v int) error {
			if v == 7 && !failed {
				failed = true
				return errors.New("once")
			}
			return sleep(ctx, 10*time.Millisecond)
		}, message.Options[int]{Ack: message.AckAfter, Attempts: 3, Backoff: func(int, int) time.Duration { return 15 * time.Millisecond }})
		synctest.Wait()
		drain(t, topic)
		if i := slices.Index((*got)[8:], 7); i > 2 {
			t.Errorf("due after 1.5 messages, it came after %d: %v", i, *got)
		}
	})
}

// TestSlownessIsLearnt: from messages that were handled alone as well.
func TestSlownessIsLearnt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic := message.NewTopic[int]("stale")
		var slow atomic.Bool
		sub := subscribe(t, topic, "one", func(ctx context.Context, v int) error {
			if slow.Load() {
				return second(ctx, v)
			}
			return nil
		}, message.Options[int]{Capacity: 100, Clock: newClock(), Quick: func(*int) bool { return !slow.Load() }})
		sender := topic.Sender(nil)
		sender.Burst(numbers(10))
		ok(t, sub.SetWorkers(1))
		synctest.Wait() // it has learnt that they are quick
		slow.Store(true)
		for range 5 { // each takes a second, by itself
			ok(t, topic.Send(t.Context(), 1))
			time.Sleep(2 * time.Second)
		}
		ok(t, topic.Send(t.Context(), 1))
		synctest.Wait() // in hand, for a second
		if n := sender.Burst(numbers(100)); n != 100 {
			t.Fatal(n)
		}
		time.Sleep(time.Second)
		synctest.Wait() // it has the next one in hand
		n := sender.Burst(numbers(100))
		if d := sub.Depth(); n != 1 || d > 100 {
			t.Errorf("after six slow ones in a row: room for %d where one was taken, depth %d of 100", n, d)
		}
		topic.Kill()
	})
}

// TestAnEndAmongSeveral: what a worker that was kept from its processor for longer than
// the grace puts back in vain is left.
func TestAnEndAmongSeveral(t *testing.T) {
	goOn := make(chan struct{})
	reached := make(chan struct{})
	topic, _, rec, _ := flood(t, func(v int) bool {
		if v == 7 {
			close(reached)
			<-goOn // kept from its processor for longer than the grace
		}
		return true
	}, nothing, message.Options[int]{})
	<-reached
	topic.Kill()
	close(goOn)
	ends := 0
	for range 1000 {
		rec.mu.Lock()
		ends = len(rec.left) + len(rec.outcomes)
		rec.mu.Unlock()
		if ends == 100 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if ends != 100 {
		t.Errorf("of 100 messages %d have an end", ends)
	}
}

// TestSeveralAreNotKeptAlive: when they were handled the worker forgets them, be the one
// that takes its time among those that it took at once, or the next.
func TestSeveralAreNotKeptAlive(t *testing.T) {
	for _, short := range []int{50, 51} { // the first of them teaches the worker, which then takes 50
		t.Run(fmt.Sprint(short), func(t *testing.T) { handledAndGone(t, short) })
	}
}

func handledAndGone(t *testing.T, short int) {
	type letter struct {
		_     [1 << 10]byte
		short bool
	}
	topic := message.NewTopic[*letter]("memory")
	var freed atomic.Int32
	arrived, goOn := make(chan struct{}), make(chan struct{})
	sub := subscribe(t, topic, "one", func(context.Context, *letter) error {
		close(arrived)
		<-goOn
		return nil
	}, message.Options[*letter]{Capacity: 100, Quick: func(l **letter) bool { return (*l).short }})
	for i := range short + 1 {
		l := &letter{short: i < short}
		runtime.AddCleanup(l, func(int) { freed.Add(1) }, 0)
		ok(t, topic.Send(context.Background(), l))
	}
	ok(t, sub.SetWorkers(1))
	<-arrived
	for range 1000 {
		if runtime.GC(); int(freed.Load()) == short {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if n := int(freed.Load()); n != short {
		t.Errorf("of %d that were handled %d are gone", short, n)
	}
	close(goOn)
	drain(t, topic)
}

// TestAWorkerThatIsToCrashHandlesOne: it goes down after that, and not after several.
func TestAWorkerThatIsToCrashHandlesOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic, sub, rec, _ := flood(t, func(int) bool { return true }, nothing, message.Options[int]{})
		synctest.Wait()
		_, err := sub.Crash(1, message.CrashBeforeAck, -1)
		ok(t, err)
		topic.Sender(nil).Burst(numbers(100))
		synctest.Wait()
		if sub.Depth() != 99 || rec.count(message.Done) != 101 || !slices.Equal(rec.exits[1], []bool{true}) {
			t.Errorf("depth %d, %d done, exits %v", sub.Depth(), rec.count(message.Done), rec.exits[1])
		}
		topic.Kill()
	})
}

// TestSeveralAreNotHandledUnasked: where messages are thrown away each is looked at.
func TestSeveralAreNotHandledUnasked(t *testing.T) {
	topic, rec := message.NewTopic[int]("discard"), newRecorder()
	sub := subscribe(t, topic, "one", nothing, message.Options[int]{Capacity: 100, Probe: rec, Quick: func(*int) bool { return true }})
	sub.SetDiscard(func(v *int) bool { return *v%2 == 1 })
	topic.Sender(nil).Burst(numbers(100))
	ok(t, sub.SetWorkers(1))
	drain(t, topic)
	if n := rec.count(message.Done); n != 50 {
		t.Errorf("%d done", n)
	}
}

// TestSeveralAreAskedAboutFromTheMiddle: the worker hears of it at once.
func TestSeveralAreAskedAboutFromTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		topic, sub, _, got := flood(t, func(v int) bool {
			if v == 7 {
				<-goOn
			}
			return true
		}, nothing, message.Options[int]{})
		synctest.Wait()
		sub.SetDiscard(func(*int) bool { return true })
		close(goOn)
		synctest.Wait()
		drain(t, topic)
		if !slices.Equal(*got, numbers(8)) {
			t.Errorf("handled %v", *got)
		}
	})
}

// TestBurstsReachAQueueThatIsReplaced: a message that was sent to a channel which a new
// one is about to take the place of is handled all the same.
func TestBurstsReachAQueueThatIsReplaced(t *testing.T) {
	topic := message.NewTopic[int]("resize")
	handled := 0
	sub := subscribe(t, topic, "one", func(context.Context, int) error {
		handled++
		return nil
	}, message.Options[int]{Capacity: 100, Workers: 1})
	stop := resizing(t, sub, 100, 101)
	sent, sender := 0, topic.Sender(nil)
	vs := numbers(5)
	for sent < 5_000 {
		sent += sender.Burst(vs)
		runtime.Gosched()
	}
	stop()
	drain(t, topic)
	if handled != sent {
		t.Errorf("%d sent, %d handled", sent, handled)
	}
}
