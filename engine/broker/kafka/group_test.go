package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"duet/engine/broker"
)

// queued is a queue that goes with the test.
func queued(t testing.TB, s *Server, o broker.Options) *queue {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	q, err := s.Queue(ctx, broker.Name{Run: broker.NewRun(), Lane: "message", Handler: "charge"}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), most)
		defer cancel()
		if err := q.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return q.(*queue)
}

// joined is a worker that is closed with the test, unless it was before.
func joined(t testing.TB, q broker.Queue, name string) broker.Worker {
	t.Helper()
	w, err := q.Worker(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(true) })
	return w
}

// received is the next delivery.
func received(t testing.TB, w broker.Worker) broker.Delivery {
	t.Helper()
	select {
	case d := <-w.Deliveries():
		return d
	case <-time.After(most):
		t.Fatal("nothing was delivered")
		panic("unreachable")
	}
}

// sent publishes so many messages, with keys in turn.
func sent(t testing.TB, q broker.Queue, from, n uint64, keys uint32) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	for id := from; id < from+n; id++ {
		if err := q.Publish(ctx, broker.Message{ID: id, Key: uint32(id) % keys}); err != nil { //nolint:gosec // small
			t.Fatalf("message %d: %v", id, err)
		}
	}
}

// until waits for a depth.
func until(t testing.TB, q broker.Queue, what string, reached func(broker.Depth) bool) (d broker.Depth) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	for {
		var err error
		if d, err = q.Depth(ctx); err == nil && reached(d) {
			return d
		}
		if !broker.Wait(ctx, 20*time.Millisecond) {
			t.Fatalf("the queue holds %+v (%v), not %s", d, err, what)
		}
	}
}

// holders are the workers that hold partitions, with how many.
func holders(d broker.Depth) map[string]int {
	all := make(map[string]int)
	for _, p := range d.Partitions {
		all[p.Holder]++
	}
	return all
}

func TestLagAndHoldersOfPartitions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) {
		q := queued(t, connected(t, at), broker.Options{Prefetch: 1, Partitions: 4})
		sent(t, q, 1, 40, 8)
		d := until(t, q, "40 messages in 4 partitions", func(d broker.Depth) bool { return d.Ready == 40 })
		lag := int64(0)
		for _, p := range d.Partitions {
			lag += p.Lag
		}
		if lag != 40 || len(d.Partitions) != 4 || holders(d)[""] != 4 || d.Rebalances != 0 {
			t.Errorf("nobody has joined, and it is %+v", d)
		}
		a, b := joined(t, q, "a"), joined(t, q, "b")
		d = until(t, q, "held by both alike", func(d broker.Depth) bool {
			return maps.Equal(holders(d), map[string]int{"a": 2, "b": 2})
		})
		if d.Rebalances == 0 {
			t.Errorf("the partitions were dealt out, and it is %+v", d)
		}
		held := received(t, a)
		until(t, q, "2 in flight", func(d broker.Depth) bool { return d.InFlight == 2 && d.Ready == 38 })
		if err := held.Settle(broker.Ack, 0); err != nil {
			t.Error(err)
		}
		a.Close(false)
		until(t, q, "held by the one that is left", func(d broker.Depth) bool {
			return maps.Equal(holders(d), map[string]int{"b": 4})
		})
		for range 39 { // all but what a has settled
			if err := received(t, b).Settle(broker.Ack, 0); err != nil {
				t.Error(err)
			}
		}
		until(t, q, "nothing", func(d broker.Depth) bool { return d.Ready == 0 && d.InFlight == 0 })
	})
}

func TestWithWorkersOfOthersInFlightIsNotKnown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) {
		s := connected(t, at)
		q := queued(t, s, broker.Options{Prefetch: 1})
		other, err := connected(t, at).Attach(context.Background(), name(q), broker.Options{Prefetch: 1})
		if err != nil {
			t.Fatal(err)
		}
		w := joined(t, other, "elsewhere")
		until(t, q, "in flight unknown", func(d broker.Depth) bool { return d.InFlight == -1 && holders(d)["elsewhere"] == unordered })
		w.Close(false)
		until(t, q, "known again", func(d broker.Depth) bool { return d.InFlight == 0 })
	})
}

// name is the name of a queue.
func name(q *queue) broker.Name {
	n, _ := broker.ParseName(q.topic, ".")
	return n
}

// What a worker holds of a partition that has gone to another worker is no longer its
// own to settle.
func TestALateSettleIsStale(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) {
		q := queued(t, connected(t, at), broker.Options{Prefetch: 10, Partitions: 2})
		sent(t, q, 1, 8, 8)
		a := joined(t, q, "a")
		var held []broker.Delivery
		for range 8 {
			held = append(held, received(t, a))
		}
		b := joined(t, q, "b")
		until(t, q, "dealt out to both", func(d broker.Depth) bool {
			return maps.Equal(holders(d), map[string]int{"a": 1, "b": 1})
		})
		stale := make(map[uint64]bool)
		for _, h := range held {
			switch err := h.Settle(broker.Ack, 0); {
			case errors.Is(err, broker.ErrStale):
				stale[h.ID] = true
			case err != nil:
				t.Error(err)
			}
		}
		if n := len(stale); n == 0 || n == len(held) {
			t.Fatalf("%d of %d settles are stale, and one of two partitions has gone", n, len(held))
		}
		for range len(stale) {
			d := received(t, b)
			if !stale[d.ID] {
				t.Errorf("message %d came again", d.ID)
			}
			if err := d.Settle(broker.Ack, 0); err != nil {
				t.Error(err)
			}
		}
		until(t, q, "nothing", func(d broker.Depth) bool { return d.Ready == 0 && d.InFlight == 0 })
	})
}

