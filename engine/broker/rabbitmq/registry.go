package rabbitmq

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"duet/engine/broker"
)

// Queues that belong to none of a run's: what was made is noted in one, a message for
// each, and who reads or writes there holds the other, which is exclusive.
const (
	noted = broker.Prefix + ".created"
	lock  = broker.Prefix + ".created.lock"
)

// parted is the header that says in how many parts a queue is.
const parted = "partitions"

// entry is a queue that was made.
type entry struct {
	name       broker.Name
	partitions int // 0: it is in one piece
}

// queues are the names of those that messages are in.
func (e entry) queues() []string {
	if e.partitions == 0 {
		return []string{e.name.String()}
	}
	all := make([]string, e.partitions)
	for i := range all {
		all[i] = e.name.String() + "." + strconv.Itoa(i)
	}
	return all
}

// dead is the name of the one for what was given up.
func (e entry) dead() string { return e.name.String() + ".dead" }

// over is the name of the one for what a queue with a limit was rid of, until it is
// known what it is.
func (e entry) over() string { return e.name.String() + ".over" }

// registry notes in the server which queues duet has made. Whatever it does, no other
// process does at the same time.
type registry struct {
	publish, ask, look, hold *asker
}

func newRegistry(publish, ask *link) *registry {
	return &registry{publish: newAsker(publish), ask: newAsker(ask), look: newAsker(ask), hold: newAsker(ask)}
}

// alone does something while no other process does.
func (r *registry) alone(ctx context.Context, questions func(*amqp.Channel) error) error {
	for {
		err := r.hold.ask(ctx, func(c *amqp.Channel) error {
			if _, err := c.QueueDeclare(lock, false, true, true, false, nil); err != nil {
				return err
			}
			err := r.ask.ask(ctx, func(c *amqp.Channel) error {
				if _, err := c.QueueDeclare(noted, true, false, false, false, nil); err != nil {
					return err
				}
				return questions(c)
			})
			_, deleted := c.QueueDelete(lock, false, false, false)
			return errors.Join(err, deleted)
		})
		if !is(err, amqp.ResourceLocked) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// enter notes a queue.
func (r *registry) enter(ctx context.Context, e entry) error {
	return r.alone(ctx, func(*amqp.Channel) error {
		return r.publish.ask(ctx, func(c *amqp.Channel) error {
			if err := c.Confirm(false); err != nil {
				return err
			}
			sent, err := c.PublishWithDeferredConfirm("", noted, true, false, amqp.Publishing{
				DeliveryMode: amqp.Persistent, Headers: amqp.Table{parted: int32(e.partitions)}, Body: []byte(e.name.String()), //nolint:gosec // few
			})
			if err != nil {
				return err
			}
			if ok, err := sent.WaitContext(ctx); err != nil || !ok {
				return broker.ErrDown
			}
			return nil
		})
	})
}

// list says what there is. What has gone some other way is forgotten.
func (r *registry) list(ctx context.Context) (all []broker.Name, err error) {
	err = r.walk(ctx, func(e entry) (bool, error) {
		there, err := r.there(ctx, e)
		if there && !slices.Contains(all, e.name) {
			all = append(all, e.name)
		}
		return there, err
	})
	return all, err
}

// strike deletes a queue, whether or not it was noted.
func (r *registry) strike(ctx context.Context, name broker.Name) error {
	gone := false
	err := r.walk(ctx, func(e entry) (keep bool, err error) {
		if e.name != name {
			return true, nil
		}
		gone = true
		return false, r.remove(ctx, e)
	})
	if err != nil || gone {
		return err
	}
	return r.remove(ctx, entry{name: name})
}

// remove deletes the queues of one. Deleting what is not there is no error.
func (r *registry) remove(ctx context.Context, e entry) error {
	return r.look.ask(ctx, func(c *amqp.Channel) error {
		for _, queue := range append(e.queues(), e.over(), e.dead()) {
			if _, err := c.QueueDelete(queue, false, false, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// there tells whether anything is left of a queue.
func (r *registry) there(ctx context.Context, e entry) (bool, error) {
	for _, queue := range append(e.queues(), e.dead()) {
		err := r.look.ask(ctx, func(c *amqp.Channel) error {
			_, err := c.QueueDeclarePassive(queue, true, false, false, false, nil)
			return err
		})
		if !missing(err) {
			return err == nil, err
		}
	}
	return false, nil
}

// walk goes through all that is noted, and strikes out what is not to be kept. When
// nothing is left, not even the list is.
func (r *registry) walk(ctx context.Context, keep func(entry) (bool, error)) error {
	return r.alone(ctx, func(c *amqp.Channel) error {
		var kept, struck []amqp.Delivery
		for {
			d, ok, err := c.Get(noted, false)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			kept = append(kept, d)
		}
		var failed error
		for i := 0; i < len(kept) && failed == nil; {
			stays := false
			if name, ok := broker.ParseName(string(kept[i].Body), "."); ok {
				n, _ := kept[i].Headers[parted].(int32)
				stays, failed = keep(entry{name, int(n)})
			}
			if stays || failed != nil {
				i++
				continue
			}
			struck = append(struck, kept[i])
			kept = append(kept[:i], kept[i+1:]...)
		}
		return errors.Join(failed, r.settle(c, kept, struck))
	})
}

// settle puts back what is kept, and forgets the rest.
func (r *registry) settle(c *amqp.Channel, kept, struck []amqp.Delivery) (err error) {
	for i := range kept {
		err = errors.Join(err, kept[i].Nack(false, true))
	}
	for i := range struck {
		err = errors.Join(err, struck[i].Ack(false))
	}
	if err == nil && len(kept) == 0 {
		_, err = c.QueueDelete(noted, false, true, false)
	}
	return err
}

// is tells whether the server has answered with a code.
func is(err error, code int) bool {
	var said *amqp.Error
	return errors.As(err, &said) && said.Code == code
}
