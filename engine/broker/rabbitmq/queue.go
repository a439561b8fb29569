package rabbitmq

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"duet/engine/broker"
)

// unused is how long the server keeps queues that nobody reads or asks after: those of
// a process that was killed go by themselves.
const unused = 30 * time.Minute

// queue is one queue, or its partitions.
type queue struct {
	server  *Server
	entry   entry
	options broker.Options
	names   []string // of those in the server
	joined  bool     // somebody else has made it
	depth   *asker
	sending *publisher
	dealer  dealer
	over    overflow

	gone      atomic.Bool  // it is not there any more
	consumers atomic.Int64 // of this process
	few       atomic.Bool  // the server had more when it was asked last

	ctx     context.Context // ends with it
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func (s *Server) queue(name broker.Name, o broker.Options) *queue {
	q := &queue{server: s, entry: entry{name, o.Partitions}, options: o, depth: newAsker(s.ask)}
	q.names = q.entry.queues()
	q.over.queue = q
	q.dealer.holders, q.dealer.wanted = make([]*reader, len(q.names)), make([]*reader, len(q.names))
	return q
}

// open starts what the queue needs.
func (q *queue) open() *queue {
	q.ctx, q.cancel = context.WithCancel(context.Background())
	q.sending = &publisher{queue: q}
	if w, _ := q.server.publish.now(); w != nil {
		if first, err := q.sending.begin(w); err == nil {
			q.sending.session.Store(first)
		}
	}
	q.running.Go(q.sending.run)
	if q.options.Limit > 0 && !q.joined {
		q.running.Go(q.over.run)
	}
	return q
}

// Queue implements [broker.Server]. With partitions the limit is that of each.
func (s *Server) Queue(ctx context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	q := s.queue(name, o)
	if blocked := s.publish.state().Blocked; blocked != "" {
		return nil, q.wrong(errors.New(blocked))
	}
	if err := s.registry.enter(ctx, q.entry); err != nil {
		return nil, q.wrong(err)
	}
	if err := q.declare(ctx); err != nil {
		if !errors.Is(err, errTaken) && !is(err, amqp.PreconditionFailed) {
			err = errors.Join(err, s.registry.strike(ctx, name))
		}
		return nil, q.wrong(err)
	}
	return q.open(), nil
}

// errTaken says that there is a queue of the name.
var errTaken = errors.New("there is a queue of this name, and it is in use")

// declare makes the queues in the server.
func (q *queue) declare(ctx context.Context) error {
	expires := int32(unused / time.Millisecond)
	helpers := []string{q.entry.dead()}
	settings := amqp.Table{"x-expires": expires, "x-dead-letter-exchange": ""}
	if q.options.Limit > 0 {
		settings["x-max-length"], settings["x-overflow"] = int32(q.options.Limit), "reject-publish" //nolint:gosec // a million at most
		helpers = append(helpers, q.entry.over())
	}
	settings["x-dead-letter-routing-key"] = helpers[len(helpers)-1]
	if q.options.Partitions > 0 {
		settings["x-single-active-consumer"] = true
	}
	return q.depth.ask(ctx, func(c *amqp.Channel) error {
		for _, name := range q.names {
			made, err := c.QueueDeclare(name, true, false, false, false, settings)
			if err != nil {
				return err
			}
			if made.Messages > 0 || made.Consumers > 0 {
				return errTaken
			}
		}
		for _, name := range helpers {
			if _, err := c.QueueDeclare(name, true, false, false, false, amqp.Table{"x-expires": expires}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Attach implements [broker.Server].
func (s *Server) Attach(ctx context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	q := s.queue(name, o)
	q.joined = true
	err := q.depth.ask(ctx, func(c *amqp.Channel) error {
		for _, name := range q.names {
			if _, err := c.QueueDeclarePassive(name, true, false, false, false, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, q.wrong(err)
	}
	return q.open(), nil
}

// Depth implements [broker.Queue]. What is in flight is what workers of this process
// hold; it is not known when others read the queue as well. What is being put back
// waits, and so for a moment does what was given up.
func (q *queue) Depth(ctx context.Context) (d broker.Depth, err error) {
	if q.gone.Load() {
		return d, broker.ErrGone
	}
	parts := make([]broker.Partition, 0, q.options.Partitions)
	held, holders := q.dealer.held()
	for _, n := range held {
		d.InFlight += int64(n)
	}
	ours := q.consumers.Load()
	err = q.depth.ask(ctx, func(c *amqp.Channel) error {
		if q.options.Limit > 0 { // first: rather twice than not at all
			over, err := c.QueueDeclarePassive(q.entry.over(), true, false, false, false, nil)
			if err != nil {
				return err
			}
			d.Ready += int64(over.Messages) + q.over.held.Load()
		}
		for i, name := range q.names {
			at, err := c.QueueDeclarePassive(name, true, false, false, false, nil)
			if err != nil {
				return err
			}
			d.Ready += int64(at.Messages)
			ours -= int64(at.Consumers)
			if q.options.Partitions > 0 {
				p := broker.Partition{Lag: int64(at.Messages + held[i]), Holder: holders[i]}
				if at.Consumers > 1 { // which of them is the active one?
					p.Holder = ""
				}
				parts = append(parts, p)
			}
		}
		dead, err := c.QueueDeclarePassive(q.entry.dead(), true, false, false, false, nil)
		d.Dead = int64(dead.Messages)
		return err
	})
	if few := ours < 0; q.few.Swap(few) && few {
		d.InFlight = -1 // twice in a row: it is not just a worker that has gone
	}
	d.Partitions, d.Rebalances = parts, q.dealer.times()
	switch {
	case missing(err):
		q.gone.Store(true)
		return broker.Depth{}, broker.ErrGone
	case err != nil:
		return broker.Depth{}, q.wrong(err)
	}
	return d, nil
}

// Close implements [broker.Queue].
func (q *queue) Close(ctx context.Context) error {
	q.cancel()
	q.running.Wait()
	q.depth.close()
	if q.joined {
		return nil
	}
	for _, l := range []*link{q.server.publish, q.server.ask} {
		if l.await(ctx) == nil { // after a loss one may be back before the other
			return q.wrong(broker.ErrDown)
		}
	}
	if err := q.server.registry.strike(ctx, q.entry.name); err != nil {
		return q.wrong(err)
	}
	q.gone.Store(true)
	return nil
}

// missing tells whether the server knows no such queue. One that is not yet back after
// a start has the same code.
func missing(err error) bool {
	var said *amqp.Error
	return errors.As(err, &said) && said.Code == amqp.NotFound && strings.Contains(said.Reason, "no queue")
}

// wrong is an error of the queue as a sentence, without a secret.
func (q *queue) wrong(err error) error {
	return fmt.Errorf("queue %s: %w", q.entry.name, q.server.dialler.refusal(err))
}

// refusal says in words what the server has refused.
func (d *dialler) refusal(err error) error {
	var said *amqp.Error
	switch {
	case !errors.As(err, &said):
		return err // ours
	case said.Code == amqp.PreconditionFailed:
		return fmt.Errorf("there is one of this name with other settings, left over from an earlier run: duet broker clean removes it (%s)", d.reason(said))
	case said.Code == amqp.AccessRefused:
		return fmt.Errorf("user %q may not do this: permissions to configure, write and read are needed for all that begins with %s (%s)", d.at.User, broker.Prefix, d.reason(said))
	case said.Code == amqp.NotFound:
		return fmt.Errorf("there is none (%s)", d.reason(said))
	default:
		return errors.New(d.reason(said))
	}
}

// reason is what the server says, without a secret.
func (d *dialler) reason(said *amqp.Error) string {
	_, text, ok := strings.Cut(said.Reason, " - ") // after its code in letters
	if !ok {
		text = said.Reason
	}
	return d.at.HideText(text)
}
