package conformance

import (
	"time"

	"duet/engine/broker"
)

// keyed publishes so many messages with keys in turn.
func (s *suite) keyed(n, keys int) {
	s.Helper()
	for i := range n {
		s.last++
		m := broker.Message{ID: s.last, Key: uint32(i % keys)} //nolint:gosec // small
		if err := s.queue.Publish(s.ctx, m); err != nil {
			s.Fatalf("message %d: %v", s.last, err)
		}
	}
}

// any takes the next delivery of either of two workers.
func (s *suite) any(a, b broker.Worker) broker.Delivery {
	s.Helper()
	select {
	case d := <-a.Deliveries():
		return d
	case d := <-b.Deliveries():
		return d
	case <-s.ctx.Done():
		s.Fatal("nothing was delivered")
		panic("unreachable")
	}
}

// keepsKeys holds that messages of a key are begun in order, also when a reader has
// crashed, and that a partition has one reader.
func (s *suite) keepsKeys() {
	const n, keys = 80, 10
	a, b := s.worker(1), s.worker(2)
	s.keyed(n, keys)
	seen := map[uint64]bool{}
	latest := map[uint64]uint64{}
	for len(seen) < n {
		d := s.any(a, b)
		if key := (d.ID - 1) % keys; !seen[d.ID] {
			if d.ID < latest[key] {
				s.Errorf("message %d of key %d came after %d", d.ID, key, latest[key])
			}
			latest[key], seen[d.ID] = d.ID, true
		}
		if len(seen) == n/4 {
			b.Close(true)
			b = s.worker(3)
		}
		if err := d.Settle(broker.Ack, 0); err != nil {
			continue // of the one that has crashed: it comes again
		}
	}
	s.rest(a, b)
	d, err := s.queue.Depth(s.ctx)
	if err != nil || len(d.Partitions) != s.options.Partitions {
		s.Errorf("%d partitions are told of, %v", len(d.Partitions), err)
	}
}

// rest acknowledges what comes again until the queue is empty.
func (s *suite) rest(a, b broker.Worker) {
	s.Helper()
	for {
		d, err := s.queue.Depth(s.ctx)
		if err != nil {
			s.Fatalf("depth: %v", err)
		}
		if d.Ready == 0 && d.InFlight == 0 {
			return
		}
		select {
		case d := <-a.Deliveries():
			_ = d.Settle(broker.Ack, 0)
		case d := <-b.Deliveries():
			_ = d.Settle(broker.Ack, 0)
		case <-s.ctx.Done():
			s.Fatalf("the queue holds %+v", d)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// buries holds that what is given up is kept apart, and counted.
func (s *suite) buries() {
	if !s.server.Capabilities().DeadLetters {
		s.Skip("this broker keeps no dead letters")
	}
	s.publish(5)
	w := s.worker(1)
	for i := range 5 {
		v := broker.Ack
		if i%2 == 0 {
			v = broker.Drop
		}
		s.settle(s.receive(w), v)
	}
	s.empty()
	s.depth("3 dead letters", func(d broker.Depth) bool { return d.Dead == 3 })
}

// trusts holds that without confirms messages arrive as well, where nothing goes
// wrong.
func (s *suite) trusts() {
	s.publish(20)
	s.expect(s.worker(1), 20)
	s.empty()
}

// balances holds that whatever workers do, and whichever of them crash, everything
// that was published is in the end acknowledged or given up, or is left in the queue.
func (s *suite) balances() {
	const n = 60
	s.publish(n)
	a, b := s.worker(1), s.worker(2)
	ended, begun := map[uint64]broker.Verdict{}, map[uint64]int{}
	for moves := 0; len(ended) < n-10; moves++ {
		if moves == 15 || moves == 30 {
			b.Close(true)
			b = s.worker(10 + moves)
		}
		d := s.any(a, b)
		begun[d.ID]++
		v := broker.Ack
		switch {
		case d.ID%5 == 0 && begun[d.ID] == 1:
			v = broker.Retry
		case d.ID%7 == 0:
			v = broker.Drop
		}
		if d.Settle(v, 0) == nil && v != broker.Retry {
			ended[d.ID] = v
		}
	}
	a.Close(false)
	b.Close(false)
	left := map[uint64]bool{}
	w := s.worker(99)
	for len(left)+len(ended) < n {
		d := s.receive(w)
		if _, over := ended[d.ID]; !over {
			left[d.ID] = true
		}
		_ = d.Settle(broker.Ack, 0)
	}
	s.rest(w, w)
}
