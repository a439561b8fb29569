//go:build unix

package rabbitmq

import (
	"context"
	"sync"
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

func TestARunWhileTheServerIsShortOf(t *testing.T) {
	node := rabbittest.Own(t)
	for what, c := range shortages {
		t.Run(what, func(t *testing.T) {
			well := sync.OnceFunc(func() { node.Ctl(t, c.well...) })
			defer well()
			place(t, node, "prefetch: 4").Blocks(t, func() { node.Ctl(t, c.short...) }, well)
		})
	}
}

func TestARunOutlivesItsBroker(t *testing.T) {
	trial.Long(t)
	node := rabbittest.Own(t)
	place(t, node, "prefetch: 32, capacity: 10000").Outlives(t, node.Kill, func() { node.Start(t) })
}
