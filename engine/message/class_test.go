package message_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine/message"
)

func TestLastInFirstOut(t *testing.T) {
	for policy, want := range map[message.Policy][]int{
		message.DropNewest: {4, 3, 2, 1, 0}, message.DropOldest: {9, 8, 7, 6, 5},
	} {
		if got := served(t, 10, message.Options[int]{Order: message.LIFO, Capacity: 5, WhenFull: policy}); !slices.Equal(got, want) {
			t.Errorf("policy %d: %v, want %v", policy, got, want)
		}
	}
}

func TestPriorityIsStrictAndFirstInFirstOutWithin(t *testing.T) {
	o := message.Options[int]{Order: message.ByPriority, Classes: 3, Class: func(v int) int { return v % 3 }, Capacity: 4, WhenFull: message.DropNewest}
	if got, want := served(t, 15, o), []int{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v: each class has room for 4", got, want)
	}
}

// TestASelectHasNoPriority: of two classes that both have something the first is
// taken about half of the time.
func TestASelectHasNoPriority(t *testing.T) {
	o := message.Options[int]{Order: message.ByChance, Classes: 2, Class: func(v int) int { return v % 2 }, Capacity: 2000}
	first := 0
	for _, v := range served(t, 4000, o)[:2000] {
		first += 1 - v%2
	}
	if first < 850 || first > 1150 { // six standard deviations
		t.Errorf("%d of 2000 are of the first class", first)
	}
}

// TestAPoolTakesItsClassOnly: the worker of the pool leaves the others alone, and
// these leave its class alone.
func TestAPoolTakesItsClassOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic := message.NewTopic[int]("orders")
		var counts [3]atomic.Int64 // what the workers took
		by := func() [3]int64 { return [3]int64{counts[0].Load(), counts[1].Load(), counts[2].Load()} }
		_, err := topic.Subscribe("all", func(ctx context.Context, v int) error {
			counts[v%3].Add(1)
			return sleep(ctx, time.Second)
		}, message.Options[int]{
			Capacity: 10, Workers: 2, Classes: 3, Class: func(v int) int { return v % 3 }, Pools: []int{0, 1},
			Order: message.ByPriority, Clock: newClock(),
		})
		if err != nil {
			t.Fatal(err)
		}
		for v := range 30 {
			_ = topic.Send(context.Background(), v)
		}
		time.Sleep(4500 * time.Millisecond)
		if by() != [3]int64{5, 5, 0} {
			t.Errorf("after 4.5 s %v were taken of the classes", by())
		}
		if _, err := topic.Close(context.Background()); err != nil || by() != [3]int64{10, 10, 10} {
			t.Errorf("%v: %v", by(), err)
		}
	})
}

// TestNobodyIsLeftAsleep: what falls due at one moment is begun at that moment, as long as
// there are workers who wait, however it is dealt to queues, and whoever of them was woken.
func TestNobodyIsLeftAsleep(t *testing.T) {
	class := func(v int) int { return v % 2 }
	for name, o := range map[string]message.Options[int]{
		"one queue":   {},
		"by priority": {Order: message.ByPriority, Classes: 2, Class: class},
		"by chance":   {Order: message.ByChance, Classes: 2, Class: class},
		"in turn":     {Classes: 2, Class: class},
		"a stack":     {Order: message.LIFO, Classes: 2, Class: class},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := make(chan time.Duration, 9) // when second attempts, and what comes at their time, do
				clock := newClock()
				o.Capacity, o.Workers, o.Clock = 9, 3, clock
				o.Ack, o.Attempts, o.Backoff = message.AckAfter, 2, func(int, int) time.Duration { return time.Second }
				var tried [3]atomic.Bool
				topic := message.NewTopic[int]("orders")
				subscribe(t, topic, "all", func(ctx context.Context, v int) error {
					if v < 2 && !tried[v].Swap(true) {
						return errBad
					}
					begun <- clock.Now()
					return sleep(ctx, time.Minute)
				}, o)
				for range 200 { // which of two wakes comes first is chance
					was := clock.Now()
					tried[0].Store(false)
					tried[1].Store(false)
					ok(t, topic.Send(t.Context(), 0))
					ok(t, topic.Send(t.Context(), 1))
					time.Sleep(time.Second)
					ok(t, topic.Send(t.Context(), 3))
					for range 3 {
						if at := <-begun; at != was+time.Second {
							t.Fatalf("begun %v after it could be", at-was-time.Second)
						}
					}
					time.Sleep(2 * time.Minute)
				}
				drain(t, topic)
			})
		})
	}
}

// TestWhoCrashesAsleepPassesOnWhatItWasWokenFor: a worker that crashes between being
// woken and looking leaves the message to another one that waits.
func TestWhoCrashesAsleepPassesOnWhatItWasWokenFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := newClock()
		began := make(chan time.Duration, 1)
		topic := message.NewTopic[int]("orders")
		sub := subscribe(t, topic, "all", func(context.Context, int) error {
			began <- clock.Now()
			return nil
		}, message.Options[int]{Order: message.LIFO, Capacity: 9, Workers: 2, Clock: clock})
		for range 2000 { // that nobody runs in between is chance
			synctest.Wait()
			was := clock.Now()
			ok(t, topic.Send(t.Context(), 0)) // wakes the first
			id, err := sub.Crash(1, message.CrashDuring, time.Minute)
			if at := <-began; at != was {
				t.Fatalf("begun %v after it could be: %d crashed (%v)", at-was, id, err)
			}
			time.Sleep(2 * time.Minute)
		}
		drain(t, topic)
	})
}

func TestClassesAreRefused(t *testing.T) {
	class := func(int) int { return 0 }
	for want, o := range map[string]message.Options[int]{
		"order 9: must be":                    {Order: 9},
		"9 classes: must be 0 (none) to 8":    {Classes: 9, Class: class},
		"2 classes without a Class":           {Classes: 2},
		"classes and partitions":              {Classes: 2, Class: class, Partitions: 2, Key: func(int) uint64 { return 0 }},
		"an order by class, or pools":         {Order: message.ByChance},
		"3 pools for 2 classes":               {Classes: 2, Class: class, Pools: []int{1, 1, 1}},
		"a pool of -1 workers for class 1":    {Classes: 2, Class: class, Pools: []int{1, -1}},
		"LIFO with capacity 0: what does not": {Order: message.LIFO},
	} {
		_, err := message.NewTopic[int]("orders").Subscribe("all", func(context.Context, int) error { return nil }, o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// served sends 0 to n-1 while there are no workers, and returns the order in which
// one then takes them.
func served(t *testing.T, n int, o message.Options[int]) (order []int) {
	t.Helper()
	topic := message.NewTopic[int]("orders")
	sub, err := topic.Subscribe("all", func(_ context.Context, v int) error {
		order = append(order, v)
		return nil
	}, o)
	for v := range n {
		if err == nil {
			err = topic.Send(context.Background(), v)
		}
	}
	if err == nil {
		err = sub.SetWorkers(1)
	}
	if err == nil {
		_, err = topic.Close(context.Background())
	}
	if err != nil {
		t.Fatal(fmt.Errorf("%d messages: %w", n, err))
	}
	return order
}
