//go:build unix

package rabbitmq

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"duet/engine/broker"
	"duet/engine/broker/conformance"
	"duet/engine/broker/rabbitmq/rabbittest"
)

// until waits for something, with a generous end.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !reached(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it took too long: %s", what)
		}
	}
}

// next takes a delivery.
func next(t *testing.T, w broker.Worker) broker.Delivery {
	t.Helper()
	select {
	case d := <-w.Deliveries():
		return d
	case <-time.After(time.Minute):
		t.Fatal("nothing was delivered")
		panic("unreachable")
	}
}

// traffic publishes and receives, and keeps count of what became of each message.
type traffic struct {
	queue   *queue
	stop    chan struct{}
	ended   sync.WaitGroup
	workers sync.WaitGroup

	mu        sync.Mutex
	last      uint64
	confirmed map[uint64]bool
	outcomes  map[error]int
	delivered map[uint64]int
	longest   time.Duration
}

// patience is how long a publish may take.
const patience = time.Second

func newTraffic(q *queue) *traffic {
	return &traffic{
		queue: q, stop: make(chan struct{}), confirmed: make(map[uint64]bool), outcomes: make(map[error]int), delivered: make(map[uint64]int),
	}
}

// begin has so many publish and receive.
func (f *traffic) begin(t *testing.T, publishers, workers int) {
	t.Helper()
	for i := range workers {
		w, err := f.queue.Worker(t.Context(), string(rune('a'+i)))
		if err != nil {
			t.Fatal(err)
		}
		f.workers.Go(func() { f.receive(w) })
	}
	for range publishers {
		f.ended.Go(f.publish)
	}
}

func (f *traffic) publish() {
	for {
		select {
		case <-f.stop:
			return
		default:
		}
		f.mu.Lock()
		f.last++
		id := f.last
		f.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		start := time.Now()
		err := f.queue.Publish(ctx, broker.Message{ID: id, Body: make([]byte, 100)})
		took := time.Since(start)
		cancel()
		f.mu.Lock()
		if f.outcomes[err]++; err == nil {
			f.confirmed[id] = true
		}
		f.longest = max(f.longest, took)
		f.mu.Unlock()
		time.Sleep(2 * time.Millisecond)
	}
}

func (f *traffic) receive(w broker.Worker) {
	defer w.Close(false)
	for {
		select {
		case d := <-w.Deliveries():
			time.Sleep(time.Millisecond)
			f.mu.Lock()
			f.delivered[d.ID]++
			f.mu.Unlock()
			_ = d.Settle(broker.Ack, 0) // stale: it comes again
		case <-f.stop:
			return
		}
	}
}

func (f *traffic) count(err error) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outcomes[err]
}

// missing is how many confirmed messages were not delivered.
func (f *traffic) missing() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range f.confirmed {
		if f.delivered[id] == 0 {
			n++
		}
	}
	return n
}

// end waits until all that was confirmed has come, and says what has become of it.
func (f *traffic) end(t *testing.T) {
	t.Helper()
	until(t, "all that was confirmed", func() bool { return f.missing() == 0 })
	close(f.stop)
	f.ended.Wait()
	f.workers.Wait()
	again := 0
	for _, n := range f.delivered {
		again += n - 1
	}
	t.Logf("confirmed %d, unknown %d, down %d, again %d, lost 0, longest publish %v", f.outcomes[nil], f.outcomes[broker.ErrUnknown], f.outcomes[broker.ErrDown], again, f.longest)
	for err := range f.outcomes {
		if err != nil && err != broker.ErrDown && err != broker.ErrUnknown {
			t.Errorf("a publish ended with %v", err)
		}
	}
}

func TestKilledAndStartedAgain(t *testing.T) {
	node := rabbittest.Own(t)
	s := server(t, node)
	f := newTraffic(queueOf(t, s, aName(), broker.Options{Prefetch: 8}))
	f.begin(t, 2, 2)
	until(t, "messages", func() bool { return f.count(nil) > 100 })
	node.Kill()
	until(t, "a refused message", func() bool { return f.count(broker.ErrDown) > 0 })
	if state := s.State(); state.Connected {
		t.Errorf("the state is %+v", state)
	}
	node.Start(t)
	before := f.count(nil)
	until(t, "messages again", func() bool { return f.count(nil) > before+100 })
	f.end(t)
}

