package message

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// PanicError is the error of a message whose handler panicked, with Recover.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("message: handler panicked: %v", e.Value) }

// worker is one place for a goroutine that handles messages; a crashed worker's
// successor takes the same place.
type worker[T any] struct {
	s    *Subscription[T]
	id   int           // from 1
	kick chan struct{} // wakes it when it blocks; holds one

	alert   atomic.Bool // it must come to the lock before its next message
	waiting atomic.Bool // it blocks, or is about to

	// Guarded by s.mu:
	running bool // there is a goroutine
	parked  bool // out of work while draining
	gone    chan struct{}
	cancel  context.CancelCauseFunc
	fault   fault

	// The goroutine's own:
	ctx      context.Context
	handler  Handler[T]
	probe    WorkerProbe[T]
	queues   []*queue[T] // that it serves
	turn     int         // which of them is next
	waited   bool        // since it last had a message without the lock: it may have been woken
	hand     entry[T]
	from     *queue[T] // of hand
	most     int       // how many messages it may handle at once; 0: one
	quick    bool      // the last one took next to nothing
	several  []T       // what it took at once
	handling bool      // inside the handler
	armed    bool      // it crashes after the next message
	timed    bool      // what it takes is delivered again after a time
	panicked *PanicError

	// Of the message in hand. The lock guards what follows, and hand.twin while it is held:
	held      bool          // what becomes of it is decided with a look at who else has it; the goroutine's own
	elsewhere bool          // what comes next makes no difference to where it is; the goroutine's own
	over      bool          // for it has its end; likewise
	due       time.Duration // when it is delivered again
	n         uint64        // equal times keep their order
	at        int           // its place in that order, and one; 0: it has none

	_ [64]byte // keeps workers off each other's cache lines
}

// hire sets the number of workers. The lock is held.
func (s *Subscription[T]) hire(n int) {
	for len(s.slots) < n {
		w := &worker[T]{s: s, id: len(s.slots) + 1, kick: make(chan struct{}, 1), handler: s.handler}
		s.slots = append(s.slots, w)
	}
	s.workers = n
	for _, w := range s.slots {
		if w.id > n {
			w.mend()
		} else if !w.fault.down {
			w.start()
		}
	}
	s.deal()
	s.kickAll()
}

// kickAll makes all workers attend. The lock is held.
func (s *Subscription[T]) kickAll() {
	for _, w := range s.slots {
		w.attention()
	}
}

func (w *worker[T]) attention() {
	w.alert.Store(true)
	select {
	case w.kick <- struct{}{}:
	default: // a kick is pending already
	}
}

// wake gets a waiting worker, if any, to look at the queue. The lock is held.
// A worker that is not waiting looks before it does.
func (s *Subscription[T]) wake(q *queue[T]) {
	if s.partitioned() {
		if q.holder != nil {
			q.holder.attention()
		}
		return
	}
	for _, w := range s.slots {
		if w.waiting.Load() && s.serves(w, q) {
			w.attention()
			return
		}
	}
}

// start gives the worker a goroutine, unless it has one. The lock is held.
func (w *worker[T]) start() {
	if w.running || w.s.stage.Load() >= stopping {
		return
	}
	var ctx context.Context
	ctx, w.cancel = context.WithCancelCause(context.Background())
	w.gone = make(chan struct{})
	w.running = true
	w.fault = fault{}
	w.s.running++
	w.alert.Store(true)
	go w.run(ctx)
}

// run is the worker's goroutine.
func (w *worker[T]) run(ctx context.Context) {
	defer w.end()
	o := &w.s.o
	w.ctx, w.probe, w.panicked = ctx, nil, nil
	if o.Context != nil {
		w.ctx = o.Context(ctx, w.id)
	}
	if o.Probe != nil {
		w.probe = o.Probe.Worker(w.id)
	}
	for w.serve() {
	}
}

// serve handles messages until the worker has to end, or until a panic was
// recovered: then it is to be called again. One deferred call thus serves many
// messages.
func (w *worker[T]) serve() (again bool) {
	defer func() {
		recovers := w.s.o.Recover
		if !w.handling || !recovers && w.s.o.OnPanic == nil {
			return // nothing wrong, or the panic goes its way
		}
		v := recover()
		if v == nil {
			return // runtime.Goexit: see end
		}
		err := &PanicError{Value: v, Stack: debug.Stack()}
		if !recovers {
			w.panicked = err
			return // see end
		}
		w.handling = false
		w.conclude(err)
		again = true
	}()
	for {
		switch {
		case w.handleSeveral():
		case w.take():
			w.handle()
		default:
			return false
		}
	}
}

