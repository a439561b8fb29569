package jetstream

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"duet/engine/broker"
	"duet/engine/broker/conformance"
)

// encrypted has a server prove who it is by a certificate.
func encrypted(c tls.Certificate) func(*server.Options) {
	return func(o *server.Options) {
		o.TLS, o.TLSConfig = true, &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12}
	}
}

// What is encrypted is like everything else: workers have connections of their own.
func TestEncrypted(t *testing.T) {
	t.Parallel()
	at := elsewhere(t, encrypted(conformance.Trusted()))
	at.Scheme = "tls"
	s, err := Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if state, err := s.conn.TLSConnectionState(); err != nil || !state.HandshakeComplete || !strings.HasPrefix(s.Address(), "tls://") {
		t.Errorf("%s: %v", s.Address(), err)
	}
	conformance.Test(t, s)
}

func TestWrongAddresses(t *testing.T) {
	t.Parallel()
	at := elsewhere(t)
	page := httptest.NewServer(nil)
	t.Cleanup(page.Close)
	mute, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is done at once
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	unknown, _, err := conformance.Certify()
	if err != nil {
		t.Fatal(err)
	}
	stranger := elsewhere(t, encrypted(unknown))
	without := elsewhere(t, func(o *server.Options) { o.JetStream = false })
	for name, c := range map[string]struct {
		change func(*broker.Address)
		want   string
	}{
		"scheme":                     {func(a *broker.Address) { a.Scheme = "http" }, "has the scheme nats or tls"},
		"password":                   {func(a *broker.Address) { a.Password = "a guess" }, `the login of user "duet" is refused: check user and password`},
		"user":                       {func(a *broker.Address) { a.User = "stranger" }, `the login of user "stranger" is refused`},
		"no login":                   {func(a *broker.Address) { a.User, a.Password = "", "" }, "it wants a login"},
		"token":                      {func(a *broker.Address) { a.User, a.Password = "a token", "" }, "the token is refused"},
		"port":                       {func(a *broker.Address) { a.Host = "127.0.0.1:1" }, "127.0.0.1:1: nobody is there"},
		"host":                       {func(a *broker.Address) { a.Host = "nowhere.invalid:4222" }, "nowhere.invalid"},
		"port of a page":             {func(a *broker.Address) { a.Host = page.Listener.Addr().String() }, "is it a NATS server"},
		"says nothing":               {func(a *broker.Address) { a.Host = mute.Addr().String() }, "is it a NATS server"},
		"plain, not TLS":             {func(a *broker.Address) { a.Scheme = "tls" }, "it does not speak TLS there"},
		"without JetStream":          {func(a *broker.Address) { a.Host = without.Host }, "no JetStream for this login"},
		"whom nobody trusts":         {func(a *broker.Address) { *a = stranger; a.Scheme = "tls" }, "SSL_CERT_FILE"},
		"whom nobody trusts, either": {func(a *broker.Address) { *a = stranger }, "SSL_CERT_FILE"},
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
			t.Log(text)
			if !strings.Contains(text, c.want) || !strings.Contains(text, wrong.Host) || strings.Contains(text, "\n") {
				t.Errorf("the error is %q", text)
			}
			if told := wrong.Password; told != "" && strings.Contains(text, told) || strings.Contains(text, "a token") {
				t.Errorf("there is a secret in %q", text)
			}
		})
	}
}

// A user without a password is a token, as in NATS's own addresses, and is not shown.
func TestToken(t *testing.T) {
	t.Parallel()
	at := elsewhere(t, func(o *server.Options) { o.Username, o.Password, o.Authorization = "", "", secret })
	at.User, at.Password = secret, ""
	s, err := Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.wrong(errors.New("no " + secret + " here")); strings.Contains(err.Error(), secret) {
		t.Error(err)
	}
	if text := s.sentence(nats.ErrPermissionViolation); !strings.HasPrefix(text, "who has this token may not do this") {
		t.Error(text)
	}
}

// may is a user who may publish and subscribe so much.
func may(publish, subscribe *server.SubjectPermission) *server.Permissions {
	return &server.Permissions{Publish: publish, Subscribe: subscribe}
}

