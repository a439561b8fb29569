// Package kafkatest gives tests an Apache Kafka, where there is one: a node of the
// test's own that it can kill, or a server that somebody has named. What merely speaks
// Kafka's protocol is not among them.
package kafkatest

import (
	"context"
	"os"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"duet/engine/broker"
	"duet/engine/broker/internal/node"
)

var kind = node.Kind{Name: "Apache Kafka", Script: "kafka", There: "jars", Variable: "DUET_KAFKA_URL", Ready: ready}

// ready tells whether a node answers.
func ready(ctx context.Context, port int) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(node.Address(port)))
	if err != nil {
		return err
	}
	defer client.Close()
	return client.Ping(ctx)
}

// Node is a Kafka of one node.
type Node struct{ *node.Node }

// Main runs tests, and ends the node that they have started. It is given to
// goleak.VerifyTestMain.
type Main struct{ Tests interface{ Run() int } }

// Run runs them.
func (m Main) Run() int { return kind.Run(m.Tests) }

// Find is the Kafka of this test binary, which is started when it is asked for the
// first time. Without any the test is skipped.
func Find(t testing.TB) Node {
	t.Helper()
	return Node{kind.Find(t)}
}

// Own is a Kafka that tests may kill.
func Own(t testing.TB) Node {
	t.Helper()
	return Node{kind.Own(t)}
}

// Address is where the node is.
func (n Node) Address() broker.Address {
	if n.Given != "" {
		at, _ := broker.ParseAddress(n.Given, os.Getenv)
		return at
	}
	return broker.Address{Scheme: "kafka", Host: n.Host(0)}
}

// Login is where the node wants a login, with the right one.
func (n Node) Login() broker.Address {
	return broker.Address{Scheme: "kafka", Host: n.Host(2), User: "duet", Password: "not for you"}
}

// URL is where the node is, as a scenario has it.
func (n Node) URL() string {
	if n.Given != "" {
		return n.Given
	}
	return n.Address().Shown()
}
