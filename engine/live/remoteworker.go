package live

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"duet/engine/broker"
	"duet/engine/message"
)

// remoteWorker is one place for a goroutine that takes deliveries from a broker. A
// crashed one's successor takes the same place.
type remoteWorker struct {
	q  *remoteQueue
	id int // from 1

	// Guarded by the queue's mu:
	running bool
	waiting bool // it has nothing in hand
	cancel  context.CancelCauseFunc
	leave   chan struct{} // closed when it is to end after what it has in hand
	gone    chan struct{} // closed when its goroutine has ended; nil: there was none yet
	when    message.CrashWhen
	restart time.Duration
	at      time.Duration // when it crashed, lane time
	down    bool
}

// start gives the worker a goroutine, unless it has one. The caller holds the
// queue's mu.
func (w *remoteWorker) start() {
	if w.running || w.q.ctx.Err() != nil {
		return
	}
	var ctx context.Context
	ctx, w.cancel = context.WithCancelCause(w.q.ctx)
	w.leave, w.gone = make(chan struct{}), make(chan struct{})
	w.running, w.waiting, w.down, w.when = true, true, false, 0
	go w.run(ctx, w.leave)
}

// dismiss has the worker end when it has nothing in hand. The caller holds the
// queue's mu.
func (w *remoteWorker) dismiss() {
	w.down = false
	if !w.running {
		return
	}
	select {
	case <-w.leave:
	default:
		close(w.leave)
	}
}

// hasGone tells whether its goroutine has ended.
func (w *remoteWorker) hasGone() bool {
	select {
	case <-w.gone:
		return true
	default:
		return false
	}
}

// run is the worker's goroutine.
func (w *remoteWorker) run(ctx context.Context, leave <-chan struct{}) {
	probe := w.q.watch.Worker(w.id)
	link := w.connect(ctx)
	var hand *parcel
	defer func() { // also when the handler ends the goroutine
		w.end(probe, link, hand)
	}()
	if link == nil {
		return
	}
	inside := withServer(ctx, w.q.gen.place(w.q.runs, w.id))
	for {
		d, ok := w.receive(ctx, leave, link, probe)
		if !ok {
			return
		}
		if hand = w.take(&d); hand == nil {
			continue
		}
		probe.Start(&hand.d, hand.attempt)
		panicked, err := w.call(inside, hand.d)
		crashed := w.conclude(probe, link, hand, panicked, err)
		hand = nil
		if panicked != nil {
			w.q.gen.lane.die(fmt.Sprintf("worker %d of %s panicked: %v", w.id, w.q.name, panicked.Value))
		}
		if crashed {
			return
		}
	}
}

// connect gets the worker its link, however long that takes. Nil: it is to end
// before.
func (w *remoteWorker) connect(ctx context.Context) broker.Worker {
	for fails := 0; ctx.Err() == nil; fails++ {
		trying, cancel := context.WithTimeout(ctx, brokerAnswer)
		link, err := w.q.queue.Worker(trying, strconv.Itoa(w.id))
		cancel()
		if err == nil {
			return link
		}
		if errors.Is(err, broker.ErrGone) {
			w.q.gone()
		}
		broker.Wait(ctx, broker.Backoff(fails))
	}
	return nil
}

// receive waits for a delivery. False: the worker is to end.
func (w *remoteWorker) receive(ctx context.Context, leave <-chan struct{}, link broker.Worker, probe message.WorkerProbe[delivery]) (d broker.Delivery, ok bool) {
	select {
	case <-ctx.Done():
		return d, false
	case <-leave:
		return d, false
	default:
	}
	select {
	case d = <-link.Deliveries():
		return d, true
	default:
	}
	probe.Idle()
	select {
	case d = <-link.Deliveries():
		return d, true
	case <-ctx.Done():
	case <-leave:
	}
	return d, false
}

// take looks a delivery up, and takes it in hand. Nil: it was done before, or is in
// somebody's hands; then the one who has it settles this as well.
func (w *remoteWorker) take(d *broker.Delivery) *parcel {
	q := w.q
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.parcels[d.ID]
	if p == nil {
		q.repeats.Add(1)
		_ = d.Settle(broker.Ack, 0)
		return nil
	}
	if p.holder != nil {
		q.repeats.Add(1)
		p.settles = append(p.settles, d.Settle)
		return nil
	}
	if q.discards(p) {
		_ = d.Settle(broker.Ack, 0)
		return nil
	}
	if p.in {
		q.waiting--
	}
	p.in = true
	p.holder, p.settles = w, append(p.settles[:0], d.Settle)
	p.attempt++
	w.waiting = false
	if p.acked = !q.after; p.acked {
		p.settle(broker.Ack, 0)
		q.stir()
	}
	return p
}

// discards throws a parcel away that is delivered for the first time, where nobody
// waits for it any more and the lane does so. The caller holds mu.
func (q *remoteQueue) discards(p *parcel) bool {
	if p.attempt > 0 || !q.gen.discard(q.runs, &p.d) {
		return false
	}
	if p.in {
		q.waiting--
	}
	delete(q.parcels, p.id)
	q.stir()
	return true
}

// settle settles all deliveries of the parcel. One that is stale comes again.
func (p *parcel) settle(v broker.Verdict, pause time.Duration) {
	for _, settle := range p.settles {
		_ = settle(v, pause)
	}
	p.settles = p.settles[:0]
}

