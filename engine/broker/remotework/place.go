package remotework

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"duet/engine/broker"
	"duet/engine/work"
)

var (
	errLeaving = errors.New("the worker leaves")
	errCrashed = errors.New("the worker crashes")
)

// place is one worker of the process. It has a link of its own to the broker, so that
// it can crash alone.
type place struct {
	*session
	seat
	handlers []int
	queue    broker.Queue // set before it runs
	waiter   *work.Waiter

	mu      sync.Mutex
	cut     context.CancelCauseFunc // ends its link; nil: it has none
	restart time.Duration           // after which it is back when it has crashed
	doomed  bool                    // it crashes as soon as it has done something
	falling bool                    // it crashes as soon as it has a link
	did     []Result                // what it had done and not said when it crashed
}

func newPlace(s *session, at seat, handlers []int) *place {
	return &place{
		session: s, seat: at, handlers: handlers,
		waiter: work.NewWaiter(s.clock, work.PrecisionFor(s.o.Workers)),
	}
}

// crash ends the worker's link without a word, at once or as soon as it has done
// something; it is back after restart. One that has no link yet does so when it has.
func (p *place) crash(restart time.Duration, late bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.restart, p.doomed = restart, late
	switch {
	case late:
	case p.cut == nil:
		p.falling = true
	default:
		p.cut(errCrashed)
	}
}

// falls tells whether the worker crashes now that it has done something, and has it
// crash. What nobody knows yet of what it did is said when it is back.
func (p *place) falls(unsaid []Result) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.doomed {
		return false
	}
	p.did = unsaid
	p.cut(errCrashed)
	return true
}

// run receives until one context is done, and works until the other is, over one link
// after another.
func (p *place) run(ctx, working context.Context) {
	for ctx.Err() == nil {
		link := p.connect(ctx)
		if link == nil {
			return
		}
		inside, cut := context.WithCancelCause(working)
		p.mu.Lock()
		p.cut = cut
		if p.falling {
			cut(errCrashed)
		}
		p.falling = false
		p.mu.Unlock()
		held, drop := context.WithCancelCause(inside)
		stop := context.AfterFunc(ctx, func() { drop(errLeaving) })
		p.serve(held, inside, link)
		stop()
		drop(nil)
		p.mu.Lock()
		back, did := p.restart, p.did
		p.cut, p.doomed, p.did = nil, false, nil
		p.mu.Unlock()
		crashed := errors.Is(context.Cause(inside), errCrashed)
		cut(nil)
		link.Close(crashed)
		if !crashed {
			continue
		}
		p.tell(Event{What: Lets, Back: max(1, back.Milliseconds()), Did: did}, nil)
		p.o.Say(fmt.Sprintf("worker %d of %s crashed, and is back in %v", p.worker, p.seat.queue, back))
		broker.Wait(ctx, back)
	}
}

// connect gets the worker its link, however long that takes. Nil: it is to end before.
func (p *place) connect(ctx context.Context) broker.Worker {
	for fails := 0; ctx.Err() == nil; fails++ {
		trying, cancel := context.WithTimeout(ctx, confirmation)
		link, err := p.queue.Worker(trying, fmt.Sprintf("%s/%d", p.o.Host, p.worker))
		cancel()
		if err == nil {
			return link
		}
		broker.Wait(ctx, broker.Backoff(fails))
	}
	return nil
}

// serve handles what comes over a link until held is done: then it is to receive no
// more, and what is not acknowledged is for others. When inside is done the link is cut.
func (p *place) serve(held, inside context.Context, link broker.Worker) {
	for {
		waited := false
		var d broker.Delivery
		select {
		case d = <-link.Deliveries():
		default:
			waited = true
			select {
			case <-held.Done():
				return
			case d = <-link.Deliveries():
			}
		}
		if held.Err() != nil {
			return // it is given back with the link
		}
		p.handle(held, inside, &d, waited)
	}
}

// again is after which pause something is to come again that is nobody's to decide.
const again = time.Second

