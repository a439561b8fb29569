package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"duet/engine/broker"
)

// lookAgain is how often it is looked whether a cluster has done something.
const lookAgain = 10 * time.Millisecond

// unordered is how many partitions a queue has when nobody has asked for any. No more
// workers than that have work at the same time.
const unordered = 12

// dead is what is appended to the name of a queue for the topic of its dead letters.
const dead = ".dead"

// again is the header of a record that was published once more.
const again = "duet-again"

// queue is a topic with its consumer group, which has the same name.
type queue struct {
	server     *Server
	options    broker.Options
	topic      string
	partitions int32
	joined     bool // somebody else has made it
	producer   *kgo.Client

	mu         sync.Mutex
	workers    map[*worker]struct{}
	generation int32 // of the group, as last seen by a worker
	group      group
}

func (s *Server) queue(name broker.Name, o broker.Options) (*queue, error) {
	q := &queue{server: s, options: o, topic: name.String(), partitions: unordered, workers: make(map[*worker]struct{})}
	if o.Partitions > 0 {
		q.partitions = int32(o.Partitions) //nolint:gosec // far below
	}
	if o.Limit > 0 {
		return nil, q.wrong(errors.New("a topic of Kafka has no limit: a log takes all"))
	}
	var err error
	q.producer, err = s.producer(o.Unconfirmed)
	return q, err
}

// Queue implements [broker.Server].
func (s *Server) Queue(ctx context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	q, err := s.queue(name, o)
	if err != nil {
		return nil, err
	}
	if err := q.create(ctx); err != nil {
		return nil, q.wrong(err)
	}
	if err := q.appear(ctx); err != nil {
		undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), answer)
		defer cancel()
		return nil, errors.Join(q.wrong(err), q.Close(undo))
	}
	return q, nil
}

// create makes both topics, replicated as the broker does it by itself.
func (q *queue) create(ctx context.Context) error {
	request := kmsg.NewPtrCreateTopicsRequest()
	for topic, partitions := range map[string]int32{q.topic: q.partitions, q.topic + dead: 1} {
		t := kmsg.NewCreateTopicsRequestTopic()
		t.Topic, t.NumPartitions, t.ReplicationFactor = topic, partitions, -1
		request.Topics = append(request.Topics, t)
	}
	made, err := request.RequestWith(ctx, q.server.client)
	if err != nil {
		return err
	}
	for _, t := range made.Topics {
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			return fmt.Errorf("topic %s: %w", t.Topic, err)
		}
	}
	return nil
}

// appear waits until what was made is there for all to see, which takes a cluster
// some time.
func (q *queue) appear(ctx context.Context) error {
	for {
		_, err := q.ends(ctx)
		if err == nil {
			return nil
		}
		if !broker.Wait(ctx, lookAgain) {
			return errors.New("it was made, and the broker does not have it ready in time: it is busy")
		}
	}
}

// Attach implements [broker.Server].
func (s *Server) Attach(ctx context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	q, err := s.queue(name, o)
	if err != nil {
		return nil, err
	}
	q.joined = true
	topics, err := s.admin.ListTopics(ctx, q.topic)
	if err != nil {
		return nil, q.wrong(err)
	}
	t := topics[q.topic]
	switch n := int32(len(t.Partitions)); { //nolint:gosec // far below
	case errors.Is(t.Err, kerr.UnknownTopicOrPartition):
		return nil, q.wrong(errors.New("nobody has made it"))
	case t.Err != nil:
		return nil, q.wrong(t.Err)
	case n != q.partitions:
		return nil, q.wrong(fmt.Errorf("it has %d partitions, and not %d: it was made with other settings", n, q.partitions))
	}
	return q, nil
}

// Created implements [broker.Server]. A queue of which nothing but the dead letters
// are left is one too.
func (s *Server) Created(ctx context.Context) ([]broker.Name, error) {
	topics, err := s.admin.ListTopics(ctx)
	if err != nil {
		return nil, s.wrong(err)
	}
	seen := make(map[broker.Name]bool)
	var all []broker.Name
	for topic := range topics {
		name, ok := broker.ParseName(topic, ".")
		if !ok {
			name, ok = broker.ParseName(strings.TrimSuffix(topic, dead), ".")
		}
		if ok && !seen[name] {
			seen[name] = true
			all = append(all, name)
		}
	}
	return all, nil
}

// Delete implements [broker.Server].
func (s *Server) Delete(ctx context.Context, name broker.Name) error {
	topic := name.String()
	s.client.PurgeTopicsFromClient(topic, topic+dead)
	gone, err := s.admin.DeleteTopics(ctx, topic, topic+dead)
	for _, t := range gone {
		if err == nil && t.Err != nil && !errors.Is(t.Err, kerr.UnknownTopicOrPartition) {
			err = t.Err
		}
	}
	if err == nil {
		err = s.disband(ctx, topic)
	}
	if err == nil {
		err = s.disappear(ctx, topic)
	}
	if err != nil {
		return fmt.Errorf("queue %s: %s", topic, sentence(s.at, err))
	}
	return nil
}

