//go:build unix

package rabbitmq

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"duet/engine/broker"
	"duet/engine/broker/rabbitmq/rabbittest"
)

// way is one to get messages through a broker, to what counts those that arrive.
type way struct {
	publish func(id uint64) error
	arrived *atomic.Int64
	sent    int64
}

const (
	publishers = 16 // each waits until what it has published is confirmed
	consumers  = 4  // each over a connection of its own, and acknowledges what it has got
	prefetch   = 64
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
				if err := w.publish(uint64(w.sent + id)); err != nil {
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
	q := queueOf(b, s, aName(), broker.Options{Prefetch: prefetch})
	arrived, stop := new(atomic.Int64), make(chan struct{})
	var running sync.WaitGroup
	for range consumers {
		w, err := q.Worker(b.Context(), "bench")
		if err != nil {
			b.Fatal(err)
		}
		running.Go(func() {
			defer w.Close(false)
			for {
				select {
				case d := <-w.Deliveries():
					if d.Settle(broker.Ack, 0) == nil {
						arrived.Add(1)
					}
				case <-stop:
					return
				}
			}
		})
	}
	b.Cleanup(func() {
		close(stop)
		running.Wait()
	})
	body, ctx := make([]byte, bodyBytes), context.Background()
	return &way{arrived: arrived, publish: func(id uint64) error {
		return q.Publish(ctx, broker.Message{ID: id, Body: body})
	}}
}

// bare is the way through the library alone, used as its documentation has it, with the
// same kind of queue and the same promises.
func bare(b *testing.B, s *Server, url string) *way {
	name := queueOf(b, s, aName(), broker.Options{Prefetch: prefetch}).names[0]
	channel := func() *amqp.Channel {
		conn, err := amqp.Dial(url)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		c, err := conn.Channel()
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	arrived := new(atomic.Int64)
	for range consumers {
		c := channel()
		if err := c.Qos(prefetch, 0, false); err != nil {
			b.Fatal(err)
		}
		deliveries, err := c.Consume(name, "", false, false, false, false, nil)
		if err != nil {
			b.Fatal(err)
		}
		go func() { // until the connection is closed
			for d := range deliveries {
				if d.Ack(false) == nil {
					arrived.Add(1)
				}
			}
		}()
	}
	c := channel()
	if err := c.Confirm(false); err != nil {
		b.Fatal(err)
	}
	body := make([]byte, idBytes+keyBytes+bodyBytes)
	return &way{arrived: arrived, publish: func(uint64) error {
		confirm, err := c.PublishWithDeferredConfirm("", name, true, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: body})
		if err == nil {
			confirm.Wait()
		}
		return err
	}}
}

// BenchmarkThroughput has messages go through this package and through the library
// alone, a stretch each in turn. Its last figure is what the interface leaves of the
// library's throughput.
func BenchmarkThroughput(b *testing.B) {
	node := rabbittest.Start(b)
	s := server(b, node)
	duet, library := here(b, s), bare(b, s, node.URL)
	const stretch = 1000
	var ours, theirs time.Duration
	messages := 0
	for b.Loop() {
		ours += duet.through(b, stretch)
		theirs += library.through(b, stretch)
		messages += stretch
	}
	b.ReportMetric(float64(messages)/ours.Seconds(), "duet/s")
	b.ReportMetric(float64(messages)/theirs.Seconds(), "bare/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "duet/bare")
	b.ReportMetric(0, "ns/op")
}
