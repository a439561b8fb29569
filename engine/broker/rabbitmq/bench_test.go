//go:build unix

package rabbitmq

import (
	"sync/atomic"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"duet/engine/broker"
	"duet/engine/broker/rabbitmq/rabbittest"
	"duet/engine/broker/trial"
)

// bare is the way through the library alone, used as its documentation has it, with the
// same kind of queue and the same promises.
func bare(b *testing.B, s *Server, url string) *trial.Way {
	name := queueOf(b, s, aName(), broker.Options{Prefetch: trial.Prefetch}).names[0]
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
	for range trial.Consumers {
		c := channel()
		if err := c.Qos(trial.Prefetch, 0, false); err != nil {
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
	body := make([]byte, idBytes+keyBytes+trial.BodyBytes)
	return &trial.Way{Arrived: arrived, Publish: func(uint64) error {
		confirm, err := c.PublishWithDeferredConfirm("", name, true, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: body})
		if err == nil {
			confirm.Wait()
		}
		return err
	}}
}

// BenchmarkThroughput is what is left of the library's throughput.
func BenchmarkThroughput(b *testing.B) {
	node := rabbittest.Find(b)
	s := server(b, node)
	trial.Compare(b, trial.Through(b, queueOf(b, s, aName(), broker.Options{Prefetch: trial.Prefetch})), bare(b, s, node.URL()))
}
