package kafka

import (
	"context"
	"os"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/goleak"

	"duet/engine/broker"
	"duet/engine/broker/conformance"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a broker in this process that speaks Kafka's protocol. It is not Kafka.
func fake(t testing.TB, options ...kfake.Opt) broker.Address {
	t.Helper()
	cluster, err := kfake.NewCluster(append([]kfake.Opt{
		kfake.NumBrokers(1), kfake.BrokerConfigs(map[string]string{"group.min.session.timeout.ms": "1000"}),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return broker.Address{Scheme: "kafka", Host: cluster.ListenAddrs()[0]}
}

// connected is a server that is closed with the test.
func connected(t testing.TB, at broker.Address) *Server {
	t.Helper()
	s, err := Connect(context.Background(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestConformanceOfAFake(t *testing.T) {
	conformance.Test(t, connected(t, fake(t)))
}

func TestConformance(t *testing.T) {
	url := os.Getenv("DUET_KAFKA_URL")
	if url == "" {
		t.Skip("no DUET_KAFKA_URL")
	}
	at, err := broker.ParseAddress(url, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	conformance.Test(t, connected(t, at))
}
