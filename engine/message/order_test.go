package message_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine/message"
)

// stamp says who sent a message and as which of theirs.
type stamp struct{ sender, n int }

// TestOrderUnderRealConcurrency races senders, a worker and changes of capacity
// on real goroutines: nothing is lost or doubled, and the messages of a
// sender stay in order.
func TestOrderUnderRealConcurrency(t *testing.T) {
	const senders, each = 4, 5000
	topic := message.NewTopic[stamp]("race")
	next := make([]int, senders)
	sub := subscribe(t, topic, "one", func(_ context.Context, v stamp) error {
		if v.n != next[v.sender] {
			t.Errorf("sender %d: message %d came when %d was due", v.sender, v.n, next[v.sender])
		}
		next[v.sender] = v.n + 1
		return nil
	}, message.Options[stamp]{Capacity: 4, Workers: 1})

	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for n := range each {
				if err := topic.Send(context.Background(), stamp{s, n}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	stop := resizing(t, sub, 64, 1, 0, 8, 1000, 2)
	sending.Wait()
	stop()
	drain(t, topic)
	for s, n := range next {
		if n != each {
			t.Errorf("sender %d: %d of %d messages came", s, n, each)
		}
	}
}

// TestOrderAcrossCapacities: one worker sees a sender's messages in the order
// sent, and the depth is exact whenever nothing moves.
func TestOrderAcrossCapacities(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		first := rapid.IntRange(0, 8).Draw(rt, "capacity")
		capacities := rapid.SliceOfN(rapid.IntRange(0, 20), 1, 30).Draw(rt, "capacities")
		var got []int
		var sent, taken atomic.Int64
		wrong := 0
		synctest.Test(t, func(t *testing.T) {
			topic := message.NewTopic[int]("order")
			sub := subscribe(t, topic, "one", func(ctx context.Context, v int) error {
				got = append(got, v)
				taken.Add(1)
				return sleep(ctx, time.Millisecond)
			}, message.Options[int]{Capacity: first, Workers: 1, Clock: newClock()})
			go func() {
				for v := range 100 {
					ok(t, topic.Send(context.Background(), v))
					sent.Add(1)
				}
			}()
			most := 0
			for _, c := range capacities {
				synctest.Wait()
				most = max(sub.Depth(), c) // a queue that shrinks drops nothing
				ok(t, sub.SetCapacity(c))
				synctest.Wait()
				n := int(taken.Load())
				if d := sub.Depth(); d != int(sent.Load())-n || d > most || d < min(c, 100-n) {
					wrong++
				}
				time.Sleep(1500 * time.Microsecond)
			}
			synctest.Wait()
			time.Sleep(time.Second)
			drain(t, topic)
		})
		if len(got) != 100 || !slices.IsSorted(got) || wrong > 0 {
			rt.Fatalf("%d wrong depths; order %v", wrong, got)
		}
	})
}

// TestPartitionsKeepKeysInOrder, whatever happens to the workers.
func TestPartitionsKeepKeysInOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		workers := rapid.SliceOfN(rapid.IntRange(1, 6), 1, 20).Draw(rt, "workers")
		crashes := rapid.SliceOfN(rapid.IntRange(1, 6), 0, 5).Draw(rt, "crashes")
		byKey := map[int][]int{}
		busy := map[int]bool{}
		overlaps := 0
		synctest.Test(t, func(t *testing.T) {
			topic := message.NewTopic[int]("keys")
			var mu sync.Mutex
			sub := subscribe(t, topic, "parts", func(ctx context.Context, v int) error {
				key := v % 9
				mu.Lock()
				if busy[key] {
					overlaps++
				}
				busy[key] = true
				mu.Unlock()
				err := sleep(ctx, time.Duration(v%4)*time.Millisecond)
				mu.Lock()
				busy[key] = false
				if err == nil {
					byKey[key] = append(byKey[key], v)
				}
				mu.Unlock()
				return err
			}, message.Options[int]{
				Capacity: 3, Partitions: 6, Key: func(v int) uint64 { return uint64(v % 9) },
				Workers: 3, Ack: message.AckAfter, Clock: newClock(),
			})
			go func() {
				for v := range 300 {
					ok(t, topic.Send(context.Background(), v))
				}
			}()
			for i, n := range workers {
				ok(t, sub.SetWorkers(n))
				if i < len(crashes) {
					_, _ = sub.Crash(crashes[i], message.CrashDuring, time.Millisecond)
				}
				time.Sleep(3 * time.Millisecond)
			}
			time.Sleep(10 * time.Second)
			synctest.Wait()
			drain(t, topic)
		})
		n := 0
		for key, vs := range byKey {
			n += len(slices.Compact(slices.Clone(vs))) // a crash in the moment of the end makes a duplicate
			if !slices.IsSorted(vs) {
				rt.Fatalf("key %d was handled in the order %v", key, vs)
			}
		}
		if n != 300 || overlaps > 0 {
			rt.Fatalf("%d of 300 handled; keys were handled twice at once %d times", n, overlaps)
		}
	})
}
