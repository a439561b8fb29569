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

func nothing(context.Context, int) error { return nil }

func TestEverySubscriptionGetsEveryMessage(t *testing.T) {
	topic := message.NewTopic[int]("fan-out")
	var got [3][]int
	for i, name := range []string{"a", "b", "c"} {
		subscribe(t, topic, name, func(_ context.Context, v int) error {
			got[i] = append(got[i], v)
			return nil
		}, message.Options[int]{Capacity: i, Workers: 1})
	}
	for v := range 100 {
		ok(t, topic.Send(context.Background(), v))
	}
	drain(t, topic)
	for i := range got {
		if len(got[i]) != 100 || !slices.IsSorted(got[i]) {
			t.Errorf("subscription %d got %v", i, got[i])
		}
	}
}

func TestUnbufferedSendMeetsAWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		topic := message.NewTopic[int]("rendezvous")
		clock := newClock()
		subscribe(t, topic, "slow", func(ctx context.Context, _ int) error {
			return sleep(ctx, time.Second)
		}, message.Options[int]{Workers: 1, Clock: clock})
		for i := range 3 { // each waits until the worker is done with the one before
			ok(t, topic.Send(context.Background(), i))
			if at := clock.Now(); at != time.Duration(i)*time.Second {
				t.Errorf("send %d ended at %v", i, at)
			}
		}
		drain(t, topic)
	})
}

func TestBlockedSendersKeepTheirPlacesWhereNothingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const senders = 20
		topic := message.NewTopic[int]("patient")
		var got []int
		s := subscribe(t, topic, "late", func(_ context.Context, v int) error {
			got = append(got, v)
			return nil
		}, message.Options[int]{Workers: 0})
		for i := range senders {
			go func() { ok(t, topic.Send(context.Background(), i)) }()
			synctest.Wait() // it stands at the queue
		}
		ok(t, s.SetWhenFull(message.Block))
		ok(t, s.SetCapacity(0))
		synctest.Wait()
		ok(t, s.SetWorkers(1))
		synctest.Wait()
		drain(t, topic)
		if len(got) != senders || !slices.IsSorted(got) {
			t.Errorf("they came in the order %v", got)
		}
	})
}

type blockCount struct{ blocks, unblocks int }

func (c *blockCount) Block()   { c.blocks++ }
func (c *blockCount) Unblock() { c.unblocks++ }

func TestBlockedSenderWakes(t *testing.T) {
	for _, c := range []struct {
		name string
		wake func(*testing.T, *message.Topic[int], *message.Subscription[int], context.CancelFunc)
		want error
	}{
		{"when the topic closes", func(t *testing.T, topic *message.Topic[int], s *message.Subscription[int], _ context.CancelFunc) {
			go func() { time.Sleep(time.Second); _ = s.SetWorkers(1) }()
			drain(t, topic)
		}, message.ErrClosed},
		{"when it is killed", func(_ *testing.T, topic *message.Topic[int], _ *message.Subscription[int], _ context.CancelFunc) {
			topic.Kill()
		}, message.ErrClosed},
		{"when the subscription goes", func(_ *testing.T, _ *message.Topic[int], s *message.Subscription[int], _ context.CancelFunc) {
			s.Unsubscribe()
		}, nil},
		{"when there is more room", func(t *testing.T, _ *message.Topic[int], s *message.Subscription[int], _ context.CancelFunc) {
			ok(t, s.SetCapacity(2))
		}, nil},
		{"when the policy changes", func(t *testing.T, _ *message.Topic[int], s *message.Subscription[int], _ context.CancelFunc) {
			ok(t, s.SetWhenFull(message.DropNewest))
		}, nil},
		{"when a worker comes", func(t *testing.T, _ *message.Topic[int], s *message.Subscription[int], _ context.CancelFunc) {
			ok(t, s.SetWorkers(1))
		}, nil},
		{"when its context ends", func(_ *testing.T, _ *message.Topic[int], _ *message.Subscription[int], cancel context.CancelFunc) {
			cancel()
		}, context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				topic := message.NewTopic[int]("full")
				sub := subscribe(t, topic, "full", nothing, message.Options[int]{Capacity: 1, Clock: newClock()})
				ok(t, topic.Send(context.Background(), 1))
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				count := new(blockCount)
				sent := make(chan error, 1)
				v := 2
				go func() { sent <- topic.Sender(count).Send(ctx, &v) }()
				synctest.Wait()
				if len(sent) > 0 || count.blocks != 1 || count.unblocks != 0 {
					t.Fatalf("not blocked: %+v", count)
				}
				c.wake(t, topic, sub, cancel)
				synctest.Wait()
				if err := <-sent; !errors.Is(err, c.want) {
					t.Errorf("Send returned %v, want %v", err, c.want)
				}
				if count.unblocks != count.blocks {
					t.Errorf("blocks and unblocks differ: %+v", count)
				}
				topic.Kill()
			})
		})
	}
}

