package jetstream

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"

	"duet/engine/broker"
	"duet/engine/broker/conformance"
)

func TestMain(m *testing.M) {
	conformance.AtOnce()
	goleak.VerifyTestMain(conformance.Encrypted{Tests: m})
}

func TestEmbedded(t *testing.T) {
	for name, onDisk := range map[string]bool{"in memory": false, "on disk": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Embedded(onDisk)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			conformance.Test(t, s)
		})
	}
}

// TestCut ends the embedded server, and starts it again.
func TestCut(t *testing.T) {
	s, err := Embedded(true)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conformance.Cut(t, s, s.Crash, func() {
		if err := s.Restart(); err != nil {
			t.Error(err)
		}
	})
}

// What a worker had when its connection was lost for long is somebody else's.
func TestWhatIsHeldLapsesInSilence(t *testing.T) {
	t.Parallel()
	s, err := Embedded(true)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q, err := s.Queue(t.Context(), aName(), broker.Options{Prefetch: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close(context.Background())
	for id := range uint64(4) {
		if err := q.Publish(t.Context(), broker.Message{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	w, err := q.Worker(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close(true)
	late := <-w.Deliveries()
	s.Crash()
	time.Sleep(lease + 2*signEvery)
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	for !w.(*worker).conn.IsConnected() {
		time.Sleep(time.Millisecond)
	}
	if err := late.Settle(broker.Ack, 0); !errors.Is(err, broker.ErrStale) {
		t.Errorf("settling after so long: %v", err)
	}
	for seen := map[uint64]bool{}; len(seen) < 4; {
		select {
		case d := <-w.Deliveries():
			if !d.Redelivered {
				t.Errorf("message %d comes as if for the first time", d.ID)
			}
			seen[d.ID] = d.Settle(broker.Ack, 0) == nil || seen[d.ID]
		case <-time.After(time.Minute):
			t.Fatalf("of four messages these came again: %v", seen)
		}
	}
}

// secret is the password of everybody.
const secret = "not for you"

// elsewhere is a server with a login, on a port of this machine.
func elsewhere(t testing.TB, changes ...func(*server.Options)) (at broker.Address) {
	t.Helper()
	o := &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
		Username: "duet", Password: secret,
	}
	for _, change := range changes {
		change(o)
	}
	inner, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	inner.Start()
	t.Cleanup(func() {
		inner.Shutdown()
		inner.WaitForShutdown()
	})
	if !inner.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server did not start")
	}
	return broker.Address{Scheme: "nats", Host: inner.Addr().String(), User: "duet", Password: secret}
}

func TestElsewhere(t *testing.T) {
	t.Parallel()
	s, err := Connect(t.Context(), elsewhere(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conformance.Test(t, s)
}
