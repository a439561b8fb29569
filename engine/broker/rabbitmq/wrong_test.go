//go:build unix

package rabbitmq

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"duet/engine/broker"
	"duet/engine/broker/rabbitmq/rabbittest"
)

func TestWrongAddresses(t *testing.T) {
	t.Parallel()
	at := address(t, rabbittest.Find(t).URL())
	page := httptest.NewServer(nil)
	t.Cleanup(page.Close)
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	for name, c := range map[string]struct {
		change func(*broker.Address)
		want   string
	}{
		"scheme":         {func(a *broker.Address) { a.Scheme = "http" }, "has the scheme amqp or amqps"},
		"password":       {func(a *broker.Address) { a.Password = "a guess" }, `the login of user "guest" is refused`},
		"user":           {func(a *broker.Address) { a.User = "stranger" }, `the login of user "stranger" is refused`},
		"port":           {func(a *broker.Address) { a.Host = "127.0.0.1:1" }, "127.0.0.1:1: nobody is there"},
		"host":           {func(a *broker.Address) { a.Host = "no.such.host.invalid" }, "no.such.host.invalid"},
		"virtual host":   {func(a *broker.Address) { a.Path = "nowhere" }, `no access to the virtual host "nowhere"`},
		"port of a page": {func(a *broker.Address) { a.Host = page.Listener.Addr().String() }, "says nothing"},
		"plain, not TLS": {func(a *broker.Address) { a.Scheme = "amqps" }, "cannot be encrypted"},
		"says nothing":   {func(a *broker.Address) { a.Host = mute.Addr().String() }, "says nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong := at
			c.change(&wrong)
			s, err := Connect(context.Background(), wrong)
			if err == nil {
				s.Close()
				t.Fatal("it connected")
			}
			text := err.Error()
			if !strings.Contains(text, c.want) || strings.Contains(text, "\n") || wrong.Password != "guest" && strings.Contains(text, wrong.Password) {
				t.Errorf("the error is %q", text)
			}
		})
	}
}

func TestWithoutPermission(t *testing.T) {
	t.Parallel()
	node := rabbittest.Own(t)
	at := address(t, node.URL())
	team := at
	team.Path = "team"
	if s, err := Connect(t.Context(), team); err == nil || !strings.Contains(err.Error(), `no access to the virtual host "team"`) {
		s.Close()
		t.Errorf("to the virtual host of others: %v", err)
	}
	at.User, at.Password = "outsider", "outsider"
	s, err := Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = s.Queue(t.Context(), aName(), broker.Options{Prefetch: 1})
	if err == nil || !strings.Contains(err.Error(), `user "outsider" may not do this: permissions`) {
		t.Errorf("the error is %v", err)
	}
}

func aName() broker.Name {
	return broker.Name{Run: broker.NewRun(), Lane: "message", Handler: "charge"}
}

// queueOf makes a queue that is closed with the test.
func queueOf(t testing.TB, s *Server, name broker.Name, o broker.Options) *queue {
	t.Helper()
	q, err := s.Queue(t.Context(), name, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := q.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return q.(*queue)
}

func TestWhatAnEarlierRunLeftIsNotTakenOver(t *testing.T) {
	t.Parallel()
	node := rabbittest.Find(t)
	s, name := server(t, node), aName()
	q := queueOf(t, s, name, broker.Options{Prefetch: 1, Limit: 5})
	_, err := server(t, node).Queue(t.Context(), name, broker.Options{Prefetch: 1, Limit: 6})
	if err == nil || !strings.Contains(err.Error(), "with other settings, left over from an earlier run: duet broker clean removes it") {
		t.Errorf("with another limit: %v", err)
	}
	if err := q.Publish(t.Context(), broker.Message{ID: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err = server(t, node).Queue(t.Context(), name, broker.Options{Prefetch: 1, Limit: 5}); err == nil || !strings.Contains(err.Error(), "is in use") {
		t.Errorf("with the same settings: %v", err)
	}
	all, err := s.Created(t.Context())
	n := 0
	for _, other := range all {
		if other == name {
			n++
		}
	}
	if err != nil || n != 1 {
		t.Errorf("it is listed %d times: %v", n, err)
	}
}

func TestAQueueIsDeletedByOthers(t *testing.T) {
	t.Parallel()
	node := rabbittest.Find(t)
	q := queueOf(t, server(t, node), aName(), broker.Options{Prefetch: 1})
	w, err := q.Worker(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close(false)
	other, err := amqp.Dial(node.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	c, err := other.Channel()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.QueueDelete(q.names[0], false, false, false); err != nil {
		t.Fatal(err)
	}
	if err := q.Publish(t.Context(), broker.Message{ID: 1}); err != broker.ErrGone {
		t.Errorf("publishing: %v", err)
	}
	if _, err := q.Depth(t.Context()); err != broker.ErrGone {
		t.Errorf("the depth: %v", err)
	}
	if _, err := q.Worker(t.Context(), "2"); err != broker.ErrGone {
		t.Errorf("one more worker: %v", err)
	}
}
