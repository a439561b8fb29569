//go:build unix

package rabbitmq

import (
	"sync"
	"testing"
	"time"

	"duet/engine/broker"
	"duet/engine/broker/rabbitmq/rabbittest"
)

// inOrder holds what is handled to the order within each key.
type inOrder struct {
	t *testing.T

	mu      sync.Mutex
	reached map[uint32]uint64
	hands   map[uint32]int // messages of a key that are being handled
	done    map[uint64]bool
}

// work handles what a worker gets until it is to stop.
func (o *inOrder) work(w broker.Worker, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case d := <-w.Deliveries():
			o.mu.Lock()
			if o.hands[d.Key]++; o.hands[d.Key] > 1 {
				o.t.Errorf("key %d is in two hands", d.Key)
			}
			if !o.done[d.ID] && d.ID < o.reached[d.Key] {
				o.t.Errorf("key %d: message %d after %d", d.Key, d.ID, o.reached[d.Key])
			}
			o.reached[d.Key] = max(o.reached[d.Key], d.ID)
			o.mu.Unlock()
			time.Sleep(200 * time.Microsecond)
			o.mu.Lock()
			o.hands[d.Key]--
			o.done[d.ID] = true
			o.mu.Unlock()
			_ = d.Settle(broker.Ack, 0)
		}
	}
}

func TestPartitionsKeepTheOrderOfKeysWhileWorkersComeAndGo(t *testing.T) {
	t.Parallel()
	const partitions, messages, keys = 6, 600, 25
	s := server(t, rabbittest.Find(t))
	q := queueOf(t, s, aName(), broker.Options{Prefetch: 4, Partitions: partitions})
	o := &inOrder{t: t, reached: make(map[uint32]uint64), hands: make(map[uint32]int), done: make(map[uint64]bool)}
	var running sync.WaitGroup
	start := func(name string) (broker.Worker, chan struct{}) {
		w, err := q.Worker(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		running.Go(func() { o.work(w, stop) })
		return w, stop
	}
	// What each worker reads, by the broker's own account.
	shares := func() map[string]int {
		d, err := q.Depth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		share := make(map[string]int)
		for _, p := range d.Partitions {
			share[p.Holder]++
		}
		return share
	}
	a, stopA := start("a")
	running.Go(func() {
		for id := range uint64(messages) {
			for q.Publish(t.Context(), broker.Message{ID: id + 1, Key: uint32(id % keys)}) != nil {
				time.Sleep(time.Millisecond)
			}
		}
	})
	until(t, "all in one hand", func() bool { return shares()["a"] == partitions })
	b, stopB := start("b")
	until(t, "half each", func() bool { return shares()["a"] == partitions/2 && shares()["b"] == partitions/2 })
	c, stopC := start("c")
	until(t, "a third each", func() bool { s := shares(); return s["a"] == 2 && s["b"] == 2 && s["c"] == 2 })
	close(stopA) // what it has in hand first: it crashes between two
	time.Sleep(5 * time.Millisecond)
	a.Close(true)
	until(t, "half each again", func() bool { return shares()["b"] == partitions/2 && shares()["c"] == partitions/2 })
	until(t, "all messages", func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.done) == messages
	})
	until(t, "no lag", func() bool {
		d, err := q.Depth(t.Context())
		lag := int64(0)
		for _, p := range d.Partitions {
			lag += p.Lag
		}
		return err == nil && lag == 0 && d.Ready == 0 && d.InFlight == 0 && d.Rebalances >= 4
	})
	close(stopB)
	close(stopC)
	running.Wait()
	b.Close(false)
	c.Close(false)
}

func TestWhatIsGivenUpIsCounted(t *testing.T) {
	t.Parallel()
	q := queueOf(t, server(t, rabbittest.Find(t)), aName(), broker.Options{Prefetch: 2})
	w, err := q.Worker(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close(false)
	for id := range uint64(3) {
		if err := q.Publish(t.Context(), broker.Message{ID: id + 1}); err != nil {
			t.Fatal(err)
		}
		if err := next(t, w).Settle(broker.Drop, 0); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "three dead letters", func() bool {
		d, err := q.Depth(t.Context())
		return err == nil && d.Dead == 3 && d.Ready == 0 && d.InFlight == 0
	})
}

// A worker whose queue was deleted does not connect again and again.
func TestWithoutItsQueueAWorkerEnds(t *testing.T) {
	t.Parallel()
	s := server(t, rabbittest.Find(t))
	for _, partitions := range []int{0, 2} {
		name := aName()
		w, err := queueOf(t, s, name, broker.Options{Prefetch: 2, Partitions: partitions}).Worker(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.(*worker).running.Wait()
		}()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Errorf("with %d partitions it goes on", partitions)
		}
		w.Close(false)
		<-ended
	}
}
