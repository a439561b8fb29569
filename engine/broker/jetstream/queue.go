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
	options  broker.Options
	subject  string
	stream   string
	joined   bool // somebody else has made it
	consumer jetstream.Consumer
	dead     jetstream.Stream
}

// parts is what stands between the parts of a stream's name.
const parts = "-"

// What is appended to the name of a stream, and to its subject, for its dead letters.
const deadStream, deadSubject = parts + "dead", ".dead"

func (s *Server) queue(name broker.Name, o broker.Options) *queue {
	return &queue{server: s, options: o, subject: name.String(), stream: name.Join(parts)}
}

// Queue implements [broker.Server].
func (s *Server) Queue(ctx context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	q := s.queue(name, o)
	if o.Partitions > 0 {
		return nil, q.wrong(errors.New("a work queue keeps no order of keys"))
	}
	limit := int64(-1)
	if o.Limit > 0 {
		limit = int64(o.Limit)
	}
	_, err := s.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: q.stream, Subjects: []string{q.subject}, Retention: jetstream.WorkQueuePolicy, Storage: s.storage,
		MaxMsgs: limit, Discard: jetstream.DiscardNew,
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
	q.dead, err = s.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: q.stream + deadStream, Subjects: []string{q.subject + deadSubject}, Storage: s.storage,
	})
	if err != nil {
		return nil, errors.Join(q.wrong(err), q.Close(ctx))
	}
	return q, nil
}

// Attach implements [broker.Server].
func (s *Server) Attach(ctx context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	q := s.queue(name, o)
	q.joined = true
	var err error
	if q.consumer, err = s.js.Consumer(ctx, q.stream, consumer); err != nil {
		return nil, q.wrong(err)
	}
	if q.dead, err = s.js.Stream(ctx, q.stream+deadStream); err != nil {
		return nil, q.wrong(err)
	}
	return q, nil
}

// Created implements [broker.Server].
func (s *Server) Created(ctx context.Context) (all []broker.Name, err error) {
	names := s.js.StreamNames(ctx)
	for text := range names.Name() {
		if name, ok := broker.ParseName(text, parts); ok {
			all = append(all, name)
		}
	}
	if err := names.Err(); err != nil {
		return nil, fmt.Errorf("%s: %s", s.address, s.hide(err.Error()))
	}
	return all, nil
}

// Delete implements [broker.Server].
func (s *Server) Delete(ctx context.Context, name broker.Name) error {
	return s.queue(name, broker.Options{}).delete(ctx)
}

// delete removes the queue, its dead letters first: what is listed is the queue.
func (q *queue) delete(ctx context.Context) error {
	for _, stream := range []string{q.stream + deadStream, q.stream} {
		if err := q.server.js.DeleteStream(ctx, stream); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
			return q.wrong(err)
		}
	}
	return nil
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
	data := binary.BigEndian.AppendUint64(make([]byte, 0, idBytes+len(m.Body)), m.ID)
	data = append(data, m.Body...)
	if q.options.Unconfirmed {
		if err := q.server.conn.Publish(q.subject, data); err != nil {
			return broker.ErrDown
		}
		return nil
	}
	_, err := q.server.js.Publish(ctx, q.subject, data,
		jetstream.WithMsgID(strconv.FormatUint(m.ID, 36)), jetstream.WithRetryAttempts(0))
	switch refused := new(jetstream.APIError); {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrConnectionReconnecting), errors.Is(err, nats.ErrReconnectBufExceeded):
		return broker.ErrDown
	case errors.Is(err, jetstream.ErrNoStreamResponse), errors.Is(err, nats.ErrNoResponders):
		return q.silent(ctx)
	case errors.As(err, &refused) && refused.ErrorCode == noRoom:
		return broker.ErrFull
	case errors.As(err, &refused):
		return broker.ErrDown // it is there, and cannot just now
	default:
		return broker.ErrUnknown
	}
}

// noRoom is the code of the server's error when a message could not be stored: there
// are as many as there may be, or there is no room whichever room that is.
const noRoom = 10077

// silent tells why nobody has answered a message: the stream is gone, or not yet back
// after the server has started.
func (q *queue) silent(ctx context.Context) error {
	if _, err := q.server.js.Stream(ctx, q.stream); errors.Is(err, jetstream.ErrStreamNotFound) {
		return broker.ErrGone
	}
	return broker.ErrDown
}

// Depth implements [broker.Queue].
func (q *queue) Depth(ctx context.Context) (broker.Depth, error) {
	info, err := q.consumer.Info(ctx)
	switch {
	case errors.Is(err, jetstream.ErrConsumerNotFound), errors.Is(err, jetstream.ErrStreamNotFound):
		return broker.Depth{}, broker.ErrGone
	case err != nil:
		return broker.Depth{}, q.wrong(err)
	}
	dead, err := q.dead.Info(ctx)
	if err != nil {
		return broker.Depth{}, q.wrong(err)
	}
	return broker.Depth{Ready: int64(info.NumPending), InFlight: int64(info.NumAckPending), Dead: int64(dead.State.Msgs)}, nil //nolint:gosec // far below
}

// Close implements [broker.Queue].
func (q *queue) Close(ctx context.Context) error {
	if q.joined {
		return nil
	}
	return q.delete(ctx)
}
