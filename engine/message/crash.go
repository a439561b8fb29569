package message

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrCrashed is the cause of a crashed worker's context being cancelled.
var ErrCrashed = errors.New("message: worker crashed")

// CrashWhen says at which moment a worker crashes.
type CrashWhen uint8

// The moments.
const (
	_              CrashWhen = iota
	CrashDuring              // now: the work in hand is cancelled and its outcome discarded
	CrashBeforeAck           // after the work of the present message (or the next), before its ack
)

// fault is what is wrong with a worker.
type fault struct {
	when    CrashWhen     // a crash that is to come, or came; 0: none
	at      time.Duration // when it came
	restart time.Duration // how long after that the worker is back; negative: not by itself
	down    bool          // the goroutine ends or has ended of it
	forget  context.CancelFunc
}

// Crash makes a worker crash, and returns which: the one with this number,
// from 1, or for 0 a busy one if there is any, else an idle one.
//
// With CrashDuring the worker's context is cancelled at once with the cause
// [ErrCrashed], and what its handler returns is discarded: the message is
// [Requeued] with AckAfter, else [Lost]. With CrashBeforeAck the worker first
// finishes a message, which with AckAfter is delivered again though it was
// handled ([DoneUnacked]); the other modes have no ack to miss, and the outcome
// stands. A crash is no failed attempt.
//
// The goroutine ends as soon as the handler returns. A new one takes its place
// restart after the crash, or with a negative restart at Restart only. With
// partitions, the worker's wait for it.
func (s *Subscription[T]) Crash(worker int, when CrashWhen, restart time.Duration) (int, error) {
	err := s.set(func() error {
		if when != CrashDuring && when != CrashBeforeAck {
			return fmt.Errorf("crash at moment %d: must be CrashDuring or CrashBeforeAck", when)
		}
		w := s.victim(worker)
		if w == nil && worker == 0 {
			return fmt.Errorf("no worker is left to crash")
		} else if w == nil {
			return fmt.Errorf("worker %d cannot crash: it is not running", worker)
		}
		worker = w.id
		w.fault = fault{when: when, at: s.o.Clock.Now(), restart: restart}
		if when == CrashDuring {
			w.cancel(ErrCrashed)
		}
		w.attention()
		return nil
	})
	if err != nil {
		return 0, err
	}
	return worker, nil
}

// victim finds the worker to crash, nil if there is none. The lock is held.
func (s *Subscription[T]) victim(id int) (v *worker[T]) {
	for _, w := range s.slots {
		fit := w.running && !w.fault.down && w.fault.when != CrashDuring
		fit = fit && (id != 0 || w.fault.when == 0) // whoever is to crash already is hit again by name only
		switch {
		case !fit || id != 0 && id != w.id:
		case id == w.id || !w.waiting.Load():
			return w
		case v == nil:
			v = w
		}
	}
	return v
}

// Restart brings a crashed worker back: at once, or as soon as the handler that
// it crashed in returns.
func (s *Subscription[T]) Restart(worker int) error {
	return s.set(func() error {
		if worker < 1 || worker > s.workers {
			return fmt.Errorf("worker %d cannot restart: there are %d", worker, s.workers)
		}
		w := s.slots[worker-1]
		switch {
		case w.running && (w.fault.down || w.fault.when == CrashDuring):
			w.fault.restart = 0
		case w.running:
			return fmt.Errorf("worker %d cannot restart: it is running", worker)
		default:
			w.mend()
			w.start()
		}
		return nil
	})
}

// crashed says what a crash makes of the message in hand. The lock is held.
func (w *worker[T]) crashed(err error) (out Outcome, crashed bool) {
	f := &w.fault
	if f.when == 0 {
		return 0, false
	}
	f.down = true
	w.alert.Store(true) // to end before the next message
	if f.when == CrashBeforeAck {
		f.at = w.s.o.Clock.Now()
		if w.s.ack == AckAfter && err == nil {
			return DoneUnacked, true
		}
	}
	switch {
	case w.s.ack == AckAfter:
		return Requeued, true
	case f.when == CrashDuring:
		return Lost, true
	}
	return 0, false
}

// broke is for a goroutine that ended within the handler: the worker is down
// until Restart.
func (w *worker[T]) broke() {
	w.s.mu.Lock()
	out := Lost
	if w.s.stage.Load() >= killed {
		out = Abandoned
	}
	if w.held {
		out = w.release(out)
	}
	if out == Abandoned {
		w.s.inHand++
	}
	w.fault = fault{when: CrashDuring, restart: -1, down: true}
	w.s.mu.Unlock()
	var err error
	if w.panicked != nil {
		err = w.panicked
	}
	w.tell(out, err)
}

func (w *worker[T]) isDown() bool {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.fault.down
}

// revive has a crashed worker started again in due time. The lock is held.
func (s *Subscription[T]) revive(w *worker[T]) {
	f := &w.fault
	if f.restart < 0 || s.stage.Load() >= stopping {
		return
	}
	ctx, cancel := context.WithCancel(s.ctx)
	f.forget = cancel
	until := f.at + f.restart
	s.timers.Go(func() {
		defer cancel()
		if s.o.Clock.SleepUntil(ctx, until) != nil {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if ctx.Err() == nil {
			w.start()
		}
	})
}

// mend takes a fault away from a worker without a goroutine. The lock is held.
func (w *worker[T]) mend() {
	if w.running {
		return
	}
	if w.fault.forget != nil {
		w.fault.forget()
	}
	w.fault = fault{}
}
