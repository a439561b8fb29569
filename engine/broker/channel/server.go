// Package channel is a broker of Go slices and channels in this process: the
// reference that all others are held beside, and the one for tests. It lives in
// whatever time it is called in, fake time included. It can be made to be away, to
// be slow, and to lose what it holds.
package channel

import (
	"context"
	"fmt"
	"sync"
	"time"

	"duet/engine/broker"
)

// Server is the broker. It begins in good health.
type Server struct {
	mu     sync.Mutex
	queues map[broker.Name]*queue
	state  broker.State
	delay  time.Duration // of a confirm
	mute   bool          // it takes messages, and confirms none
	moved  chan struct{} // closed, and replaced, when anything has changed
}

var _ broker.Server = (*Server)(nil)

// New makes a broker that holds nothing.
func New() *Server {
	return &Server{
		queues: make(map[broker.Name]*queue), moved: make(chan struct{}),
		state: broker.State{Connected: true, Since: time.Now()}, //nolint:forbidigo // a broker lives in wall time
	}
}

// Cut ends all connections, workers' as well: what they held comes again. Nothing is
// reached until [Server.Restore]. What the broker holds it keeps, unless it is to
// lose it.
func (s *Server) Cut(lose bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = broker.State{Since: time.Now(), Trouble: "the connection was cut"} //nolint:forbidigo // as above
	for _, q := range s.queues {
		q.disconnect()
		if lose {
			q.lose()
		}
	}
	s.stir()
}

// Restore lets the broker be reached again.
func (s *Server) Restore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = broker.State{Connected: true, Since: time.Now()} //nolint:forbidigo // as above
	for _, q := range s.queues {
		q.deliver()
	}
	s.stir()
}

// Slow lets a confirm take its time.
func (s *Server) Slow(delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = delay
}

// Mute has the broker take messages without confirming any, or confirm again.
func (s *Server) Mute(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mute = on
	s.stir()
}

// Lose drops everything that waits, as a broker does that came back without it.
func (s *Server) Lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		q.lose()
	}
}

// stir has whoever waits look again. The caller holds mu.
func (s *Server) stir() {
	close(s.moved)
	s.moved = make(chan struct{})
}

// Address implements [broker.Server].
func (s *Server) Address() string { return "channel" }

// Capabilities implements [broker.Server].
func (s *Server) Capabilities() broker.Capabilities {
	return broker.Capabilities{
		Limit: true, Partitions: true, DeadLetters: true, InOrder: true, Back: "at once", Retry: "in its old place",
		Cannot: []string{"outlive the process"},
	}
}

// State implements [broker.Server].
func (s *Server) State() broker.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Queue implements [broker.Server].
func (s *Server) Queue(_ context.Context, name broker.Name, o broker.Options) (broker.Queue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.state.Connected {
		return nil, broker.ErrDown
	}
	if s.queues[name] != nil {
		return nil, fmt.Errorf("queue %s: there is one already", name)
	}
	q := newQueue(s, name, o)
	s.queues[name] = q
	return q, nil
}

// Attach implements [broker.Server].
func (s *Server) Attach(_ context.Context, name broker.Name, _ broker.Options) (broker.Queue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch q := s.queues[name]; {
	case !s.state.Connected:
		return nil, broker.ErrDown
	case q == nil:
		return nil, fmt.Errorf("queue %s: %w", name, broker.ErrGone)
	default:
		return joined{q}, nil
	}
}

// Created implements [broker.Server].
func (s *Server) Created(context.Context) (all []broker.Name, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.state.Connected {
		return nil, broker.ErrDown
	}
	for name := range s.queues {
		all = append(all, name)
	}
	return all, nil
}

// Delete implements [broker.Server].
func (s *Server) Delete(_ context.Context, name broker.Name) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.state.Connected {
		return broker.ErrDown
	}
	s.delete(name)
	return nil
}

// delete removes a queue. The caller holds mu.
func (s *Server) delete(name broker.Name) {
	if q := s.queues[name]; q != nil {
		q.disconnect()
		q.lose()
		q.gone = true
		delete(s.queues, name)
	}
}

// Close implements [broker.Server].
func (s *Server) Close() {}
