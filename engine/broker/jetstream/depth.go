package jetstream

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
)

// Depth implements [broker.Queue]. Who reads a partition is what the processes say to
// each other: the server does not know it.
func (q *queue) Depth(ctx context.Context) (d broker.Depth, err error) {
	n := max(1, q.options.Partitions)
	position := make(map[string]int, n)
	for part := range n {
		position[q.consumer(part)] = part
	}
	lags := make([]broker.Partition, q.options.Partitions)
	list := q.made.ListConsumers(ctx) // one question for all of them
	for info := range list.Info() {
		part, ok := position[info.Name]
		if !ok {
			continue
		}
		delete(position, info.Name)
		ready, flying := int64(info.NumPending), int64(info.NumAckPending) //nolint:gosec // far below
		d.Ready += ready
		d.InFlight += flying
		if len(lags) > 0 {
			lags[part].Lag = ready + flying
		}
	}
	if err := list.Err(); err != nil {
		return broker.Depth{}, q.wrong(err)
	}
	if len(position) > 0 {
		return broker.Depth{}, broker.ErrGone
	}
	dead, err := q.dead.Info(ctx)
	if err != nil {
		return broker.Depth{}, q.wrong(err)
	}
	d.Dead = int64(dead.State.Msgs) //nolint:gosec // far below
	if len(lags) > 0 {
		var holders []string
		holders, d.Rebalances = q.dealer.told()
		for i := range lags {
			lags[i].Holder = holders[i]
		}
		d.Partitions = lags
	}
	return d, nil
}

// isGone tells whether it is that there is no such stream or consumer.
func isGone(err error) bool {
	return errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, broker.ErrGone)
}
