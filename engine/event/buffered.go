package event

import (
	"context"
	"errors"
)

// enqueueAll hands v to the observers' queues.
func (p *publish[T]) enqueueAll(ctx context.Context, v T) {
	for p.next < len(p.observers.all) {
		if !p.reachable() {
			continue
		}
		if p.timed {
			p.call()
		}
		switch err := p.enqueue(ctx, v); {
		case err == nil:
			p.called(nil)
		case errors.Is(err, errStopped): // the observer was cancelled just now, or the bus ended
			if !p.by.event.bus.stopped.Load() {
				p.pass()
				continue
			}
			p.stop(ErrClosed)
		default:
			p.stop(err)
		}
	}
}

// enqueue hands v to the next observer's queue, or does what the policy says if
// that is full.
func (p *publish[T]) enqueue(ctx context.Context, v T) error {
	q := p.observers.all[p.next].queue
	sent, err := q.offer(v)
	if sent || err != nil {
		return err
	}
	switch Policy(p.by.event.bus.whenFull.Load()) {
	case DropNewest:
		p.dropped(v, false)
		return nil
	case DropOldest:
		return p.displace(q, v)
	default:
		if p.by.probe != nil {
			p.by.probe.Block()
			defer p.by.probe.Unblock()
		}
		return q.send(ctx, v)
	}
}

// displace drops the oldest of q until v has found room.
func (p *publish[T]) displace(q *queue[T], v T) error {
	for {
		oldest, evicted, capacity := q.evict()
		if evicted {
			p.dropped(oldest, true)
		}
		sent, err := q.offer(v)
		if sent || err != nil {
			return err
		}
		if capacity == 0 {
			p.dropped(v, false)
			return nil
		}
	}
}

func (p *publish[T]) dropped(v T, oldest bool) {
	if p.by.probe != nil {
		p.by.probe.Dropped(p.next, v, oldest)
	}
}

// serve is the goroutine of a buffered observer.
func (o *observer[T]) serve() {
	defer o.event.bus.goroutines.leave()
	for {
		v, ok := o.queue.poll(&o.calls)
		if !ok {
			if o.probe != nil {
				o.probe.Idle()
			}
			if v, ok = o.queue.receive(&o.calls); !ok {
				return
			}
		}
		if !o.call(v) {
			return
		}
	}
}