// arrivals are deliveries to workers that come and go, in the order of each key.
type arrivals struct {
	mu       sync.Mutex
	first    map[uint64]bool
	last     map[uint32]uint64 // by key
	disorder []string
	all      int
}

// note notes a delivery.
func (a *arrivals) note(d broker.Delivery) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all++
	if a.first[d.ID] {
		return
	}
	a.first[d.ID] = true
	if d.ID < a.last[d.Key] {
		a.disorder = append(a.disorder, fmt.Sprintf("key %d: %d after %d", d.Key, d.ID, a.last[d.Key]))
	}
	a.last[d.Key] = max(a.last[d.Key], d.ID)
}

func (a *arrivals) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.first)
}

// works has a worker settle what comes, until it is stopped.
func (a *arrivals) works(t *testing.T, q broker.Queue, name string) (stop func(crash bool)) {
	w := joined(t, q, name)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for {
			select {
			case d := <-w.Deliveries():
				a.note(d)
				_ = d.Settle(broker.Ack, 0) // one that is stale comes again
			case <-ctx.Done():
				return
			}
		}
	})
	return func(crash bool) {
		cancel()
		running.Wait()
		w.Close(crash)
	}
}

func TestTheOrderOfAKeyIsKeptWhileWorkersComeAndGo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) {
		const n, keys = 1200, 40
		q := queued(t, connected(t, at), broker.Options{Prefetch: 16, Partitions: 6})
		a := &arrivals{first: make(map[uint64]bool), last: make(map[uint32]uint64)}
		var stops []func(bool)
		defer func() {
			for _, stop := range stops {
				stop(true)
			}
		}()
		come := func(name string) { stops = append(stops, a.works(t, q, name)) }
		leave := func(crash bool) { stops[0](crash); stops = stops[1:] }
		come("a")
		come("b")
		sent(t, q, 1, n/4, keys)
		come("c")
		sent(t, q, n/4+1, n/4, keys)
		leave(false)
		sent(t, q, n/2+1, n/4, keys)
		come("d")
		leave(true)
		sent(t, q, 3*n/4+1, n/4, keys)
		until(t, q, "nothing", func(d broker.Depth) bool { return d.Ready == 0 && d.InFlight == 0 })
		if got := a.count(); got != n {
			t.Errorf("%d of %d messages were delivered", got, n)
		}
		if len(a.disorder) > 0 {
			t.Errorf("out of order: %s", strings.Join(a.disorder, "; "))
		}
		t.Logf("%d messages in %d deliveries, %d rebalances", n, a.all, until(t, q, "any", func(broker.Depth) bool { return true }).Rebalances)
	})
}

func TestAQueueWithOtherPartitionsIsNotJoined(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) {
		s := connected(t, at)
		q := queued(t, s, broker.Options{Prefetch: 1, Partitions: 3})
		_, err := s.Attach(context.Background(), name(q), broker.Options{Prefetch: 1, Partitions: 4})
		if err == nil || !strings.Contains(err.Error(), "3 partitions") {
			t.Errorf("joining it with 4: %v", err)
		}
		_, err = s.Queue(context.Background(), name(q), broker.Options{Prefetch: 1, Partitions: 3})
		if err == nil || !strings.Contains(err.Error(), "exists") {
			t.Errorf("making it again: %v", err)
		}
	})
}

func TestAQueueThatSomebodyDeletesIsGone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) {
		q := queued(t, connected(t, at), broker.Options{Prefetch: 1})
		sent(t, q, 1, 20, 1)
		joined(t, q, "a")
		if err := connected(t, at).Delete(context.Background(), name(q)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), most)
		defer cancel()
		for ctx.Err() == nil {
			if err := q.Publish(ctx, broker.Message{ID: 21}); errors.Is(err, broker.ErrGone) {
				break
			}
		}
		if _, err := q.Depth(ctx); !errors.Is(err, broker.ErrGone) {
			t.Errorf("its depth: %v", err)
		}
	})
}

func TestAKeyAndWhatIsGivenUpAreKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) {
		q := queued(t, connected(t, at), broker.Options{Prefetch: 1, Partitions: 2})
		if err := q.Publish(t.Context(), broker.Message{ID: 7, Key: 1 << 31, Body: []byte("it")}); err != nil {
			t.Fatal(err)
		}
		w := joined(t, q, "a")
		d := received(t, w)
		if d.ID != 7 || d.Key != 1<<31 || string(d.Body) != "it" || d.Redelivered {
			t.Errorf("it came as %+v", d)
		}
		if err := d.Settle(broker.Retry, 0); err != nil {
			t.Error(err)
		}
		d = received(t, w)
		if d.ID != 7 || d.Key != 1<<31 || string(d.Body) != "it" || !d.Redelivered {
			t.Errorf("it came again as %+v", d)
		}
		if err := d.Settle(broker.Drop, 0); err != nil {
			t.Error(err)
		}
		until(t, q, "a dead letter", func(d broker.Depth) bool { return d.Dead == 1 && d.Ready == 0 && d.InFlight == 0 })
	})
}

func TestWithoutConfirmsMessagesComeAllTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) {
		q := queued(t, connected(t, at), broker.Options{Prefetch: 8, Unconfirmed: true})
		sent(t, q, 1, 100, 1)
		w := joined(t, q, "a")
		for range 100 {
			if err := received(t, w).Settle(broker.Ack, 0); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWhatKafkaCannotDoIsRefused(t *testing.T) {
	t.Parallel()
	s := connected(t, fake(t))
	if _, err := s.Queue(t.Context(), broker.Name{Run: "r", Lane: "l", Handler: "h"}, broker.Options{Prefetch: 1, Limit: 5}); err == nil {
		t.Error("a queue with a limit was made")
	}
}