// full is a full queue whose workers hold as much as they may.
type full struct {
	*queue
	lives, crashes broker.Worker
	confirmed      int64
	dead           uint64 // which was given up
}

func newFull(t *testing.T, s *Server, partitions int) *full {
	t.Helper()
	f := &full{queue: queueOf(t, s, aName(), broker.Options{Prefetch: 8, Limit: 20, Partitions: partitions})}
	for name, w := range map[string]*broker.Worker{"lives": &f.lives, "crashes": &f.crashes} {
		var err error
		if *w, err = f.Worker(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	f.await(t, "a full queue with full workers", func(d broker.Depth) bool { return !f.fill(t) && d.InFlight == 16 })
	return f
}

// fill publishes until there is no more room, and tells whether there was any.
func (f *full) fill(t *testing.T) (some bool) {
	t.Helper()
	for ; ; some = true {
		id := uint64(f.confirmed) + 1                                          //nolint:gosec // few
		err := f.Publish(t.Context(), broker.Message{ID: id, Key: uint32(id)}) //nolint:gosec // few
		if errors.Is(err, broker.ErrFull) {
			return some
		}
		if err != nil {
			t.Fatal(err)
		}
		f.confirmed++
	}
}

func (f *full) await(t *testing.T, what string, reached func(broker.Depth) bool) {
	t.Helper()
	var d broker.Depth
	var err error
	defer func() {
		if t.Failed() {
			t.Logf("%s: %+v, %v; confirmed %d", what, d, err, f.confirmed)
		}
	}()
	until(t, what, func() bool {
		d, err = f.Depth(t.Context())
		return err == nil && reached(d)
	})
}

// fewDead tells whether nothing is dead but what was given up. A server that is killed
// right after may have that twice, or not at all: it writes down later.
func (*full) fewDead(d broker.Depth) bool { return d.Dead <= 2 }

// empty receives all that there should be. A queue seems empty also while its last
// message is on its way.
func (f *full) empty(t *testing.T) {
	t.Helper()
	f.await(t, "all to be there", func(d broker.Depth) bool { return d.Ready+d.InFlight >= f.confirmed-1 && f.fewDead(d) })
	seen := make(map[uint64]bool)
	f.await(t, "an empty queue, after all that was in it", func(d broker.Depth) bool {
		for len(f.lives.Deliveries()) > 0 {
			d := next(t, f.lives)
			seen[d.ID] = true
			_ = d.Settle(broker.Ack, 0) // stale: it comes again
		}
		delete(seen, f.dead) // it may come again: the server had not yet written down what became of it
		return d.Ready == 0 && d.InFlight == 0 && f.fewDead(d) && int64(len(seen)) == f.confirmed-1
	})
	f.lives.Close(false)
}

// What workers hold of a full queue is beyond its limit when the server starts again.
// Only what was given up before is dead then.
func TestAFullQueueLosesNothingWhenKilled(t *testing.T) {
	node := rabbittest.Own(t)
	s := server(t, node)
	queues := []*full{newFull(t, s, 0), newFull(t, s, 2)}
	for _, f := range queues {
		d := next(t, f.lives)
		if err := d.Settle(broker.Drop, 0); err != nil {
			t.Fatal(err)
		}
		f.dead = d.ID
		f.await(t, "a dead letter", func(d broker.Depth) bool { return d.Dead == 1 })
	}
	node.Kill()
	for _, f := range queues {
		f.crashes.Close(true)
	}
	until(t, "its loss to be seen", func() bool { return !s.State().Connected })
	node.Start(t)
	for _, f := range queues {
		f.empty(t)
	}
}

func TestFrozenAndContinued(t *testing.T) {
	node := rabbittest.Own(t)
	s := server(t, node)
	f := newTraffic(queueOf(t, s, aName(), broker.Options{Prefetch: 8}))
	f.begin(t, 2, 2)
	until(t, "messages", func() bool { return f.count(nil) > 100 })
	node.Freeze(t)
	time.Sleep(4 * time.Second)
	until(t, "the connection to be taken for lost", func() bool { return !s.State().Connected })
	node.Thaw(t)
	before := f.count(nil)
	until(t, "messages again", func() bool { return f.count(nil) > before+100 })
	f.end(t)
	if f.outcomes[broker.ErrUnknown] == 0 {
		t.Error("a message that was on its way into a frozen server has another outcome than unknown")
	}
}

func TestConformanceOfReconnecting(t *testing.T) {
	node := rabbittest.Find(t)
	t.Run("the server is killed", func(t *testing.T) {
		node := rabbittest.Own(t)
		conformance.Cut(t, server(t, node), node.Kill, func() { node.Start(t) })
	})
	t.Run("the connection is cut", func(t *testing.T) {
		at := address(t, node.URL())
		p := newProxy(t, at.Host)
		at.Host = p.listener.Addr().String()
		s, err := Connect(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		conformance.Cut(t, s, func() { p.cut(true) }, func() { p.cut(false) })
	})
}

func TestTheConnectionIsCut(t *testing.T) {
	t.Parallel()
	node := rabbittest.Find(t)
	at := address(t, node.URL())
	p := newProxy(t, at.Host)
	at.Host = p.listener.Addr().String()
	s, err := Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	q := queueOf(t, s, aName(), broker.Options{Prefetch: 4})
	w, err := q.Worker(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close(false)
	for id := range uint64(8) {
		if err := q.Publish(t.Context(), broker.Message{ID: id + 1}); err != nil {
			t.Fatal(err)
		}
	}
	held, resting := next(t, w), next(t, w)
	if err := resting.Settle(broker.Retry, time.Hour); err != nil {
		t.Fatal(err)
	}
	until(t, "all that may be out", func() bool { return len(w.Deliveries()) == 2 })
	p.cut(true)
	until(t, "its loss to be seen", func() bool { return !s.State().Connected })
	if err := q.Publish(t.Context(), broker.Message{ID: 9}); !errors.Is(err, broker.ErrDown) {
		t.Errorf("publishing without a connection: %v", err)
	}
	until(t, "what was received to be thrown away", func() bool { return len(w.Deliveries()) == 0 })
	if err := held.Settle(broker.Ack, 0); !errors.Is(err, broker.ErrStale) {
		t.Errorf("settling what was held: %v", err)
	}
	p.cut(false)
	seen := make(map[uint64]bool)
	for len(seen) < 8 {
		d := next(t, w)
		if seen[d.ID] || d.Settle(broker.Ack, 0) != nil {
			t.Errorf("message %d: seen before: %v", d.ID, seen[d.ID])
		}
		seen[d.ID] = true
	}
	until(t, "an empty queue", func() bool {
		d, err := q.Depth(t.Context())
		return err == nil && d.Ready == 0 && d.InFlight == 0
	})
	until(t, "all connections again", func() bool { state := s.State(); return state.Connected && state.Trouble == "" })
}

// short has a server be short of memory or of disk, until the test is over or it is
// told to be well.
func short(t *testing.T, node rabbittest.Node, of string) (well func()) {
	t.Helper()
	is := map[string][]string{"memory": {"set_vm_memory_high_watermark", "absolute", "1MB"}, "disk": {"set_disk_free_limit", "1000000GB"}}
	was := map[string][]string{"memory": {"set_vm_memory_high_watermark", "0.4"}, "disk": {"set_disk_free_limit", "50MB"}}
	node.Ctl(t, is[of]...)
	well = sync.OnceFunc(func() { node.Ctl(t, was[of]...) })
	t.Cleanup(well)
	return well
}

func TestShortOfMemory(t *testing.T) {
	node := rabbittest.Own(t)
	s := server(t, node)
	f := newTraffic(queueOf(t, s, aName(), broker.Options{Prefetch: 8}))
	well := short(t, node, "memory")
	f.begin(t, 2, 2)
	until(t, "the server to say so", func() bool { return strings.Contains(s.State().Blocked, "memory") })
	until(t, "a message that was not sent", func() bool { return f.count(broker.ErrDown) > 0 })
	if _, err := f.queue.Depth(t.Context()); err != nil {
		t.Errorf("the depth meanwhile: %v", err)
	}
	if !s.State().Connected {
		t.Errorf("the state is %+v", s.State())
	}
	well()
	before := f.count(nil)
	until(t, "messages again", func() bool { return f.count(nil) > before+50 })
	if blocked := s.State().Blocked; blocked != "" {
		t.Errorf("it says still: %s", blocked)
	}
	f.end(t)
}
