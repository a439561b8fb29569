package jetstream

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
	"duet/engine/broker/trial"
)

// queued is a queue that goes with the benchmark.
func queued(b *testing.B, s *Server, o broker.Options) *queue {
	b.Helper()
	q, err := s.Queue(b.Context(), aName(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := q.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return q.(*queue)
}

// bare is the way through the library alone, used as its documentation has it.
func bare(b *testing.B, s *Server) *trial.Way {
	b.Helper()
	q := queued(b, s, broker.Options{Prefetch: 1})
	arrived := new(atomic.Int64)
	for range trial.Consumers {
		conn, err := s.dial("bare")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(conn.Close)
		js, err := jetstream.New(conn)
		if err != nil {
			b.Fatal(err)
		}
		from, err := js.Consumer(b.Context(), q.stream, q.consumer(0))
		if err != nil {
			b.Fatal(err)
		}
		reading, err := from.Consume(func(m jetstream.Msg) {
			if m.Ack() == nil {
				arrived.Add(1)
			}
		}, jetstream.PullMaxMessages(trial.Prefetch))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(reading.Stop)
	}
	body := make([]byte, idBytes+keyBytes+trial.BodyBytes)
	return &trial.Way{Arrived: arrived, Publish: func(id uint64) error {
		_, err := s.js.Publish(context.Background(), q.line(0), body, jetstream.WithMsgID(strconv.FormatUint(id, 36)))
		return err
	}}
}

// BenchmarkThroughput is what is left of the library's throughput, and what of it the
// order of keys leaves: there each partition has one message out.
func BenchmarkThroughput(b *testing.B) {
	for _, partitions := range []int{0, 4, 32} {
		b.Run(strconv.Itoa(partitions)+" partitions", func(b *testing.B) {
			s, err := Connect(b.Context(), elsewhere(b))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(s.Close)
			alone := bare(b, s)
			trial.Compare(b, trial.Through(b, queued(b, s, broker.Options{Prefetch: trial.Prefetch, Partitions: partitions})), alone)
		})
	}
}