// handle does what is to be done with a delivery. What is known here alone is done
// without asking: what comes for the first time is handled, and acknowledged as soon as
// the broker has the report that it is done, or begun. Until then it is let go of when
// held is done.
func (p *place) handle(held, inside context.Context, d *broker.Delivery, waited bool) {
	job, err := DecodeJob(d.Body)
	if err != nil {
		p.o.Say("a message cannot be read: " + err.Error())
		_ = d.Settle(broker.Retry, again)
		return
	}
	s := p.settings.Load()
	if d.Redelivered || s.Ask {
		a, ok := p.inquire(held, d)
		if !ok {
			return
		}
		switch a.Do {
		case Ack:
			_ = d.Settle(broker.Ack, 0)
			return
		case Later:
			_ = d.Settle(broker.Retry, a.Pause)
			return
		}
		job.Tasks = a.Tasks
	}
	ctx := held
	var then func()
	if !s.AckAfter {
		ctx, then = inside, func() { _ = d.Settle(broker.Ack, 0) } // if that is too late it comes again, and is recognised
	}
	p.tell(Event{What: Begins, ID: d.ID, Waited: waited, Acked: !s.AckAfter}, then)
	if waited {
		p.waiter.Fresh()
	}
	did, err := p.do(ctx, s, job.Tasks)
	if err != nil { // it crashes or leaves
		if !errors.Is(err, errCrashed) {
			p.tell(Event{What: Lets}, nil)
		}
		return
	}
	p.done.Add(1)
	if s.AckAfter && p.falls(did) {
		return
	}
	p.conclude(s, d, did)
	if !s.AckAfter { // else who is told of it only now crashes over the next one: this one's end is said
		_ = p.falls(nil)
	}
}

// conclude reports what was done, and settles the delivery: by itself if all is well,
// else as the playground says.
func (p *place) conclude(s *Settings, d *broker.Delivery, did []Result) {
	settle := d.Settle
	well, panicked := true, false
	for _, r := range did {
		well, panicked = well && !r.Failed, panicked || r.Panicked
	}
	var then func()
	ends := Event{What: Ends, ID: d.ID, Acked: !s.AckAfter, Did: did}
	switch {
	case panicked && !s.Recovers:
		p.tell(ends, nil)
		p.crash(again, false)
		return
	case s.AckAfter && well:
		then = func() { _ = settle(broker.Ack, 0) } // as above
	case s.AckAfter:
		p.ask(question{p.seat, d.ID}, func(a Answer) {
			verdict := map[string]broker.Verdict{Later: broker.Retry, Drop: broker.Drop, Ack: broker.Ack, Go: broker.Retry}[a.Do]
			_ = settle(verdict, a.Pause)
		})
	}
	p.tell(ends, then)
}

// inquire asks what to do with something that was delivered before.
func (p *place) inquire(ctx context.Context, d *broker.Delivery) (a Answer, ok bool) {
	q, answers := question{p.seat, d.ID}, make(chan Answer, 1)
	p.ask(q, func(a Answer) { answers <- a })
	defer p.forget(q)
	p.tell(Event{What: Asks, ID: d.ID}, nil)
	select {
	case a = <-answers:
		return a, true
	case <-ctx.Done():
		return a, false
	}
}

// tell reports an event.
func (p *place) tell(e Event, then func()) {
	e.Queue, e.Worker = p.seat.queue, p.worker
	p.out.Post(func(r *Report) { r.Events = append(r.Events, e) }, then)
}

// do does the work of all handlers, one after another.
func (p *place) do(ctx context.Context, s *Settings, tasks []Task) (did []Result, err error) {
	for i, t := range tasks {
		if i >= len(p.handlers) || p.handlers[i] >= len(s.Handlers) {
			break
		}
		h := &s.Handlers[p.handlers[i]]
		start, takes := p.clock.Now(), time.Duration(float64(t.Takes)*h.Slower)
		if t.Stall > 0 {
			err = p.waiter.Do(ctx, t.Stall)
		}
		if err != nil {
			return nil, err
		}
		if h.CPU {
			err = work.Burn(ctx, p.clock, takes)
			p.waiter.Fresh()
		} else {
			err = p.waiter.Do(ctx, takes)
		}
		if err != nil {
			return nil, err
		}
		r := Result{Took: p.clock.Now() - start, Panicked: t.Panic < h.Panic}
		r.Failed = r.Panicked || t.Fail < h.Fail
		did = append(did, r)
		if r.Panicked && !s.Recovers {
			break
		}
	}
	return did, nil
}