// call runs the handler. A panic is an error of the item, unless the lane dies of
// it: then panicked is set.
func (w *remoteWorker) call(ctx context.Context, d delivery) (panicked *message.PanicError, err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		if v == nil {
			return // the goroutine ends: see run
		}
		p := &message.PanicError{Value: v, Stack: debug.Stack()}
		if err = p; !w.q.gen.recovers {
			panicked = p
		}
	}()
	err = w.q.work(ctx, d)
	returned = true
	return nil, err
}

// conclude decides what becomes of the parcel in hand, and tells whether the worker
// crashed over it.
func (w *remoteWorker) conclude(probe message.WorkerProbe[delivery], link broker.Worker, p *parcel, panicked *message.PanicError, err error) (crashed bool) {
	q := w.q
	q.mu.Lock()
	out := w.judge(p, panicked != nil, err)
	crashed = w.down
	backoff := q.backoff
	q.mu.Unlock()
	var pause time.Duration
	if out == message.Retried {
		p.failed++
		pause = time.Duration(float64(backoff(p.d, p.failed)) / q.gen.lane.run.clock.Speed())
	}
	if crashed {
		link.Close(true) // what it held comes again when the broker finds out
	}
	probe.End(&p.d, p.attempt, out, err)
	q.mu.Lock()
	defer q.mu.Unlock()
	p.holder, w.waiting = nil, true
	q.conclude(p, out, pause)
	return crashed
}

// conclude notes what became of a parcel that is in nobody's hands any more, and
// settles it. The caller holds mu.
func (q *remoteQueue) conclude(p *parcel, out message.Outcome, pause time.Duration) {
	verdict := broker.Ack
	switch out {
	case message.Retried, message.Requeued, message.DoneUnacked:
		verdict = broker.Retry
		p.at = time.Now().Add(pause) //nolint:forbidigo // a broker lives in wall time
		q.waiting++
	case message.Failed, message.Dead:
		verdict = broker.Drop
		fallthrough
	default:
		delete(q.parcels, p.id)
	}
	p.settle(verdict, pause)
	q.stir()
}

// judge says what becomes of the parcel in hand. The caller holds the queue's mu.
func (w *remoteWorker) judge(p *parcel, panicked bool, err error) message.Outcome {
	q := w.q
	cause := context.Cause(q.ctx)
	switch {
	case errors.Is(cause, message.ErrKilled) || cause != nil && err != nil:
		return message.Abandoned
	case panicked:
		w.down, w.restart = true, 0
		return message.Lost
	case w.when != 0:
		w.down = true
		if w.when == message.CrashBeforeAck {
			w.at = q.gen.lane.run.clock.Now()
		}
		switch {
		case w.when == message.CrashBeforeAck && !p.acked && err == nil:
			return message.DoneUnacked
		case !p.acked:
			return message.Requeued
		case w.when == message.CrashDuring:
			return message.Lost
		}
	}
	return q.verdict(p, err != nil)
}

// verdict says what becomes of a parcel that was handled, well or not, by somebody who
// lives on. The caller holds mu.
func (q *remoteQueue) verdict(p *parcel, failed bool) message.Outcome {
	switch {
	case !failed:
		return message.Done
	case !p.acked && p.failed+1 < q.attempts:
		return message.Retried
	case !p.acked && q.attempts > 1:
		return message.Dead
	default:
		return message.Failed
	}
}

// crash makes a worker crash: the one with this number or, for 0, a busy one if
// there is any. It is back after restart, in lane time; 0: not by itself.
func (q *remoteQueue) crash(id int, when message.CrashWhen, restart time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	var victim *remoteWorker
	for _, w := range q.places {
		if !w.running || w.down || w.when != 0 || id != 0 && id != w.id {
			continue
		}
		if victim == nil || victim.waiting && !w.waiting {
			victim = w
		}
	}
	if victim == nil && id == 0 {
		return fmt.Errorf("lane %s: no worker is left to crash", q.gen.lane.name)
	} else if victim == nil {
		return fmt.Errorf("lane %s: worker %d cannot crash: it is not running", q.gen.lane.name, id)
	}
	now := q.gen.lane.run.clock.Now()
	victim.when, victim.restart, victim.at = when, restart, now
	if when == message.CrashDuring {
		victim.cancel(message.ErrCrashed)
	}
	q.gen.place(q.runs, victim.id).mourn(when, now, restart)
	return nil
}

// end is the last thing of a worker's goroutine. What it still has in hand is that
// of a handler which ended the goroutine.
func (w *remoteWorker) end(probe message.WorkerProbe[delivery], link broker.Worker, hand *parcel) {
	q := w.q
	q.mu.Lock()
	if hand != nil && w.when == 0 {
		w.when, w.restart = message.CrashDuring, 0
	}
	w.down = w.down || w.when == message.CrashDuring
	crashed := w.down
	q.mu.Unlock()
	if hand != nil {
		w.conclude(probe, link, hand, nil, message.ErrCrashed)
	}
	probe.Exit(crashed)
	if link != nil {
		link.Close(crashed || q.ctx.Err() != nil) // with the hand-over the queue goes as well
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	w.cancel(message.ErrClosed)
	w.running = false
	close(w.gone)
	switch {
	case w.id > q.workers:
		w.down = false
	case !w.down:
		w.start() // it was dismissed, and is wanted again
	case w.restart > 0 && q.ctx.Err() == nil:
		q.asking.Go(w.revive)
	}
}

// revive starts a crashed worker again when it is time.
func (w *remoteWorker) revive() {
	q := w.q
	if q.gen.lane.run.clock.SleepUntil(q.ctx, w.at+w.restart) != nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.down && w.id <= q.workers {
		w.start()
	}
}
