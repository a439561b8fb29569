package jetstream

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"

	"duet/engine/broker"
	"duet/engine/broker/conformance"
)

func TestMain(m *testing.M) {
	conformance.AtOnce()
	goleak.VerifyTestMain(m)
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

// elsewhere is a server with a login, on a port of this machine.
func elsewhere(t *testing.T) (at broker.Address) {
	t.Helper()
	inner, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
		Username: "duet", Password: "not for you",
	})
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
	return broker.Address{Scheme: "nats", Host: inner.Addr().String(), User: "duet", Password: "not for you"}
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

func TestWrongAddresses(t *testing.T) {
	at := elsewhere(t)
	for name, c := range map[string]struct {
		change func(*broker.Address)
		want   string
	}{
		"scheme":   {func(a *broker.Address) { a.Scheme = "http" }, "scheme"},
		"password": {func(a *broker.Address) { a.Password = "a guess" }, "uthorization"},
		"port":     {func(a *broker.Address) { a.Host = "127.0.0.1:1" }, "127.0.0.1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := at
			c.change(&wrong)
			s, err := Connect(context.Background(), wrong)
			if err == nil {
				s.Close()
				t.Fatal("it connected")
			}
			if text := err.Error(); !strings.Contains(text, c.want) || strings.Contains(text, wrong.Password) {
				t.Errorf("the error is %q", text)
			}
		})
	}
}
