package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	"duet/engine/broker"
)

// dialling is how long a connection may take to be made.
const dialling = 2 * time.Second

// link is all connections of one client. They can be cut at once, as they are when a
// process dies: nothing more is said to the broker.
type link struct {
	dialer interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	}

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	cut   bool
}

var errCut = errors.New("the connections were cut")

// newLink is a link to the broker at an address, with TLS if its scheme asks for it:
// the server must prove who it is then.
func newLink(at broker.Address) *link {
	l := &link{conns: make(map[net.Conn]struct{})}
	plain := &net.Dialer{Timeout: dialling}
	if l.dialer = plain; at.Scheme == schemeTLS {
		l.dialer = &tls.Dialer{NetDialer: plain, Config: &tls.Config{MinVersion: tls.VersionTLS12}}
	}
	return l
}

// dial makes a connection for the client.
func (l *link) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := l.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		_ = conn.Close()
		return nil, errCut
	}
	l.conns[conn] = struct{}{}
	return &linked{Conn: conn, link: l}, nil
}

// sever cuts all connections, and lets none be made any more.
func (l *link) sever() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for conn := range l.conns {
		_ = conn.Close()
	}
	clear(l.conns)
}

// linked is a connection that its link knows while it is open.
type linked struct {
	net.Conn
	link *link
}

// Close implements [net.Conn].
func (c *linked) Close() error {
	c.link.mu.Lock()
	delete(c.link.conns, c.Conn)
	c.link.mu.Unlock()
	return c.Conn.Close()
}
