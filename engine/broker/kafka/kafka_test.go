package kafka

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/goleak"

	"duet/engine/broker"
	"duet/engine/broker/conformance"
	"duet/engine/broker/kafka/kafkatest"
)

func TestMain(m *testing.M) {
	conformance.AtOnce()
	goleak.VerifyTestMain(conformance.Encrypted{Tests: kafkatest.Main{Tests: m}})
}

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
	return broker.Address{Scheme: scheme, Host: cluster.ListenAddrs()[0]}
}

// connected is a server that is closed with the test.
func connected(t testing.TB, at broker.Address) *Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	for {
		s, err := Connect(ctx, at)
		if err == nil {
			t.Cleanup(s.Close)
			return s
		}
		if !broker.Wait(ctx, 100*time.Millisecond) { // a machine may be busy
			t.Fatal(err)
		}
	}
}

// most is how long anything may take before a test gives up on it.
const most = time.Minute

// each runs a test with what speaks the protocol, and with Kafka where there is one.
func each(t *testing.T, test func(*testing.T, broker.Address)) {
	t.Run("fake", func(t *testing.T) {
		t.Parallel()
		test(t, fake(t))
	})
	t.Run("Kafka", func(t *testing.T) {
		t.Parallel()
		test(t, kafkatest.Find(t).Address())
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) { conformance.Test(t, connected(t, at)) })
}
