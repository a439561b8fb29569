package dial_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/dial"
)

func TestEmbeddedIsDialled(t *testing.T) {
	for url, durable := range map[string]bool{engine.InMemory: false, engine.OnDisk: true} {
		s, err := dial.Server(t.Context(), &engine.Queue{Broker: engine.JetStream, URL: url}, func(string) string { return "" })
		if err != nil {
			t.Fatal(err)
		}
		if _, ours := s.(broker.Mortal); !ours || s.Capabilities().Durable != durable {
			t.Errorf("%s: ours %v, %+v", url, ours, s.Capabilities())
		}
		s.Close()
	}
}

// Whatever is wrong is said in time, without the login.
func TestWrongAddressesAreNotDialled(t *testing.T) {
	const most = 20 * time.Second
	for _, q := range []engine.Queue{
		{Broker: engine.JetStream, URL: "nats://me:s3cret@127.0.0.1:1"},
		{Broker: engine.Kafka, URL: "kafka://me:s3cret@127.0.0.1:1"},
		{Broker: engine.RabbitMQ, URL: "amqp://me:s3cret@127.0.0.1:1"},
		{Broker: engine.JetStream, URL: "no url with s3cret"},
		{Broker: "carrier pigeon", URL: "coo://me:s3cret@loft"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), most)
		s, err := dial.Server(ctx, &q, func(string) string { return "" })
		switch {
		case err == nil:
			s.Close()
			t.Errorf("%s is there", q.Broker)
		case strings.Contains(err.Error(), "s3cret") || ctx.Err() != nil:
			t.Errorf("%s: %v", q.Broker, err)
		}
		cancel()
	}
}
