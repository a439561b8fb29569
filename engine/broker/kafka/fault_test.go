package kafka

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"duet/engine/broker"
	"duet/engine/broker/kafka/kafkatest"
)

// mortal is a broker that can be killed and started again with what it had.
type mortal struct {
	at      broker.Address
	kill    func()
	restart func()
}

func mortalFake(t *testing.T) mortal {
	folder, port := t.TempDir(), 0
	var cluster *kfake.Cluster
	start := func() {
		var err error
		cluster, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port), kfake.DataDir(folder), kfake.SyncWrites(),
			kfake.BrokerConfigs(map[string]string{"group.min.session.timeout.ms": "1000"}))
		if err != nil {
			t.Fatal(err)
		}
	}
	start()
	t.Cleanup(func() { cluster.Close() })
	_, text, _ := net.SplitHostPort(cluster.ListenAddrs()[0])
	port, _ = strconv.Atoi(text)
	return mortal{broker.Address{Scheme: scheme, Host: cluster.ListenAddrs()[0]}, func() { cluster.Close() }, start}
}

// awaits waits for the state of a connection.
func awaits(t *testing.T, s *Server, connected bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	for s.State().Connected != connected {
		if !broker.Wait(ctx, 10*time.Millisecond) {
			t.Fatalf("the state is %+v", s.State())
		}
	}
}

// outcomes are what became of messages that were published.
type outcomes struct {
	ok, down, unknown atomic.Int64

	mu        sync.Mutex
	confirmed []uint64
	longest   time.Duration
}

// publishes publishes messages one after another, each of them once, until so many in
// all are confirmed.
func (o *outcomes) publishes(t *testing.T, q broker.Queue, next *atomic.Uint64, n int64) {
	for o.ok.Load() < n && t.Context().Err() == nil {
		id := next.Add(1)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		start := time.Now()
		err := q.Publish(ctx, broker.Message{ID: id, Key: uint32(id)}) //nolint:gosec // small
		took := time.Since(start)
		cancel()
		switch {
		case err == nil:
			o.ok.Add(1)
			o.mu.Lock()
			o.confirmed = append(o.confirmed, id)
			o.mu.Unlock()
		case errors.Is(err, broker.ErrDown):
			o.down.Add(1)
			broker.Wait(t.Context(), 5*time.Millisecond)
		case errors.Is(err, broker.ErrUnknown):
			o.unknown.Add(1)
		default:
			t.Errorf("message %d: %v", id, err)
		}
		o.mu.Lock()
		o.longest = max(o.longest, took)
		o.mu.Unlock()
	}
}

// What dies is alone with its test.
func TestWhatIsConfirmedSurvivesTheBroker(t *testing.T) {
	n := kafkatest.Own(t)
	survives(t, mortal{n.Address(), n.Kill, func() { n.Start(t) }})
}

func TestWhatIsConfirmedSurvivesTheFake(t *testing.T) {
	t.Parallel()
	survives(t, mortalFake(t))
}

// survives kills a broker while messages go through it, and starts it again.
func survives(t *testing.T, m mortal) {
	const n = 2000
	s := connected(t, m.at)
	q := queued(t, s, broker.Options{Prefetch: 8, Partitions: 4})
	a := &arrivals{first: make(map[uint64]bool), last: make(map[uint32]uint64)}
	for id := range 4 {
		defer a.works(t, q, strconv.Itoa(id))(true)
	}
	var o outcomes
	var next atomic.Uint64
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() { o.publishes(t, q, &next, n) })
	}
	for o.ok.Load() < n/4 {
		broker.Wait(t.Context(), time.Millisecond)
	}
	m.kill()
	awaits(t, s, false)
	if state := s.State(); state.Trouble == "" {
		t.Errorf("the broker is dead, and the state is %+v", state)
	}
	if err := q.Publish(t.Context(), broker.Message{ID: next.Add(1)}); !errors.Is(err, broker.ErrDown) {
		t.Errorf("publishing without a broker: %v", err)
	}
	if _, err := q.Depth(t.Context()); err == nil {
		t.Error("a broker that is dead says how much it has")
	}
	m.restart()
	awaits(t, s, true)
	running.Wait()
	until(t, q, "nothing", func(d broker.Depth) bool { return d.Ready == 0 && d.InFlight == 0 })
	lost := 0
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range o.confirmed {
		if !a.first[id] {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d confirmed messages were lost", lost, len(o.confirmed))
	}
	t.Logf("%d confirmed, %d down, %d unknown; %d deliveries of %d messages; longest publish %v",
		o.ok.Load(), o.down.Load(), o.unknown.Load(), a.all, len(a.first), o.longest)
}

func TestABrokerFreezes(t *testing.T) {
	n := kafkatest.Own(t)
	s := connected(t, n.Address())
	q := queued(t, s, broker.Options{Prefetch: 8})
	sent(t, q, 1, 10, 1)
	w := joined(t, q, "a")
	missing := make(map[uint64]bool)
	for id := range uint64(10) {
		missing[id+1] = true
	}
	take := func() {
		d := received(t, w)
		delete(missing, d.ID)
		_ = d.Settle(broker.Ack, 0) // one that is stale comes again
	}
	for range 5 {
		take()
	}
	n.Freeze(t)
	thaw := sync.OnceFunc(func() { n.Thaw(t) })
	defer thaw()
	last := uint64(10)
	for err := error(nil); err == nil; { // it may have had an answer under way
		last++
		missing[last] = true
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		err = q.Publish(ctx, broker.Message{ID: last})
		cancel()
		if err != nil {
			delete(missing, last) // it may come or not
			if !errors.Is(err, broker.ErrUnknown) && !errors.Is(err, broker.ErrDown) {
				t.Errorf("publishing to a frozen broker: %v", err)
			}
		}
	}
	awaits(t, s, false)
	t.Log(s.State().Trouble)
	broker.Wait(t.Context(), 2*time.Second) // long enough for all requests to be given up
	thaw()
	awaits(t, s, true)
	sent(t, q, last+1, 10, 1)
	for id := range uint64(10) {
		missing[last+1+id] = true
	}
	for len(missing) > 0 {
		take()
	}
	until(t, q, "nothing", func(d broker.Depth) bool { return d.Ready == 0 && d.InFlight == 0 })
}
