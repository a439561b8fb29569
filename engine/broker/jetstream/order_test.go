package jetstream

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"duet/engine/broker"
)

// keyOrder holds what is handled to the order within each key: nothing of a key is begun
// before all that came earlier is done, also where something comes again.
type keyOrder struct {
	t    *testing.T
	keys uint64

	mu    sync.Mutex
	hands map[uint32]int // messages of a key that are being handled
	done  map[uint64]bool
	tried map[uint64]bool
	by    map[string]int // what each worker has done
}

func newKeyOrder(t *testing.T, keys int) *keyOrder {
	return &keyOrder{t: t, keys: uint64(keys), hands: map[uint32]int{}, done: map[uint64]bool{}, tried: map[uint64]bool{}, by: map[string]int{}} //nolint:gosec // small
}

// publish hands over messages 1 to n, with keys in turn, one after another, whatever
// happens to the server.
func (o *keyOrder) publish(q broker.Queue, n int) {
	for id := uint64(1); id <= uint64(n); id++ { //nolint:gosec // small
		for q.Publish(o.t.Context(), broker.Message{ID: id, Key: uint32(id % o.keys)}) != nil { //nolint:gosec // small
			if !broker.Wait(o.t.Context(), time.Millisecond) {
				return
			}
		}
	}
}

// work handles what a worker gets until it is to stop. One in ten is tried again.
func (o *keyOrder) work(name string, w broker.Worker, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case d := <-w.Deliveries():
			o.begin(&d)
			time.Sleep(200 * time.Microsecond)
			o.end(name, &d)
		}
	}
}

func (o *keyOrder) begin(d *broker.Delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if uint64(d.Key) != d.ID%o.keys {
		o.t.Errorf("message %d has key %d", d.ID, d.Key)
	}
	if o.hands[d.Key]++; o.hands[d.Key] > 1 {
		o.t.Errorf("key %d is in two hands", d.Key)
	}
	for id := d.ID; id > o.keys; {
		if id -= o.keys; !o.done[id] {
			o.t.Errorf("key %d: message %d is begun, and %d is not done", d.Key, d.ID, id)
		}
	}
}

func (o *keyOrder) end(name string, d *broker.Delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hands[d.Key]--
	if d.ID%10 == 0 && !o.tried[d.ID] {
		o.tried[d.ID] = true
		_ = d.Settle(broker.Retry, 5*time.Millisecond) // if it is stale it comes again as well
		return
	}
	if d.Settle(broker.Ack, 0) == nil {
		o.done[d.ID] = true
		o.by[name]++
	}
}

// until waits until so many are done.
func (o *keyOrder) until(n int) {
	o.t.Helper()
	for limit := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
		o.mu.Lock()
		done := len(o.done)
		o.mu.Unlock()
		if done >= n {
			return
		}
		if time.Now().After(limit) {
			o.t.Fatalf("%d are done of %d", done, n)
		}
	}
}

// aName is the name of a queue that there was not before.
func aName() broker.Name {
	return broker.Name{Run: broker.NewRun(), Lane: "message", Handler: "charge"}
}

// holders waits until the workers have so many partitions each, by the account of each
// of the queues.
func holders(t *testing.T, want map[string]int, queues ...broker.Queue) {
	t.Helper()
	for _, q := range queues {
		for limit := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
			d, err := q.Depth(t.Context())
			got := map[string]int{}
			for _, p := range d.Partitions {
				got[p.Holder]++
			}
			if err == nil && maps.Equal(got, want) {
				break
			}
			if time.Now().After(limit) {
				t.Fatalf("they have %v and not %v: %v", got, want, err)
			}
		}
	}
}

// staff are workers that handle what they get until they are closed.
type staff struct {
	o       *keyOrder
	running sync.WaitGroup // what is beside them
	hands   map[string]*hand
}

// hand is one of them.
type hand struct {
	broker.Worker
	stop, gone chan struct{}
}

func newStaff(o *keyOrder) *staff {
	s := &staff{o: o, hands: map[string]*hand{}}
	o.t.Cleanup(func() {
		for _, name := range slices.Collect(maps.Keys(s.hands)) {
			s.close(name, false)
		}
		s.running.Wait()
	})
	return s
}

