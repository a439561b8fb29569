//go:build unix

package rabbitmq

import (
	"context"
	"testing"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/rabbitmq/rabbittest"
	"duet/engine/broker/trial"
)

// place is where a run's queue is in a node.
func place(t *testing.T, node *rabbittest.Node, queue string) trial.Place {
	t.Helper()
	at := address(t, node.URL)
	return trial.Place{Kind: engine.RabbitMQ, Queue: queue, Dial: func(ctx context.Context) (broker.Server, error) {
		return Connect(ctx, at)
	}}
}

func TestARunWithWorkersThatCrash(t *testing.T) {
	t.Parallel()
	for name, queue := range map[string]string{
		"one queue":  "prefetch: 4",
		"partitions": "prefetch: 4, partitions: 6",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place(t, rabbittest.Start(t), queue).Crashes(t)
		})
	}
}

func TestARunOutlivesItsBroker(t *testing.T) {
	trial.Long(t)
	node := rabbittest.Start(t)
	node.Own(t)
	place(t, node, "prefetch: 32, capacity: 10000").Outlives(t, node.Kill, func() {
		if err := node.Run(); err != nil {
			t.Fatal(err)
		}
	})
}
