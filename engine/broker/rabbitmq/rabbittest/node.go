// Package rabbittest gives tests a RabbitMQ server, where there is one: a node of the
// test's own that it can kill, or a server that somebody has named.
package rabbittest

import (
	"context"
	"net"
	"testing"

	"duet/engine/broker/internal/node"
)

var kind = node.Kind{Name: "RabbitMQ", Script: "rabbitmq", There: "find", Variable: "DUET_RABBITMQ_URL", Ready: ready}

// ready tells whether a node listens.
func ready(ctx context.Context, port int) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", node.Address(port))
	if err != nil {
		return err
	}
	return conn.Close()
}

// Node is a RabbitMQ server.
type Node struct{ *node.Node }

// Main runs tests, and ends the node that they have started. It is given to
// goleak.VerifyTestMain.
type Main struct{ Tests interface{ Run() int } }

// Run runs them.
func (m Main) Run() int { return kind.Run(m.Tests) }

// Find is the server of this test binary, which is started when it is asked for the
// first time. Without any the test is skipped.
func Find(t testing.TB) Node {
	t.Helper()
	return Node{kind.Find(t)}
}

// Own is a server that tests may kill.
func Own(t testing.TB) Node {
	t.Helper()
	return Node{kind.Own(t)}
}

// URL is where the server is, with the login.
func (n Node) URL() string {
	if n.Given != "" {
		return n.Given
	}
	return "amqp://guest:guest@" + n.Host(0)
}

// Ctl runs rabbitmqctl on the node.
func (n Node) Ctl(t testing.TB, args ...string) {
	t.Helper()
	n.Tell(t, "ctl", args...)
}