func (s *staff) start(q broker.Queue, name string) {
	w, err := q.Worker(s.o.t.Context(), name)
	if err != nil {
		s.o.t.Fatal(err)
	}
	h := &hand{w, make(chan struct{}), make(chan struct{})}
	s.hands[name] = h
	go func() {
		defer close(h.gone)
		s.o.work(name, w, h.stop)
	}()
}

// close ends a worker: with what it has in hand, or before it takes anything more, as
// what it is given back goes to another at once.
func (s *staff) close(name string, crash bool) {
	h := s.hands[name]
	delete(s.hands, name)
	if crash {
		h.Close(true)
	}
	close(h.stop)
	<-h.gone
	h.Close(false)
}

// Whatever workers of two processes do, the order of each key holds, and both processes
// know who reads what.
func TestPartitionsKeepTheOrderOfKeysWhileWorkersComeAndGo(t *testing.T) {
	t.Parallel()
	const partitions, messages, keys = 6, 500, 25
	at, name := elsewhere(t), aName()
	options := broker.Options{Prefetch: 4, Partitions: partitions}
	var queues [2]broker.Queue
	for i := range queues {
		s, err := Connect(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		if i == 0 {
			queues[i], err = s.Queue(t.Context(), name, options)
		} else {
			queues[i], err = s.Attach(t.Context(), name, options)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = queues[i].Close(context.Background()) })
	}
	here, there := queues[0], queues[1]
	o := newKeyOrder(t, keys)
	s := newStaff(o)
	s.start(here, "a")
	holders(t, map[string]int{"a": 6}, here, there)
	s.start(there, "host/1")
	holders(t, map[string]int{"a": 3, "host/1": 3}, here, there)
	s.running.Go(func() { o.publish(here, messages) })
	o.until(messages / 5)
	s.start(here, "b")
	holders(t, map[string]int{"a": 2, "host/1": 2, "b": 2}, here, there)
	o.until(2 * messages / 5)
	s.close("host/1", true)
	holders(t, map[string]int{"a": 3, "b": 3}, here, there)
	o.until(3 * messages / 5)
	s.close("a", false)
	holders(t, map[string]int{"b": 6}, here, there)
	o.until(4 * messages / 5)
	s.start(there, "host/2")
	o.until(messages)
	if d, err := here.Depth(t.Context()); err != nil || d.Rebalances < 5 {
		t.Errorf("dealt out anew %d times: %v", d.Rebalances, err)
	}
	t.Log(o.by)
}

// A server that ends and comes back changes nothing of it.
func TestPartitionsKeepTheOrderOfKeysWhenTheServerDies(t *testing.T) {
	t.Parallel()
	const messages, keys = 300, 10
	s, err := Embedded(true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	q, err := s.Queue(t.Context(), aName(), broker.Options{Prefetch: 1, Partitions: 4, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close(context.Background()) })
	o := newKeyOrder(t, keys)
	staff := newStaff(o)
	staff.start(q, "a")
	staff.start(q, "b")
	staff.running.Go(func() { o.publish(q, messages) })
	o.until(messages / 3)
	s.Crash()
	time.Sleep(100 * time.Millisecond)
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	o.until(messages)
}

// A process that is not heard of any more has no workers.
func TestWhoIsSilentHasNoPartitions(t *testing.T) {
	t.Parallel()
	at, name := elsewhere(t), aName()
	s, err := Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q, err := s.Queue(t.Context(), name, broker.Options{Prefetch: 1, Partitions: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close(context.Background())
	w, err := q.Worker(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close(false)
	subject := name.String() + presentSubject
	for _, text := range []string{"no JSON", `{"workers":[{"name":"nobody"}]}`, `{"process":"x","workers":[{"name":"host/1","since":1}]}`} {
		if err := s.conn.Publish(subject, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	holders(t, map[string]int{"a": 1, "host/1": 1}, q)
	holders(t, map[string]int{"a": 2}, q)
}

// Processes without workers know of each other, and say no more than is due: each
// answers once who is new.
func TestWhoHasNoWorkersIsKnown(t *testing.T) {
	t.Parallel()
	p := &presence{queue: new(queue), process: "x", news: make(chan struct{}, 1), heard: map[string]time.Time{}}
	for i, want := range []int{1, 0, 0} {
		p.hear(&nats.Msg{Data: []byte(`{"process":"y"}`)})
		if len(p.news) != want {
			t.Errorf("heard %d times, it answers %d times", i+1, len(p.news))
		}
		for len(p.news) > 0 {
			<-p.news
		}
	}
}
