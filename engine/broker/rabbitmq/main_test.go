//go:build unix

package rabbitmq

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"duet/engine/broker"
	"duet/engine/broker/conformance"
	"duet/engine/broker/rabbitmq/rabbittest"
)

func TestMain(m *testing.M) {
	conformance.AtOnce()
	goleak.VerifyTestMain(conformance.Encrypted{Tests: rabbittest.Main{Tests: m}})
}

// server connects to a node's server.
func server(t testing.TB, node rabbittest.Node) *Server {
	t.Helper()
	s, err := Connect(t.Context(), address(t, node.URL()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func address(t testing.TB, url string) broker.Address {
	t.Helper()
	at, err := broker.ParseAddress(url, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance.Test(t, server(t, rabbittest.Find(t)))
}
