package kafka

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"duet/engine/broker"
	"duet/engine/broker/kafka/kafkatest"
)

// way is one to get messages through a broker, to what counts those that arrive.
type way struct {
	publish func(id uint64) error
	arrived *atomic.Int64
	sent    int64
}

const (
	publishers = 16 // each waits until what it has published is confirmed
	consumers  = 4  // each confirms what it has got
	bodyBytes  = 128
)

// through publishes so many messages, and waits until all have arrived. It tells how
// long that took.
func (w *way) through(b *testing.B, n int) time.Duration {
	b.Helper()
	start := time.Now()
	var next atomic.Int64
	var running sync.WaitGroup
	for range publishers {
		running.Go(func() {
			for id := next.Add(1); id <= int64(n); id = next.Add(1) {
				if err := w.publish(uint64(w.sent + id)); err != nil { //nolint:gosec // positive
					b.Error(err)
				}
			}
		})
	}
	running.Wait()
	w.sent += int64(n)
	for w.arrived.Load() < w.sent && !b.Failed() {
		time.Sleep(100 * time.Microsecond)
	}
	return time.Since(start)
}

// here is the way through this package.
func here(b *testing.B, s *Server) *way {
	q := queued(b, s, broker.Options{Prefetch: 64})
	arrived := new(atomic.Int64)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for i := range consumers {
		w := joined(b, q, strconv.Itoa(i))
		running.Go(func() {
			for {
				select {
				case d := <-w.Deliveries():
					if d.Settle(broker.Ack, 0) == nil {
						arrived.Add(1)
					}
				case <-ctx.Done():
					return
				}
			}
		})
	}
	b.Cleanup(func() {
		cancel()
		running.Wait()
	})
	body := make([]byte, bodyBytes)
	return &way{arrived: arrived, publish: func(id uint64) error {
		return q.Publish(ctx, broker.Message{ID: id, Body: body})
	}}
}

// bare is the way through the library alone, used as its documentation has it.
func bare(b *testing.B, s *Server) *way {
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
	for range consumers {
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
	body := make([]byte, idBytes+bodyBytes)
	return &way{arrived: arrived, publish: func(uint64) error {
		return producer.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: body}).FirstErr()
	}}
}

// BenchmarkThroughput is what of the bare library's throughput is left through this
// package: messages a second from publishers, who wait for confirms, to consumers, who
// confirm.
func BenchmarkThroughput(b *testing.B) {
	const batch = 2000
	for _, c := range []struct {
		name string
		at   func(testing.TB) broker.Address
	}{
		{"fake", func(t testing.TB) broker.Address { return fake(t) }},
		{"Kafka", func(t testing.TB) broker.Address { return kafkatest.Find(t).Address() }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := connected(b, c.at(b))
			alone, duet := bare(b, s), here(b, s)
			alone.through(b, batch/10) // until the groups are there
			duet.through(b, batch/10)
			var tookAlone, took time.Duration
			rounds := 0
			for b.Loop() {
				tookAlone += alone.through(b, batch)
				took += duet.through(b, batch)
				rounds++
			}
			n := float64(rounds * batch)
			b.ReportMetric(n/tookAlone.Seconds(), "bare/s")
			b.ReportMetric(n/took.Seconds(), "duet/s")
			b.ReportMetric(tookAlone.Seconds()/took.Seconds(), "duet/bare")
		})
	}
}
