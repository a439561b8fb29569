package jetstream

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
)

// queue is a work-queue stream: what is acknowledged is gone from it. It has one
// consumer, which all workers share, or one for each partition.
type queue struct {
	server   *Server
	options  broker.Options
	subject  string
	stream   string
	joined   bool // somebody else has made it
	made     jetstream.Stream
	dead     jetstream.Stream
	dealer   dealer
	presence *presence // nil: there are no partitions
}

// parts is what stands between the parts of a stream's name.
const parts = "-"

// What is appended to the name of a stream, and to its subject, for its dead letters, to
// the subject for the number of a partition, and for what processes say of their workers.
const (
	deadStream, deadSubject = parts + "dead", ".dead"
	partSubject             = ".part."
	presentSubject          = ".workers"
)

func (s *Server) queue(name broker.Name, o broker.Options) *queue {
	return &queue{
		server: s, options: o, subject: name.String(), stream: name.Join(parts),
		dealer: dealer{holders: make([]member, o.Partitions)},
	}
}

// consumer is the name of the consumer of a partition, or of the one there is.
func (q *queue) consumer(part int) string {
	if q.options.Partitions == 0 {
		return "workers"
	}
	return "workers" + parts + strconv.Itoa(part)
}

// line is the subject of a partition, or the one there is.
func (q *queue) line(part int) string {
	if q.options.Partitions == 0 {
		return q.subject
	}
	return q.subject + partSubject + strconv.Itoa(part)
}

// Queue implements [broker.Server]. With partitions the limit is that of each.
func (s *Server) Queue(ctx context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	q := s.queue(name, o)
	if err := s.permitted(ctx, q.create); err != nil {
		return nil, q.wrong(err)
	}
	if err := s.permitted(ctx, q.equip); err != nil {
		return nil, errors.Join(q.wrong(err), q.Close(ctx))
	}
	return q, nil
}

// create makes the stream that is the queue.
func (q *queue) create(ctx context.Context) (err error) {
	config := jetstream.StreamConfig{
		Name: q.stream, Subjects: []string{q.subject}, Retention: jetstream.WorkQueuePolicy, Storage: q.server.storage,
		MaxMsgs: -1, Discard: jetstream.DiscardNew,
	}
	limit := int64(q.options.Limit)
	switch {
	case q.options.Partitions > 0:
		config.Subjects = []string{q.subject + partSubject + "*"}
		config.MaxMsgsPerSubject, config.DiscardNewPerSubject = limit, limit > 0
	case limit > 0:
		config.MaxMsgs = limit
	}
	q.made, err = q.server.js.CreateStream(ctx, config)
	if err == nil && q.made.CachedInfo().State.Consumers > 0 {
		return errors.New("there is a queue of this name, and it is in use, or left over from an earlier run: duet broker clean removes it")
	}
	return err
}

// equip makes what belongs to it: consumers, and a stream for what is given up.
func (q *queue) equip(ctx context.Context) (err error) {
	for part := range max(1, q.options.Partitions) {
		if err := q.consume(ctx, part); err != nil {
			return err
		}
	}
	q.dead, err = q.server.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: q.stream + deadStream, Subjects: []string{q.subject + deadSubject}, Storage: q.server.storage,
	})
	if err != nil {
		return err
	}
	return q.open(ctx)
}

// open makes sure that the queue can be used, and begins what it needs.
func (q *queue) open(ctx context.Context) error {
	if err := q.prove(ctx); err != nil || q.options.Partitions == 0 {
		return err
	}
	return q.begin()
}

// consume makes the consumer of a partition. No more than one message of it is out at a
// time: what comes again, however late, does so before what came later. Neither a pinned
// client nor one reader alone would see to that.
func (q *queue) consume(ctx context.Context, part int) error {
	pending := -1
	if q.options.Partitions > 0 {
		pending = 1
	}
	_, err := q.made.CreateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: q.consumer(part), FilterSubject: q.line(part), AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: pending,
	})
	return err
}

// Attach implements [broker.Server].
func (s *Server) Attach(ctx context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	q := s.queue(name, o)
	q.joined = true
	if err := s.permitted(ctx, q.join); err != nil {
		return nil, q.wrong(err)
	}
	return q, nil
}

// join finds what somebody has made. What lacks something may be about to be made: it is
// waited for. If that does not come, somebody has begun to delete it.
func (q *queue) join(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	for {
		whole, err := q.find(ctx)
		switch {
		case err != nil:
			return err
		case whole:
			return q.open(ctx)
		case !broker.Wait(waiting, 10*time.Millisecond):
			return broker.ErrGone
		}
	}
}

// find finds what somebody has made, and tells whether there is all of it.
func (q *queue) find(ctx context.Context) (whole bool, err error) {
	var last error
	q.dead, last = q.server.js.Stream(ctx, q.stream+deadStream) // it is made last, and looked for first
	if q.made, err = q.server.js.Stream(ctx, q.stream); err != nil {
		return false, err
	}
	if errors.Is(last, jetstream.ErrStreamNotFound) {
		return false, nil
	}
	if n, want := q.made.CachedInfo().State.Consumers, max(1, q.options.Partitions); last == nil && n != want {
		return false, fmt.Errorf("it has %d consumers, and not %d: it was made with other settings", n, want)
	}
	return true, last
}

// Created implements [broker.Server].
func (s *Server) Created(ctx context.Context) (all []broker.Name, err error) {
	err = s.permitted(ctx, func(ctx context.Context) error {
		names := s.js.StreamNames(ctx)
		for text := range names.Name() {
			if name, ok := broker.ParseName(text, parts); ok {
				all = append(all, name)
			}
		}
		return names.Err()
	})
	if err != nil {
		return nil, s.wrong(err)
	}
	return all, nil
}

// Delete implements [broker.Server].
func (s *Server) Delete(ctx context.Context, name broker.Name) error {
	return s.queue(name, broker.Options{}).delete(ctx)
}

// delete removes the queue, its dead letters first: what is listed is the queue.
func (q *queue) delete(ctx context.Context) error {
	err := q.server.permitted(ctx, func(ctx context.Context) error {
		for _, stream := range []string{q.stream + deadStream, q.stream} {
			if err := q.server.js.DeleteStream(ctx, stream); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return q.wrong(err)
	}
	return nil
}

// wrong is an error of the queue in a sentence, without a secret.
func (q *queue) wrong(err error) error {
	if isGone(err) {
		return fmt.Errorf("queue %s: %w", q.subject, broker.ErrGone)
	}
	return fmt.Errorf("queue %s: %s", q.subject, q.server.sentence(err))
}

// A message begins with its number and its key, which are so long.
const idBytes, keyBytes = 8, 4

// Publish implements [broker.Queue]. The number of the message is known to the
// server, which for two minutes does not take it twice.
func (q *queue) Publish(ctx context.Context, m broker.Message) error {
	if !q.server.conn.IsConnected() {
		return broker.ErrDown
	}
	data := binary.BigEndian.AppendUint64(make([]byte, 0, idBytes+keyBytes+len(m.Body)), m.ID)
	data = append(binary.BigEndian.AppendUint32(data, m.Key), m.Body...)
	line := q.line(int(m.Key) % max(1, q.options.Partitions))
	if q.options.Unconfirmed {
		if err := q.server.conn.Publish(line, data); err != nil {
			return broker.ErrDown
		}
		return nil
	}
	_, err := q.server.js.Publish(ctx, line, data,
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

// Close implements [broker.Queue].
func (q *queue) Close(ctx context.Context) error {
	if q.presence != nil {
		q.presence.end()
	}
	if q.joined {
		return nil
	}
	return q.delete(ctx)
}