// disappear waits until what was deleted is gone for all to see: a broker goes on with
// it until it has heard of that.
func (s *Server) disappear(ctx context.Context, topic string) error {
	for {
		topics, err := s.admin.ListTopics(ctx)
		if err != nil || !topics.Has(topic) && !topics.Has(topic+dead) {
			return err
		}
		if !broker.Wait(ctx, lookAgain) {
			return ctx.Err()
		}
	}
}

// disband removes a group. Members that are in it still, such as crashed ones of which
// the broker does not know yet, are shown out first.
func (s *Server) disband(ctx context.Context, group string) error {
	described, err := s.admin.DescribeGroups(ctx, group)
	if err != nil {
		return ignore(err)
	}
	var members []string
	for _, m := range described[group].Members {
		members = append(members, m.MemberID)
	}
	if err := s.showOut(ctx, group, members...); err != nil {
		return err
	}
	_, err = s.admin.DeleteGroup(ctx, group)
	return ignore(err)
}

// showOut has members of a group leave it. Who is none is passed over.
func (s *Server) showOut(ctx context.Context, group string, members ...string) error {
	if len(members) == 0 {
		return nil
	}
	leave := kmsg.NewPtrLeaveGroupRequest()
	leave.Group = group
	for _, m := range members {
		one := kmsg.NewLeaveGroupRequestMember()
		one.MemberID = m
		leave.Members = append(leave.Members, one)
	}
	_, err := leave.RequestWith(ctx, s.client)
	return err
}

// ignore drops errors that say that a group is not there, or that somebody has joined
// it again meanwhile: without its topic it goes by itself.
func ignore(err error) error {
	if errors.Is(err, kerr.GroupIDNotFound) || errors.Is(err, kerr.NonEmptyGroup) || errors.Is(err, kerr.CoordinatorNotAvailable) {
		return nil
	}
	return err
}

// wrong is an error of the queue, without a secret.
func (q *queue) wrong(err error) error {
	return fmt.Errorf("queue %s: %s", q.topic, sentence(q.server.at, err))
}

// idBytes is how long the number is that a message begins with, and keyBytes how long
// a key is.
const idBytes, keyBytes = 8, 4

// Publish implements [broker.Queue].
func (q *queue) Publish(ctx context.Context, m broker.Message) error {
	return q.server.publish(ctx, q.producer, q.record(m))
}

// record is what a message looks like in the log.
func (q *queue) record(m broker.Message) *kgo.Record {
	value := binary.BigEndian.AppendUint64(make([]byte, 0, idBytes+len(m.Body)), m.ID)
	r := &kgo.Record{Topic: q.topic, Value: append(value, m.Body...)}
	if q.options.Partitions > 0 {
		r.Key = binary.BigEndian.AppendUint32(nil, m.Key)
	}
	return r
}

// message is what a record carries. False: it is not one of ours.
func message(r *kgo.Record) (m broker.Message, ok bool) {
	if len(r.Value) < idBytes {
		return m, false
	}
	m = broker.Message{ID: binary.BigEndian.Uint64(r.Value), Body: r.Value[idBytes:]}
	if len(r.Key) == keyBytes {
		m.Key = binary.BigEndian.Uint32(r.Key)
	}
	return m, true
}

// publish sends a record, and waits until it is confirmed, the context is done, or the
// connection is lost. It does not wait for the library: that keeps what is under way
// until it knows what became of it, however long that takes.
func (s *Server) publish(ctx context.Context, client *kgo.Client, r *kgo.Record) error {
	changed, ok := s.watch.up()
	if !ok || client == nil {
		return broker.ErrDown
	}
	ctx, cancel := context.WithCancel(ctx) // what has not been sent yet is not sent any more
	defer cancel()
	done := make(chan error, 1)
	client.Produce(ctx, r, func(_ *kgo.Record, err error) { done <- err })
	select {
	case err := <-done:
		return s.outcome(err)
	case <-ctx.Done():
	case <-changed:
	}
	return broker.ErrUnknown
}

// outcome is what an error of the library means for a message.
func (s *Server) outcome(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.UnknownTopicID):
		return broker.ErrGone
	case errors.Is(err, kgo.ErrMaxBuffered):
		return broker.ErrDown
	}
	if refused, ok := errors.AsType[*kerr.Error](err); ok && !refused.Retriable {
		s.watch.trouble(err)
		return broker.ErrDown
	}
	return broker.ErrUnknown
}

// Close implements [broker.Queue].
func (q *queue) Close(ctx context.Context) error {
	if q.joined {
		return nil
	}
	name, _ := broker.ParseName(q.topic, ".")
	return q.server.Delete(ctx, name)
}
