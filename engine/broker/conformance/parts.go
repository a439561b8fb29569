package conformance

import (
	"errors"
	"time"

	"duet/engine/broker"
)

// prefetchesParts holds that the prefetch is that of a worker, however many partitions it
// reads.
func (s *suite) prefetchesParts() {
	const n = 20
	s.keyed(n, n)
	w := s.worker(1)
	held := []broker.Delivery{s.receive(w), s.receive(w)}
	select {
	case d := <-w.Deliveries():
		s.Errorf("message %d came, and 2 were held", d.ID)
	case <-time.After(50 * time.Millisecond): // a broker that does not hold to it delivers far sooner
	}
	for _, d := range held {
		s.settle(d, broker.Ack)
	}
	for range n - len(held) {
		s.settle(s.receive(w), broker.Ack)
	}
	s.empty()
}

// refusesParts holds that the limit is that of each partition.
func (s *suite) refusesParts() {
	for id := range uint64(s.options.Limit) + 1 { //nolint:gosec // small
		err := s.queue.Publish(s.ctx, broker.Message{ID: id + 1, Key: 7})
		if full := id == uint64(s.options.Limit); full != errors.Is(err, broker.ErrFull) || !full && err != nil { //nolint:gosec // small
			s.Fatalf("message %d of a partition that holds %d: %v", id+1, s.options.Limit, err)
		}
	}
	if err := s.queue.Publish(s.ctx, broker.Message{ID: 100, Key: 8}); err != nil {
		s.Fatalf("a message of another partition: %v", err)
	}
	w := s.worker(1)
	for range s.options.Limit + 1 {
		s.settle(s.receive(w), broker.Ack)
	}
	s.empty()
	if err := s.queue.Publish(s.ctx, broker.Message{ID: 101, Key: 7}); err != nil {
		s.Errorf("there is room again, and yet: %v", err)
	}
}
