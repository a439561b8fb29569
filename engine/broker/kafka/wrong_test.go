package kafka

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"duet/engine/broker"
	"duet/engine/broker/conformance"
	"duet/engine/broker/kafka/kafkatest"
)

// secured is what speaks the protocol and wants a login by one mechanism.
func secured(t *testing.T, mechanism string) broker.Address {
	at := fake(t, kfake.EnableSASL(), kfake.Superuser(mechanism, "duet", "not for you"))
	at.User, at.Password = "duet", "not for you"
	return at
}

// encrypted is what speaks the protocol with TLS, and proves who it is by a certificate.
func encrypted(t *testing.T, c tls.Certificate) broker.Address {
	t.Helper()
	at := fake(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12}))
	at.Scheme = schemeTLS
	return at
}

// stranger is one with a certificate that nobody trusts.
func stranger(t *testing.T) broker.Address {
	t.Helper()
	c, _, err := conformance.Certify()
	if err != nil {
		t.Fatal(err)
	}
	return encrypted(t, c)
}

// What is encrypted is like everything else: workers have connections of their own.
func TestEncrypted(t *testing.T) {
	t.Parallel()
	s := connected(t, encrypted(t, conformance.Trusted()))
	if !strings.HasPrefix(s.Address(), "kafkas://") {
		t.Errorf("it is at %s", s.Address())
	}
	q := queued(t, s, broker.Options{Prefetch: 1})
	w := joined(t, q, "a")
	if err := q.Publish(t.Context(), broker.Message{ID: 7}); err != nil {
		t.Fatal(err)
	}
	if d := received(t, w); d.ID != 7 {
		t.Errorf("message %d came", d.ID)
	}
}

// silent accepts connections, and says nothing.
func silent(t *testing.T) broker.Address {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is done at once
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return broker.Address{Scheme: scheme, Host: l.Addr().String()}
}

func TestALoginIsProven(t *testing.T) {
	t.Parallel()
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) { connected(t, secured(t, mechanism)) })
	}
	t.Run("Kafka", func(t *testing.T) { connected(t, kafkatest.Own(t).Login()) })
}

// Who may not ask for settings is connected all the same.
func TestWithoutPermission(t *testing.T) {
	t.Parallel()
	at := fake(t, kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("PLAIN", "admin", "admin"), kfake.User("PLAIN", "guest", "for you"))
	at.User, at.Password = "guest", "for you"
	s := connected(t, at)
	if s.session != usualSession {
		t.Errorf("a silent worker is dead after %v", s.session)
	}
	_, err := s.Queue(t.Context(), broker.Name{Run: "r", Lane: "l", Handler: "h"}, broker.Options{Prefetch: 1})
	if err == nil || !strings.Contains(err.Error(), "permission") {
		t.Errorf("making a queue: %v", err)
	}
}

func TestASilentWorkerIsDeadWhenTheBrokerSaysSo(t *testing.T) {
	t.Parallel()
	for minimum, want := range map[string]time.Duration{"1000": session, "3000": session, "9000": 9 * time.Second} {
		at := fake(t, kfake.BrokerConfigs(map[string]string{"group.min.session.timeout.ms": minimum}))
		if s := connected(t, at); s.session != want {
			t.Errorf("with at least %s ms it is %v", minimum, s.session)
		}
	}
	at := fake(t, kfake.BrokerConfigs(map[string]string{"group.min.session.timeout.ms": "9000"}))
	s := connected(t, at)
	s.session = session // as if it had not said so
	joined(t, queued(t, s, broker.Options{Prefetch: 1}), "a")
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	for !strings.Contains(s.State().Trouble, "group.min.session.timeout.ms") {
		if !broker.Wait(ctx, 10*time.Millisecond) {
			t.Fatalf("the state is %+v", s.State())
		}
	}
}

func TestWrongAddresses(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(nil)
	t.Cleanup(web.Close)
	changed := func(at broker.Address, change func(*broker.Address)) broker.Address {
		change(&at)
		return at
	}
	guess := func(a *broker.Address) { a.Password = "a guess" }
	none := func(a *broker.Address) { a.User, a.Password = "", "" }
	for name, c := range map[string]struct {
		at   func(*testing.T) broker.Address
		want string
	}{
		"scheme":       {func(*testing.T) broker.Address { return broker.Address{Scheme: "http", Host: "localhost"} }, "scheme"},
		"closed port":  {func(*testing.T) broker.Address { return broker.Address{Scheme: scheme, Host: "127.0.0.1:1"} }, "connection refused"},
		"no such host": {func(*testing.T) broker.Address { return broker.Address{Scheme: scheme, Host: "nowhere.invalid"} }, "nowhere.invalid"},
		"web server": {func(*testing.T) broker.Address {
			return broker.Address{Scheme: scheme, Host: web.Listener.Addr().String()}
		}, "no answer"},
		"silence": {silent, "no answer"},
		"TLS to none": {func(t *testing.T) broker.Address {
			return changed(fake(t), func(a *broker.Address) { a.Scheme = schemeTLS })
		}, "TLS"},
		"Kafka: TLS to none": {func(t *testing.T) broker.Address {
			return changed(kafkatest.Own(t).Address(), func(a *broker.Address) { a.Scheme = schemeTLS })
		}, "TLS"},
		"none to TLS": {func(t *testing.T) broker.Address {
			return changed(stranger(t), func(a *broker.Address) { a.Scheme = scheme })
		}, "TLS"},
		"unknown signer":  {stranger, "SSL_CERT_FILE"},
		"password":        {func(t *testing.T) broker.Address { return changed(secured(t, "PLAIN"), guess) }, "check user and password"},
		"scram password":  {func(t *testing.T) broker.Address { return changed(secured(t, "SCRAM-SHA-512"), guess) }, "check user and password"},
		"no login":        {func(t *testing.T) broker.Address { return changed(secured(t, "PLAIN"), none) }, "login"},
		"Kafka: password": {func(t *testing.T) broker.Address { return changed(kafkatest.Own(t).Login(), guess) }, "the login was refused"},
		"Kafka: no login": {func(t *testing.T) broker.Address { return changed(kafkatest.Own(t).Login(), none) }, "login"},
		"Kafka: login for nothing": {func(t *testing.T) broker.Address {
			at := kafkatest.Own(t).Login()
			at.Host = kafkatest.Own(t).Address().Host
			return at
		}, "login"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := c.at(t)
			s, err := Connect(context.Background(), at)
			if err == nil {
				s.Close()
				t.Fatal("it connected")
			}
			text := err.Error()
			t.Log(text)
			if !strings.Contains(text, c.want) || !strings.Contains(text, at.Host) || at.Password != "" && strings.Contains(text, at.Password) || strings.Contains(text, "\n") {
				t.Errorf("the error is %q", text)
			}
		})
	}
}
