package rabbitmq

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"duet/engine/broker"
)

// How long things may take. A server that says nothing for one and a half heartbeats
// is taken for gone.
const (
	ready     = 2 * time.Second // to connect, with login
	heartbeat = 2 * time.Second
	parting   = time.Second // to say goodbye
)

// ports are those that a scheme stands for.
var ports = map[string]string{"amqp": "5672", "amqps": "5671"}

// dialler makes connections to one server, all with one login.
type dialler struct{ at broker.Address }

// newDialler fills in what an address leaves out.
func newDialler(at broker.Address) (*dialler, error) {
	port, ok := ports[at.Scheme]
	if !ok {
		return nil, fmt.Errorf("%s: a RabbitMQ server has the scheme amqp or amqps", at.Shown())
	}
	if host, given, err := net.SplitHostPort(at.Host); err == nil {
		at.Host = net.JoinHostPort(host, cmp.Or(given, port))
	} else {
		at.Host = net.JoinHostPort(trimBrackets(at.Host), port)
	}
	if at.User == "" {
		at.User, at.Password = "guest", cmp.Or(at.Password, "guest") // what a new server has
	}
	at.Path = cmp.Or(at.Path, "/")
	return &dialler{at}, nil
}

// trimBrackets takes the brackets off an IPv6 address.
func trimBrackets(host string) string {
	if n := len(host); n > 1 && host[0] == '[' && host[n-1] == ']' {
		return host[1 : n-1]
	}
	return host
}

// shown is the address without its login, and with the virtual host if it is not the
// usual one.
func (d *dialler) shown() string {
	if d.at.Path == "/" {
		return d.at.Shown()
	}
	return d.at.Shown() + "/" + d.at.Path
}

// wire is one connection, for as long as it lasts.
type wire struct {
	conn *amqp.Connection
	net  net.Conn
	over chan struct{} // closed when it is lost or closed

	mu  sync.Mutex
	why error
}

// dial makes a connection that the server shows under a name. The error is a
// sentence.
func (d *dialler) dial(ctx context.Context, name string) (*wire, error) {
	ctx, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	conn, err := d.reach(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.shown(), err)
	}
	// The handshake knows of no ctx.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	properties := amqp.NewConnectionProperties()
	properties.SetClientConnectionName(name)
	c, err := amqp.Open(conn, amqp.Config{
		SASL:  []amqp.Authentication{&login{amqp.PlainAuth{Username: d.at.User, Password: d.at.Password}, properties}},
		Vhost: d.at.Path, Heartbeat: heartbeat, Properties: properties, Locale: "en_US",
	})
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%s: %w", d.shown(), d.sentence(err, ctx.Err() != nil))
	}
	w := &wire{conn: c, net: conn, over: make(chan struct{})}
	closed := c.NotifyClose(make(chan *amqp.Error, 1))
	go func() {
		defer close(w.over)
		if err := <-closed; err != nil {
			w.mu.Lock()
			w.why = errors.New(d.at.HideText(err.Reason))
			w.mu.Unlock()
			for range closed { // until it is closed everywhere
			}
		}
	}()
	return w, nil
}

// login is user and password. With it goes a wish that the library does not know: to
// be told at once that it is refused, and not by a connection that is closed after 3 s.
type login struct {
	amqp.PlainAuth
	properties amqp.Table // that will be sent
}

// Response implements [amqp.Authentication].
func (l *login) Response() string {
	if wishes, ok := l.properties["capabilities"].(amqp.Table); ok {
		wishes["authentication_failure_close"] = true
	}
	return l.PlainAuth.Response()
}

// reach makes the connection below AMQP.
func (d *dialler) reach(ctx context.Context) (net.Conn, error) {
	var plain net.Dialer
	conn, err := plain.DialContext(ctx, "tcp", d.at.Host)
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, errors.New("nobody answers there")
	case err != nil:
		return nil, fmt.Errorf("nobody is there: %w", d.at.Hide(err))
	case d.at.Scheme == "amqp":
		return conn, nil
	}
	host, _, _ := net.SplitHostPort(d.at.Host)
	secret := tls.Client(conn, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12})
	if err := secret.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		if untrusted, ok := broker.Untrusted(err); ok {
			return nil, errors.New(untrusted)
		}
		return nil, fmt.Errorf("the connection cannot be encrypted: %w", d.at.Hide(err))
	}
	return secret, nil
}

// sentence says what is the matter with a login.
func (d *dialler) sentence(err error, late bool) error {
	var said *amqp.Error
	switch {
	case late:
		return errors.New("who is there says nothing: is it a RabbitMQ server, and this its port for " + d.at.Scheme + "?")
	case !errors.As(err, &said):
		return d.at.Hide(err)
	case said.Code == amqp.FrameError || said.Code == amqp.SyntaxError:
		return errors.New("who is there does not speak AMQP: is this the port of RabbitMQ for " + d.at.Scheme + ", " + ports[d.at.Scheme] + " by default?")
	case said.Code == amqp.NotAllowed || errors.Is(err, amqp.ErrVhost):
		return fmt.Errorf("no access to the virtual host %q: %s", d.at.Path, d.reason(said))
	case said.Code == amqp.AccessRefused:
		return fmt.Errorf("the login of user %q is refused: check user and password", d.at.User)
	default:
		return errors.New(d.at.HideText(said.Reason))
	}
}

// lost says why the connection is over, once it is. Nil: it was closed here.
func (w *wire) lost() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.why
}

// isOver tells whether the connection is over.
func (w *wire) isOver() bool {
	select {
	case <-w.over:
		return true
	default:
		return w.conn.IsClosed()
	}
}

// close says goodbye, so that all that was sent has arrived, and waits for the end.
func (w *wire) close() {
	_ = w.conn.CloseDeadline(time.Now().Add(parting)) //nolint:forbidigo // a broker lives in wall time
	w.cut()
}

// cut ends the connection as a crash does, and waits for the end.
func (w *wire) cut() {
	_ = w.net.Close()
	<-w.over
}
