// Package jetstream has queues in NATS JetStream: on a server somewhere, or on one
// inside this process.
package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
)

// ready is how long the embedded server may take to start, and a server elsewhere
// to answer.
const ready = 2 * time.Second

// Server is a connection to a JetStream server.
type Server struct {
	dial    func(name string) (*nats.Conn, error)
	conn    *nats.Conn
	js      jetstream.JetStream
	storage jetstream.StorageType
	address string
	user    string // empty: there is none, or a token
	token   bool
	hide    func(string) string
	stop    func() // ends the embedded server

	mu      sync.Mutex
	state   broker.State
	waiting map[context.Context]context.CancelCauseFunc // who waits for an answer
}

var _ broker.Server = (*Server)(nil)

// Connect connects to a server, and finds out whether it has JetStream. With the
// scheme tls the connection is encrypted, and the server must prove who it is. A user
// without a password is a token.
func Connect(ctx context.Context, at broker.Address) (*Server, error) {
	if at.Scheme != "nats" && at.Scheme != "tls" {
		return nil, fmt.Errorf("%s: a JetStream server has the scheme nats or tls", at.Shown())
	}
	token := at.User != "" && at.Password == ""
	if token { // it is as secret as a password
		at.User, at.Password = "", at.User
	}
	s := &Server{storage: jetstream.FileStorage, address: at.Shown(), user: at.User, token: token, stop: func() {}, hide: at.HideText}
	s.dial = func(name string) (*nats.Conn, error) {
		o := s.options(name)
		switch {
		case token:
			o = append(o, nats.Token(at.Password))
		case at.User != "":
			o = append(o, nats.UserInfo(at.User, at.Password))
		}
		return nats.Connect(at.Shown(), o...)
	}
	if err := s.connect(); err != nil {
		return nil, s.wrong(err)
	}
	ctx, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	err := s.permitted(ctx, func(ctx context.Context) error {
		_, err := s.js.AccountInfo(ctx)
		return err
	})
	if errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount) {
		err = errors.New("the server has no JetStream for this login: it is started with -js")
	}
	if err != nil {
		s.Close()
		return nil, s.wrong(err)
	}
	return s, nil
}

// wrong is an error of the server in a sentence, without a secret.
func (s *Server) wrong(err error) error { return fmt.Errorf("%s: %s", s.address, s.sentence(err)) }

// options are those of all connections. What is published while there is none is
// refused, and not kept to be sent some time.
func (s *Server) options(name string) []nats.Option {
	return []nats.Option{
		nats.Name(name), nats.Timeout(ready), nats.MaxReconnects(-1), nats.ReconnectBufSize(-1),
		nats.ReconnectWait(100 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, 200*time.Millisecond),
		nats.PingInterval(time.Second), nats.MaxPingsOutstanding(2), nats.ErrorHandler(s.denied),
	}
}

func (s *Server) connect() (err error) {
	if s.conn, err = s.dial("duet"); err != nil {
		return err
	}
	s.conn.SetDisconnectErrHandler(func(_ *nats.Conn, err error) { s.is(false, err) })
	s.conn.SetReconnectHandler(func(*nats.Conn) { s.is(true, nil) })
	s.is(true, nil)
	s.js, err = jetstream.New(s.conn)
	return err
}

// is notes how the connection is.
func (s *Server) is(connected bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = broker.State{Connected: connected, Since: time.Now()} //nolint:forbidigo // a broker lives in wall time
	if err != nil {
		s.state.Trouble = s.sentence(err)
	}
}

// State implements [broker.Server].
func (s *Server) State() broker.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Capabilities implements [broker.Server].
func (s *Server) Capabilities() broker.Capabilities {
	return broker.Capabilities{
		Limit: true, InOrder: true, Partitions: true, DeadLetters: true, Durable: s.storage == jetstream.FileStorage,
		Back:   "after " + ackWait.String() + " of silence",
		Retry:  "ahead of what is new",
		Cannot: []string{"have more than one message of a partition out at a time"},
	}
}

// Address implements [broker.Server].
func (s *Server) Address() string { return s.address }

// Close implements [broker.Server].
func (s *Server) Close() {
	s.conn.Close()
	s.stop()
}
