// Package conformance holds brokers to what [broker.Queue] promises: one suite for
// all of them, for their tests.
package conformance

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"slices"
	"strconv"
	"testing"
	"time"

	"duet/engine/broker"
)

// most is how long anything may take before the test gives up on it.
const most = 2 * time.Minute

// suite is one queue under test.
type suite struct {
	*testing.T
	server  broker.Server
	name    broker.Name
	options broker.Options
	queue   broker.Queue
	ctx     context.Context
	last    uint64
}

// AtOnce has tests that are parallel run eight at a time, however few cores there are:
// they wait most of the time, for a broker or for work. It is called before they run.
// Whoever runs them with -parallel has the last word.
func AtOnce() {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("8")
	}
}

// Test runs the whole suite on a server, all cases at the same time, each with a queue
// of its own. It is closed by the caller.
func Test(t *testing.T, server broker.Server) {
	t.Run("all", func(t *testing.T) { // it ends with the last of them
		for _, c := range []struct {
			name    string
			options broker.Options
			test    func(*suite)
		}{
			{"carries all that is in a message", broker.Options{Prefetch: 4}, (*suite).carries},
			{"counts what it holds", broker.Options{Prefetch: 1}, (*suite).counts},
			{"holds to the prefetch", broker.Options{Prefetch: 3}, (*suite).prefetches},
			{"delivers again what is to be tried again", broker.Options{Prefetch: 1}, (*suite).retries},
			{"delivers once what is given up", broker.Options{Prefetch: 1}, (*suite).drops},
			{"delivers again what a crashed worker held", broker.Options{Prefetch: 3}, (*suite).crashes},
			{"delivers again what one held that waited for more", broker.Options{Prefetch: 8}, (*suite).crashesHalfEmpty},
			{"gives back what a closed worker held", broker.Options{Prefetch: 3}, (*suite).closes},
			{"refuses what is beyond its limit", broker.Options{Prefetch: 1, Limit: 5}, (*suite).refuses},
			{"holds to the prefetch over all partitions", broker.Options{Prefetch: 2, Partitions: 5}, (*suite).prefetchesParts},
			{"refuses what is beyond a partition's limit", broker.Options{Prefetch: 1, Limit: 5, Partitions: 3}, (*suite).refusesParts},
			{"keeps apart what is given up", broker.Options{Prefetch: 1}, (*suite).buries},
			{"keeps the order of each key", broker.Options{Prefetch: 4, Partitions: 4}, (*suite).keepsKeys},
			{"carries what it does not confirm", broker.Options{Prefetch: 4, Unconfirmed: true}, (*suite).trusts},
			{"accounts for everything", broker.Options{Prefetch: 4}, (*suite).balances},
			{"is joined by others", broker.Options{Prefetch: 1}, (*suite).joins},
			{"is listed as long as it is there", broker.Options{Prefetch: 1}, (*suite).lists},
			{"says when it is gone", broker.Options{Prefetch: 1}, (*suite).goes},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				on(t, server, c.options, c.test)
			})
		}
	})
}

// on runs a case with a queue of its own, which goes with it, unless the broker cannot
// do what the case is about.
func on(t *testing.T, server broker.Server, o broker.Options, test func(*suite)) {
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	switch can := server.Capabilities(); {
	case o.Limit > 0 && !can.Limit:
		t.Skip("a queue of this broker has no limit")
	case o.Partitions > 0 && !can.Partitions:
		t.Skip("a queue of this broker has no partitions")
	}
	name := broker.Name{Run: broker.NewRun(), Lane: "message", Handler: "charge"}
	queue, err := server.Queue(ctx, name, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := queue.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	test(&suite{T: t, server: server, name: name, options: o, queue: queue, ctx: ctx})
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
	w, err := s.queue.Worker(s.ctx, strconv.Itoa(id))
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
	seen := make(map[uint64]bool)
	for id := uint64(1); id <= n; id++ {
		d := s.receive(w)
		if !bytes.Equal(d.Body, []byte{byte(d.ID)}) || d.Redelivered || seen[d.ID] {
			s.Fatalf("a message came as %+v", d)
		}
		if d.ID != id && s.server.Capabilities().InOrder {
			s.Fatalf("message %d came as number %d", d.ID, id)
		}
		seen[d.ID] = true
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

func (s *suite) crashes() { s.ends(true) }

func (s *suite) closes() { s.ends(false) }

// ends holds that what a worker held comes again that crashes, or is closed.
func (s *suite) ends(crash bool) {
	s.publish(5)
	a := s.worker(1)
	first := s.receive(a)
	a.Close(crash)
	if err := first.Settle(broker.Ack, 0); !errors.Is(err, broker.ErrStale) {
		s.Errorf("settling after the end: %v", err)
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

func (s *suite) refuses() {
	s.publish(s.options.Limit)
	if err := s.queue.Publish(s.ctx, broker.Message{ID: 99}); !errors.Is(err, broker.ErrFull) {
		s.Fatalf("the message beyond the limit: %v", err)
	}
	w := s.worker(1)
	s.expect(w, s.options.Limit)
	s.empty()
	if err := s.queue.Publish(s.ctx, broker.Message{ID: 99}); err != nil {
		s.Fatalf("there is room again, and yet: %v", err)
	}
	if d := s.receive(w); d.ID != 99 {
		s.Errorf("message %d came", d.ID)
	} else {
		s.settle(d, broker.Ack)
	}
}

func (s *suite) joins() {
	other, err := s.server.Attach(s.ctx, s.name, s.options)
	if err != nil {
		s.Fatal(err)
	}
	w, err := other.Worker(s.ctx, "elsewhere")
	if err != nil {
		s.Fatal(err)
	}
	s.publish(3)
	s.expect(w, 3)
	w.Close(false)
	if err := other.Close(s.ctx); err != nil {
		s.Fatal(err)
	}
	s.publish(1)
	s.depth("1", func(d broker.Depth) bool { return d.Ready == 1 })
	none := s.name
	none.Run = broker.NewRun()
	if _, err := s.server.Attach(s.ctx, none, s.options); err == nil {
		s.Error("a queue was joined that nobody has made")
	}
}

func (s *suite) lists() {
	if !s.listed() {
		s.Error("it is not listed")
	}
	s.publish(1)
	if err := s.server.Delete(s.ctx, s.name); err != nil {
		s.Fatal(err)
	}
	if s.listed() {
		s.Error("it was deleted, and is listed")
	}
	if err := s.server.Delete(s.ctx, s.name); err != nil {
		s.Errorf("deleting what is not there: %v", err)
	}
}

func (s *suite) listed() bool {
	all, err := s.server.Created(s.ctx)
	if err != nil {
		s.Fatal(err)
	}
	return slices.Contains(all, s.name)
}

func (s *suite) goes() {
	if err := s.queue.Close(s.ctx); err != nil {
		s.Fatal(err)
	}
	s.gone("publishing to", func() error { return s.queue.Publish(s.ctx, broker.Message{ID: 1}) })
	s.gone("the depth of", func() error {
		_, err := s.queue.Depth(s.ctx)
		return err
	})
}

// gone waits until something says that the queue is gone. A cluster may go on with it
// for a moment.
func (s *suite) gone(what string, ask func() error) {
	s.Helper()
	for {
		err := ask()
		if errors.Is(err, broker.ErrGone) {
			return
		}
		if !broker.Wait(s.ctx, 5*time.Millisecond) {
			s.Fatalf("%s a queue that was deleted: %v", what, err)
		}
	}
}
