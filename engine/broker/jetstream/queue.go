package jetstream

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
)

// consumer is the name of the one consumer of a queue, which all workers share.
const consumer = "workers"

// queue is a work-queue stream: what is acknowledged is gone from it.
type queue struct {
	server   *Server
	subject  string
	stream   string
	prefetch int
	consumer jetstream.Consumer
}

// Queue implements [broker.Server].
func (s *Server) Queue(ctx context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	q := &queue{server: s, subject: name.String(), stream: name.Join("_"), prefetch: o.Prefetch}
	_, err := s.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: q.stream, Subjects: []string{q.subject}, Retention: jetstream.WorkQueuePolicy, Storage: s.storage,
	})
	if err != nil {
		return nil, q.wrong(err)
	}
	q.consumer, err = s.js.CreateConsumer(ctx, q.stream, jetstream.ConsumerConfig{
		Durable: consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: -1,
	})
	if err != nil {
		return nil, errors.Join(q.wrong(err), q.Close(ctx))
	}
	return q, nil
}

// wrong is an error of the queue, without a secret.
func (q *queue) wrong(err error) error {
	return fmt.Errorf("queue %s: %s", q.subject, q.server.hide(err.Error()))
}

// idBytes is how long the number is that a message begins with.
const idBytes = 8

// Publish implements [broker.Queue]. The number of the message is known to the
// server, which for two minutes does not take it twice.
func (q *queue) Publish(ctx context.Context, m broker.Message) error {
	if !q.server.conn.IsConnected() {
		return broker.ErrDown
	}
	data := make([]byte, idBytes, idBytes+len(m.Body))
	binary.BigEndian.PutUint64(data, m.ID)
	_, err := q.server.js.Publish(ctx, q.subject, append(data, m.Body...),
		jetstream.WithMsgID(strconv.FormatUint(m.ID, 36)), jetstream.WithRetryAttempts(0))
	var refused *jetstream.APIError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrConnectionReconnecting), errors.Is(err, nats.ErrReconnectBufExceeded),
		errors.Is(err, jetstream.ErrNoStreamResponse), errors.Is(err, nats.ErrNoResponders):
		return broker.ErrDown
	case errors.As(err, &refused):
		return broker.ErrFull // no room, whichever room that is
	default:
		return broker.ErrUnknown
	}
}

// Depth implements [broker.Queue].
func (q *queue) Depth(ctx context.Context) (broker.Depth, error) {
	info, err := q.consumer.Info(ctx)
	if err != nil {
		return broker.Depth{}, q.wrong(err)
	}
	return broker.Depth{Ready: int64(info.NumPending), InFlight: int64(info.NumAckPending)}, nil //nolint:gosec // far below
}

// Close implements [broker.Queue].
func (q *queue) Close(ctx context.Context) error {
	if err := q.server.js.DeleteStream(ctx, q.stream); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return q.wrong(err)
	}
	return nil
}