func TestPartialSendNamesWhoMissedIt(t *testing.T) {
	topic := message.NewTopic[int]("partial")
	subscribe(t, topic, "roomy", nothing, message.Options[int]{Capacity: 1, Workers: 1})
	subscribe(t, topic, "full", nothing, message.Options[int]{})
	subscribe(t, topic, "behind", nothing, message.Options[int]{Capacity: 1})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := topic.Send(ctx, 1)
	var partial *message.PartialError
	if !errors.As(err, &partial) || !slices.Equal(partial.Missed, []string{"full", "behind"}) || !errors.Is(err, context.Canceled) {
		t.Errorf("Send returned %v", err)
	}
	topic.Kill()
	if err := topic.Send(ctx, 2); !errors.Is(err, message.ErrClosed) {
		t.Errorf("Send after the end returned %v", err)
	}
}

func TestDropping(t *testing.T) {
	for _, c := range []struct {
		policy         message.Policy
		dropped, stays []int
	}{
		{message.DropNewest, []int{3, 4, 5, 6}, []int{0, 1, 2}},
		{message.DropOldest, []int{0, 1, 2, 3}, []int{4, 5, 6}},
	} {
		topic := message.NewTopic[int]("drop")
		rec := newRecorder()
		subscribe(t, topic, "full", nothing, message.Options[int]{Capacity: 3, WhenFull: c.policy, Probe: rec})
		for v := range 7 {
			ok(t, topic.Send(context.Background(), v))
		}
		topic.Kill()
		if !slices.Equal(rec.dropped, c.dropped) || !slices.Equal(rec.left, c.stays) {
			t.Errorf("policy %d: dropped %v, kept %v", c.policy, rec.dropped, rec.left)
		}
	}
}

func TestWrongOptions(t *testing.T) {
	topic := message.NewTopic[int]("wrong")
	for name, o := range map[string]message.Options[int]{
		"capacity":    {Capacity: -1},
		"workers":     {Workers: -1},
		"policy":      {WhenFull: 3},
		"oldest of 0": {WhenFull: message.DropOldest},
		"partitions":  {Partitions: -1},
		"no key":      {Partitions: 1},
		"too many":    {Partitions: 1, Key: func(int) uint64 { return 0 }, Workers: 2},
		"ack":         {Ack: 3},
		"attempts":    {Attempts: -1},
		"no ack":      {Attempts: 2},
	} {
		if _, err := topic.Subscribe(name, nothing, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := topic.Subscribe("nil", nil, message.Options[int]{}); err == nil {
		t.Error("no error without a handler")
	}
	subscribe(t, topic, "twin", nothing, message.Options[int]{})
	if _, err := topic.Subscribe("twin", nothing, message.Options[int]{}); err == nil {
		t.Error("no error for a second subscription of the same name")
	}
	topic.Kill()
	if _, err := topic.Subscribe("late", nothing, message.Options[int]{}); !errors.Is(err, message.ErrClosed) {
		t.Errorf("Subscribe after the end: %v", err)
	}
}
