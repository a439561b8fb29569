// Package dial opens brokers of all kinds: it is the one place that knows each of
// them.
package dial

import (
	"context"
	"fmt"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/jetstream"
	"duet/engine/broker/kafka"
	"duet/engine/broker/rabbitmq"
)

// Server connects to the broker of a queue's settings, or starts the one that is
// embedded. It takes at most as long as ctx lets it. A login that the url leaves out
// comes from the environment.
func Server(ctx context.Context, q *engine.Queue, env func(string) string) (broker.Server, error) {
	if engine.Embedded(q.URL) {
		return jetstream.Embedded(q.URL == engine.OnDisk)
	}
	at, err := broker.ParseAddress(q.URL, env)
	if err != nil {
		return nil, err
	}
	switch q.Broker {
	case engine.JetStream:
		return jetstream.Connect(ctx, at)
	case engine.Kafka:
		return kafka.Connect(ctx, at)
	case engine.RabbitMQ:
		return rabbitmq.Connect(ctx, at)
	default:
		return nil, fmt.Errorf("%s: this broker is not known yet", q.Broker)
	}
}
