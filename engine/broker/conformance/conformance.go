// Package conformance holds brokers to what [broker.Queue] promises: one suite for
// all of them, for their tests.
package conformance

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"duet/engine/broker"
)

// most is how long anything may take before the test gives up on it.
const most = 30 * time.Second

// suite is one queue under test.
type suite struct {
	*testing.T
	server broker.Server
	queue  broker.Queue
	ctx    context.Context
	last   uint64
}

// Test runs the whole suite on a server. It is closed by the caller.
func Test(t *testing.T, server broker.Server) {
	for _, c := range []struct {
		name     string
		prefetch int
		test     func(*suite)
	}{
		{"carries all that is in a message, in order", 4, (*suite).carries},
		{"counts what it holds", 1, (*suite).counts},
		{"holds to the prefetch", 3, (*suite).prefetches},
		{"delivers again what is to be tried again", 1, (*suite).retries},
		{"delivers once what is given up", 1, (*suite).drops},
		{"delivers again what a crashed worker held", 3, (*suite).crashes},
		{"delivers again what one held that waited for more", 8, (*suite).crashesHalfEmpty},
		{"gives back what a closed worker held", 3, (*suite).closes},
		{"says when it is gone", 1, (*suite).goes},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), most)
			defer cancel()
			name := broker.Name{Run: broker.NewRun(), Lane: "message", Handler: "charge"}
			queue, err := server.Queue(ctx, name, broker.Options{Prefetch: c.prefetch})
			if err != nil {
				t.Fatal(err)
			}
			s := &suite{T: t, server: server, queue: queue, ctx: ctx}
			defer func() {
				if err := queue.Close(ctx); err != nil {
					t.Error(err)
				}
			}()
			c.test(s)
		})
	}
}

// publish hands over so many messages.
func (s *suite) publish(n int) {
	s.Helper()
	for range n {
		s.last++
		if err := s.queue.Publish(s.ctx, broker.Message{ID: s.last, Body: []byte{byte(s.last)}}); err != nil {
			s.Fatalf("message %d: %v", s.last, err)
		}
	}
}

// worker starts one. It is closed with the test, unless it was before.
func (s *suite) worker(id int) broker.Worker {
	s.Helper()
	w, err := s.queue.Worker(s.ctx, id)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { w.Close(true) })
	return w
}

// receive takes the next delivery.
func (s *suite) receive(w broker.Worker) broker.Delivery {
	s.Helper()
	select {
	case d := <-w.Deliveries():
		return d
	case <-s.ctx.Done():
		s.Fatal("nothing was delivered")
		panic("unreachable")
	}
}

// settle settles a delivery, which must not be stale.
func (s *suite) settle(d broker.Delivery, v broker.Verdict) {
	s.Helper()
	if err := d.Settle(v, 0); err != nil {
		s.Errorf("settling message %d: %v", d.ID, err)
	}
}

// expect takes deliveries until each of so many messages, from 1 on, was delivered,
// and settles them.
func (s *suite) expect(w broker.Worker, n int) {
	s.Helper()
	missing := map[uint64]bool{}
	for id := range n {
		missing[uint64(id)+1] = true //nolint:gosec // small
	}
	for len(missing) > 0 {
		d := s.receive(w)
		delete(missing, d.ID)
		s.settle(d, broker.Ack)
	}
}

// empty waits until the broker holds nothing more.
func (s *suite) empty() {
	s.Helper()
	s.depth("nothing", func(d broker.Depth) bool { return d.Ready == 0 && d.InFlight == 0 })
}