// handle handles the message in hand.
func (w *worker[T]) handle() {
	if f := w.s.discard.Load(); f != nil && w.throwsAway(*f) {
		return
	}
	w.handleAlone()
}

// handleAlone handles the message in hand by itself, and learns whether that took next
// to nothing.
func (w *worker[T]) handleAlone() {
	if w.timed || w.held {
		w.hold()
	}
	w.tellStart()
	var err error
	if w.quick = w.most > 1 && w.s.o.Quick(&w.hand.v); !w.quick {
		w.handling = true
		err = w.handler(w.ctx, w.hand.v)
		w.handling = false
	}
	if err != nil || w.armed || w.held || w.alert.Load() {
		w.conclude(err)
	} else if w.probe != nil {
		w.probe.End(&w.hand.v, w.hand.attempt, Done, nil)
	}
}

// tellStart tells the probe that the message in hand is about to be handled.
func (w *worker[T]) tellStart() {
	if w.probe != nil {
		w.probe.Start(&w.hand.v, w.hand.attempt)
	}
}

// conclude decides what becomes of the message in hand, after an error or
// while something else is up.
func (w *worker[T]) conclude(err error) {
	out, calls := w.judge(err)
	var pause time.Duration
	if out == Retried {
		w.hand.failed++
		if calls.backoff != nil {
			pause = calls.backoff(w.hand.v, w.hand.failed)
		}
	} else if out == Dead {
		calls.deadLetter(w.hand.v, err)
	}
	w.tell(out, err)
	if !out.comesBack() {
		return
	}
	w.hand.attempt++
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	switch t := w.hand.twin; {
	case t != nil && t.ended: // by another hand, meanwhile
	case out == Retried:
		w.s.retry(w.from, w.hand, pause)
	default:
		w.from.push(w.hand, true)
	}
	w.hand.twin = nil
}

// tell tells the probe what becomes of the message in hand.
func (w *worker[T]) tell(out Outcome, err error) {
	if w.probe == nil {
		return
	}
	w.tellElsewhere()
	w.probe.End(&w.hand.v, w.hand.attempt, out, err)
}

// judge says what becomes of the message in hand, and what is to be called then.
func (w *worker[T]) judge(err error) (out Outcome, calls failureCalls[T]) {
	s := w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	out = w.verdict(err)
	if w.held {
		out = w.release(out)
	}
	if out == Abandoned && s.stage.Load() != ended {
		s.inHand++
	}
	return out, s.failureCalls
}

// verdict says what would become of the message if nobody else had it in hand. The
// lock is held.
func (w *worker[T]) verdict(err error) Outcome {
	s := w.s
	if stage := s.stage.Load(); stage >= killed || stage == stopping && err != nil {
		return Abandoned
	}
	if out, crashed := w.crashed(err); crashed {
		return out
	}
	switch {
	case err == nil:
		return Done
	case s.ack == AckAfter && w.hand.failed+1 < s.attempts:
		return Retried
	case s.deadLetter != nil:
		return Dead
	}
	return Failed
}

// end is the last thing of a worker's goroutine.
func (w *worker[T]) end() {
	s := w.s
	if w.handling { // the goroutine ends from within the handler
		w.handling = false
		w.broke()
	}
	if w.probe != nil {
		w.probe.Exit(w.isDown())
	}
	panicked := w.panicked

	s.mu.Lock()
	w.hand = entry[T]{} // leave nothing to be kept alive
	w.cancel(ErrClosed)
	w.running = false
	s.running--
	if s.stage.Load() < stopping {
		w.wakeAnother() // it may have been woken, and has not looked
	}
	w.handOver(nil)
	gone := w.gone
	switch {
	case w.id > s.workers:
		w.mend()
	case w.fault.down:
		s.revive(w)
	default: // removed, and wanted again meanwhile
		w.start()
	}
	s.checkDry()
	s.mu.Unlock()
	close(gone)
	if panicked != nil {
		s.o.OnPanic(w.id, panicked.Value, panicked.Stack)
	}
}