func TestWithoutPermission(t *testing.T) {
	t.Parallel()
	only := func(subjects ...string) *server.SubjectPermission { return &server.SubjectPermission{Allow: subjects} }
	but := func(subjects ...string) *server.SubjectPermission { return &server.SubjectPermission{Deny: subjects} }
	rights := map[string]struct {
		*server.Permissions
		want string // empty: it is enough
	}{
		"enough":         {may(only("$JS.API.>", "$JS.ACK.>", "duet.>"), only("_INBOX.>", "duet.>")), ""},
		"no answers":     {may(nil, but("_INBOX.>")), "subscription to"},
		"not to create":  {may(but("$JS.API.STREAM.CREATE.>"), nil), "$js.api.stream.create."},
		"not to consume": {may(but("$JS.API.CONSUMER.MSG.NEXT.>"), nil), "$js.api.consumer.msg.next."},
		"not to settle":  {may(but("$JS.ACK.>"), nil), "$js.ack."},
		"not to publish": {may(but("duet.>"), nil), `publish to "duet.`},
		"not to see":     {may(nil, but("duet.>")), `subscription to "duet.`},
	}
	at := elsewhere(t, func(o *server.Options) {
		o.Username, o.Password = "", ""
		for name, r := range rights {
			o.Users = append(o.Users, &server.User{Username: name, Password: secret, Permissions: r.Permissions})
		}
	})
	for name, r := range rights {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			at := at
			at.User = name
			s, err := Connect(t.Context(), at)
			if err == nil {
				defer s.Close()
				var q broker.Queue
				name := aName()
				if q, err = s.Queue(t.Context(), name, broker.Options{Prefetch: 1, Partitions: 2}); err == nil {
					err = q.Close(t.Context())
				}
				if all, listed := s.Created(t.Context()); listed != nil || slices.Contains(all, name) {
					t.Errorf("it was left behind: %v", listed)
				}
			}
			t.Log(time.Since(began).Round(time.Millisecond), err)
			if r.want == "" {
				if err != nil {
					t.Errorf("it is enough, and yet: %v", err)
				}
				return
			}
			if err == nil {
				t.Fatal("nobody said no")
			}
			text := strings.ToLower(err.Error())
			if !strings.Contains(text, `user "`+name+`" may not do this`) || !strings.Contains(text, r.want) || strings.Contains(text, secret) || strings.Contains(text, "\n") {
				t.Errorf("the error is %q", text)
			}
		})
	}
}

// Rights that are taken away later make a broker that takes no messages.
func TestPublishingIsForbiddenLater(t *testing.T) {
	t.Parallel()
	s, err := Connect(t.Context(), elsewhere(t, func(o *server.Options) {
		o.Username, o.Password = "", ""
		o.Users = []*server.User{{Username: "duet", Password: secret, Permissions: may(&server.SubjectPermission{Deny: []string{"duet.x"}}, nil)}}
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.conn.Publish("duet.x", nil); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(time.Minute); s.State().Blocked == ""; time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("nobody says so: %+v", s.State())
		}
	}
	if st := s.State(); !st.Connected || !strings.Contains(st.Blocked, `user "duet" may not do this`) {
		t.Errorf("the state is %+v", st)
	}
	if s.is(true, nil); s.State().Blocked != "" {
		t.Errorf("it is blocked over another connection: %+v", s.State())
	}
}

func TestWhatAnEarlierRunLeftIsNotTakenOver(t *testing.T) {
	t.Parallel()
	s, err := Embedded(false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	name := aName()
	q, err := s.Queue(t.Context(), name, broker.Options{Prefetch: 1, Limit: 5, Partitions: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Publish(t.Context(), broker.Message{ID: 1}); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]broker.Options{
		"with other settings": {Prefetch: 1, Limit: 6, Partitions: 2},
		"is in use":           {Prefetch: 1, Limit: 5, Partitions: 2},
	} {
		if _, err := s.Queue(t.Context(), name, o); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "duet broker clean") {
			t.Errorf("%v instead of: %s", err, want)
		}
	}
	if _, err := s.Attach(t.Context(), name, broker.Options{Prefetch: 1, Limit: 5, Partitions: 3}); err == nil || !strings.Contains(err.Error(), "other settings") {
		t.Errorf("joined with other partitions: %v", err)
	}
	if d, err := q.Depth(t.Context()); err != nil || d.Ready != 1 {
		t.Errorf("it holds %+v, %v", d, err)
	}
	if err := q.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