// depth waits until the broker holds so much.
func (s *suite) depth(what string, reached func(broker.Depth) bool) {
	s.Helper()
	for {
		d, err := s.queue.Depth(s.ctx)
		if err != nil {
			s.Fatalf("depth: %v", err)
		}
		if reached(d) {
			return
		}
		select {
		case <-s.ctx.Done():
			s.Fatalf("the queue holds %+v, not %s", d, what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (s *suite) carries() {
	const n = 50
	s.publish(n)
	w := s.worker(1)
	for id := uint64(1); id <= n; id++ {
		d := s.receive(w)
		if d.ID != id || !bytes.Equal(d.Body, []byte{byte(id)}) || d.Redelivered {
			s.Fatalf("message %d came as %+v", id, d.Message)
		}
		s.settle(d, broker.Ack)
	}
	s.empty()
}

func (s *suite) counts() {
	s.publish(5)
	s.depth("5", func(d broker.Depth) bool { return d.Ready == 5 && d.InFlight == 0 })
	w := s.worker(1)
	d := s.receive(w)
	s.depth("4, and 1 delivered", func(d broker.Depth) bool { return d.Ready == 4 && d.InFlight == 1 })
	s.settle(d, broker.Ack)
	for range 4 {
		s.settle(s.receive(w), broker.Ack)
	}
	s.empty()
}

func (s *suite) prefetches() {
	s.publish(10)
	a := s.worker(1)
	held := []broker.Delivery{s.receive(a), s.receive(a), s.receive(a)}
	select {
	case d := <-a.Deliveries():
		s.Errorf("message %d came, and 3 were held", d.ID)
	case <-time.After(50 * time.Millisecond): // a broker that does not hold to it delivers far sooner
	}
	for _, d := range held {
		s.settle(d, broker.Ack)
	}
	for range 7 {
		s.settle(s.receive(a), broker.Ack)
	}
	s.empty()
}

func (s *suite) retries() {
	s.publish(1)
	w := s.worker(1)
	s.settle(s.receive(w), broker.Retry)
	again := s.receive(w)
	if !again.Redelivered {
		s.Error("the second delivery does not say that it is one")
	}
	const pause = 50 * time.Millisecond
	before := time.Now() //nolint:forbidigo // a broker lives in wall time
	if err := again.Settle(broker.Retry, pause); err != nil {
		s.Fatal(err)
	}
	third := s.receive(w)
	if d := time.Since(before); d < pause*9/10 {
		s.Errorf("it came again after %v, and was to rest for %v", d, pause)
	}
	s.settle(third, broker.Ack)
	s.empty()
}

func (s *suite) drops() {
	s.publish(2)
	w := s.worker(1)
	s.settle(s.receive(w), broker.Drop)
	if d := s.receive(w); d.ID != 2 {
		s.Errorf("message %d came again", d.ID)
	} else {
		s.settle(d, broker.Ack)
	}
	s.empty()
}

func (s *suite) crashes() {
	s.publish(5)
	a := s.worker(1)
	first := s.receive(a)
	a.Close(true)
	if err := first.Settle(broker.Ack, 0); !errors.Is(err, broker.ErrStale) {
		s.Errorf("settling after the crash: %v", err)
	}
	s.expect(s.worker(2), 5)
	s.empty()
}

func (s *suite) crashesHalfEmpty() {
	s.publish(1)
	a := s.worker(1)
	s.receive(a)
	a.Close(true)
	s.expect(s.worker(1), 1)
	s.empty()
}

func (s *suite) closes() {
	s.publish(5)
	a := s.worker(1)
	first := s.receive(a)
	a.Close(false)
	if err := first.Settle(broker.Ack, 0); !errors.Is(err, broker.ErrStale) {
		s.Errorf("settling after the end: %v", err)
	}
	s.expect(s.worker(2), 5)
	s.empty()
}

func (s *suite) goes() {
	if err := s.queue.Close(s.ctx); err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.ctx, 2*time.Second)
	defer cancel()
	if err := s.queue.Publish(ctx, broker.Message{ID: 1}); err == nil {
		s.Error("a queue that was deleted took a message")
	}
	if _, err := s.queue.Depth(ctx); err == nil {
		s.Error("a queue that was deleted has a depth")
	}
}
