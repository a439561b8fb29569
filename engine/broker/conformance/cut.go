package conformance

import (
	"context"
	"errors"
	"testing"
	"time"

	"duet/engine/broker"
)

// Cut runs what a broker has to do when its connections are cut, and can be made again
// later, on a server of which the caller knows how that is done. Nothing may be lost
// of it. It is closed by the caller.
func Cut(t *testing.T, server broker.Server, cut, restore func()) {
	on(t, server, broker.Options{Prefetch: 4}, func(s *suite) {
		s.publish(10)
		w := s.worker(1)
		late := s.receive(w)
		cut()
		s.state("away", func(st broker.State) bool { return !st.Connected && st.Trouble != "" })
		s.failsInTime()
		restore()
		s.state("back", func(st broker.State) bool { return st.Connected })
		if err := late.Settle(broker.Ack, 0); err != nil && !errors.Is(err, broker.ErrStale) {
			t.Errorf("settling what was delivered before the cut: %v", err)
		}
		s.again(5)
		s.survives(w, late.ID)
	})
}

// state waits until the connection is so.
func (s *suite) state(what string, reached func(broker.State) bool) {
	s.Helper()
	for !reached(s.server.State()) {
		select {
		case <-s.ctx.Done():
			s.Fatalf("the broker is not %s: %+v", what, s.server.State())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// failsInTime holds that publishing to a broker that is away ends with the context, and
// says which way.
func (s *suite) failsInTime() {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, time.Second)
	defer cancel()
	err := s.queue.Publish(ctx, broker.Message{ID: 1_000_000})
	if !errors.Is(err, broker.ErrDown) && !errors.Is(err, broker.ErrUnknown) {
		s.Errorf("publishing while it is away: %v", err)
	}
	if s.ctx.Err() != nil {
		s.Error("publishing did not end with its context")
	}
}

// again hands over so many messages to a broker that has just come back.
func (s *suite) again(n int) {
	s.Helper()
	for range n {
		s.last++
		for {
			ctx, cancel := context.WithTimeout(s.ctx, time.Second)
			err := s.queue.Publish(ctx, broker.Message{ID: s.last, Body: []byte{byte(s.last)}})
			cancel()
			if err == nil {
				break
			}
			if errors.Is(err, broker.ErrGone) || s.ctx.Err() != nil {
				s.Fatalf("message %d: %v", s.last, err)
			}
			time.Sleep(5 * time.Millisecond) //nolint:forbidigo // a broker lives in wall time
		}
	}
}

// survives holds that everything that was confirmed is delivered, but for what was
// settled late, which may be.
func (s *suite) survives(w broker.Worker, late uint64) {
	s.Helper()
	missing := map[uint64]bool{}
	for id := uint64(1); id <= s.last; id++ {
		missing[id] = id != late
	}
	delete(missing, late)
	for len(missing) > 0 {
		d := s.receive(w)
		delete(missing, d.ID)
		_ = d.Settle(broker.Ack, 0) // one that is stale comes again
	}
	s.rest(w, w)
}
