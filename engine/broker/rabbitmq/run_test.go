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
func place(t *testing.T, node rabbittest.Node, queue string) trial.Place {
	t.Helper()
	at := address(t, node.URL())
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
			place(t, rabbittest.Find(t), queue).Crashes(t)
		})
	}
}

func TestARunWhileTheServerIsShort(t *testing.T) {
	node := rabbittest.Own(t)
	place(t, node, "prefetch: 4").Blocks(t, func(of string) (release func()) { return short(t, node, of) }, "memory", "disk")
}

func TestARunOutlivesItsBroker(t *testing.T) {
	trial.Long(t)
	node := rabbittest.Own(t)
	place(t, node, "prefetch: 32, capacity: 10000").Outlives(t, node.Kill, func() { node.Start(t) })
}
