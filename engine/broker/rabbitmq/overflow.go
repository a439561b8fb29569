package rabbitmq

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// How many messages that a queue was rid of are put back at a time, and the pause
// before one is tried again that there was no room for.
const (
	sorted = 256
	noRoom = 20 * time.Millisecond
)

// overflow sorts what a queue with a limit was rid of. A server that starts again finds
// waiting what was in flight when it died, and before it gets to know that it is to
// refuse what is beyond a limit, it takes as many messages from the head. Nobody has
// given them up: they are put back, at the tail. What was given up goes to the dead
// letters.
//
// Nothing is taken from here before the server has confirmed it there. What it takes
// from the head it moves without such care: one that dies once more in that moment
// may lose it.
type overflow struct {
	queue *queue
	held  atomic.Int64 // how many are being put elsewhere
}

// moved is a message of which a copy is on its way.
type moved struct {
	amqp.Delivery
	confirm *amqp.DeferredConfirmation
}

// run is the overflow's goroutine. It has a connection of its own: one that publishes
// is not listened to while the server is short of memory.
func (o *overflow) run() {
	q := o.queue
	for {
		w := q.server.dialler.again(q.ctx, q.entry.name.String()+" puts back", func(error) {})
		if w == nil {
			return
		}
		stop := context.AfterFunc(q.ctx, func() { _ = w.net.Close() }) // the library knows of no ctx
		err := o.serve(w)
		stop()
		w.close()
		if missing(err) {
			return // it was deleted
		}
	}
}

// serve sorts for as long as there is the connection.
func (o *overflow) serve(w *wire) error {
	c, err := w.conn.Channel()
	if err != nil {
		return err
	}
	if err := c.Confirm(false); err != nil {
		return err
	}
	if err := c.Qos(sorted, 0, false); err != nil {
		return err
	}
	s := newSession(c)
	deliveries, err := c.Consume(o.queue.entry.over(), "", false, false, false, false, nil)
	if err != nil {
		return err
	}
	sent, done := make(chan moved, sorted), make(chan struct{})
	go func() {
		defer close(done)
		for m := range sent {
			o.settle(s, &m)
			o.held.Add(-1)
		}
	}()
	for d := range deliveries { // to the last, or the library's goroutine stays
		o.held.Add(1)
		confirm, err := c.PublishWithDeferredConfirm("", o.target(&d), true, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: d.Body})
		if err != nil {
			o.held.Add(-1) // the connection is lost: it comes again
			continue
		}
		sent <- moved{d, confirm}
	}
	close(sent)
	<-done
	return nil
}

// target is where a message belongs.
func (o *overflow) target(d *amqp.Delivery) string {
	from, _ := d.Headers["x-first-death-queue"].(string)
	if d.Headers["x-first-death-reason"] == "maxlen" && slices.Contains(o.queue.names, from) {
		return from
	}
	return o.queue.entry.dead()
}

// settle forgets a message once its copy is where it belongs. If there was no room, it
// is tried again.
func (o *overflow) settle(s *session, m *moved) {
	<-m.confirm.Done() // if only because the connection is lost
	if back := s.cameBack(idOf(m.Body)); m.confirm.Acked() && !back {
		_ = m.Ack(false) // else both come: once too often is not lost
		return
	}
	select {
	case <-time.After(noRoom):
	case <-o.queue.ctx.Done():
	}
	_ = m.Nack(false, true)
}
