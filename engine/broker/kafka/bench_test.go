package kafka

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"duet/engine/broker"
	"duet/engine/broker/kafka/kafkatest"
	"duet/engine/broker/trial"
)

// bare is the way through the library alone, used as its documentation has it.
func bare(b *testing.B, s *Server) *trial.Way {
	topic := queued(b, s, broker.Options{Prefetch: 1}).topic
	client := func(o ...kgo.Opt) *kgo.Client {
		c, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(s.at.Host)}, o...)...)
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	arrived := new(atomic.Int64)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for range trial.Consumers {
		c := client(kgo.ConsumerGroup(topic), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit())
		running.Go(func() {
			defer c.Close()
			for ctx.Err() == nil {
				got := c.PollFetches(ctx)
				if c.CommitUncommittedOffsets(ctx) == nil {
					arrived.Add(int64(got.NumRecords()))
				}
			}
		})
	}
	producer := client(kgo.ProducerLinger(0), kgo.RecordPartitioner(kgo.RoundRobinPartitioner()), kgo.ProducerBatchCompression(kgo.NoCompression()))
	b.Cleanup(func() {
		cancel()
		running.Wait()
		producer.Close()
	})
	body := make([]byte, idBytes+trial.BodyBytes)
	return &trial.Way{Arrived: arrived, Publish: func(uint64) error {
		return producer.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: body}).FirstErr()
	}}
}

// BenchmarkThroughput is what is left of the library's throughput.
func BenchmarkThroughput(b *testing.B) {
	for _, c := range []struct {
		name string
		at   func(testing.TB) broker.Address
	}{
		{"fake", func(t testing.TB) broker.Address { return fake(t) }},
		{"Kafka", func(t testing.TB) broker.Address { return kafkatest.Find(t).Address() }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := connected(b, c.at(b))
			alone := bare(b, s)
			trial.Compare(b, trial.Through(b, queued(b, s, broker.Options{Prefetch: trial.Prefetch})), alone)
		})
	}
}
