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
	folder, err := os.MkdirTemp("", "duet-roots-")
	if err == nil {
		err = trust(folder)
	}
	if err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(rabbittest.Main{Tests: m}, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(folder)
		os.Exit(code)
	}))
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
