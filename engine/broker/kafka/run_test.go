package kafka

import (
	"context"
	"testing"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/kafka/kafkatest"
	"duet/engine/broker/trial"
)

// place is where a run's queue is in a cluster.
func place(at broker.Address, queue string) trial.Place {
	return trial.Place{Kind: engine.Kafka, Queue: queue, Dial: func(ctx context.Context) (broker.Server, error) {
		return Connect(ctx, at)
	}}
}

func TestARunWithWorkersThatCrash(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, at broker.Address) { place(at, "prefetch: 4").Crashes(t) })
}

func TestARunOutlivesItsBroker(t *testing.T) {
	trial.Long(t)
	n := kafkatest.Own(t)
	place(n.Address(), "prefetch: 32").Outlives(t, n.Kill, func() { n.Start(t) })
}
