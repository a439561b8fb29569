// Package rabbitmq has queues in RabbitMQ: durable classic ones, with persistent
// messages.
//
// A queue with an order of keys is several queues, NAME.0 and so on, each read by a
// single consumer at a time. What is given up is in a queue NAME.dead; where there is
// a limit, it comes through a queue NAME.over. The names of
// what was made are kept in a queue duet.created, as the protocol lists nothing.
package rabbitmq

import (
	"context"
	"fmt"
	"sync"

	"duet/engine/broker"
)

// Server is a connection to a RabbitMQ server; to be exact, two: it stops listening
// to one that publishes when it is short of memory, and has to be asked then as well.
type Server struct {
	dialler  *dialler
	publish  *link
	ask      *link
	registry *registry

	ctx     context.Context // ends with the server
	cancel  context.CancelFunc
	running sync.WaitGroup
}

var _ broker.Server = (*Server)(nil)

// Connect connects to a server. With the scheme amqps the connection is encrypted,
// and the server must prove who it is. Without a login it is that of a new server,
// guest. It takes two seconds at most, and an error is a sentence.
func Connect(ctx context.Context, at broker.Address) (*Server, error) {
	d, err := newDialler(at)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	s := &Server{dialler: d}
	if s.publish, err = openLink(ctx, d, broker.Prefix+" publishes"); err != nil {
		return nil, err
	}
	if s.ask, err = openLink(ctx, d, broker.Prefix+" asks"); err != nil {
		w, _ := s.publish.now()
		w.close()
		return nil, err
	}
	s.registry = newRegistry(s.publish, s.ask)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.running.Go(func() { s.publish.keep(s.ctx) })
	s.running.Go(func() { s.ask.keep(s.ctx) })
	return s, nil
}

// Address implements [broker.Server].
func (s *Server) Address() string { return s.dialler.shown() }

// Capabilities implements [broker.Server].
func (s *Server) Capabilities() broker.Capabilities {
	return broker.Capabilities{
		Limit: true, InOrder: true, Partitions: true, DeadLetters: true, Durable: true,
		Back: "at once", Retry: "in its old place",
		Cannot: []string{
			"hold back what is to be tried again: its worker does, and it counts against the prefetch",
			"count what is in flight towards a limit",
			"start again with a full queue and keep its order: what was in flight goes to the tail",
			"say how many are in flight in other processes",
			"deal partitions out anew when another process joins",
		},
	}
}

// State implements [broker.Server].
func (s *Server) State() broker.State {
	a, b := s.publish.state(), s.ask.state()
	if a.Connected && !b.Connected || a.Connected == b.Connected && b.Since.After(a.Since) {
		a.Since = b.Since
	}
	if a.Connected {
		a.Trouble = b.Trouble
	}
	a.Connected = a.Connected && b.Connected
	return a
}

// Close implements [broker.Server].
func (s *Server) Close() {
	s.cancel()
	s.running.Wait()
}

// Created implements [broker.Server].
func (s *Server) Created(ctx context.Context) ([]broker.Name, error) {
	names, err := s.registry.list(ctx)
	if err != nil {
		return nil, s.wrong(err)
	}
	return names, nil
}

// Delete implements [broker.Server].
func (s *Server) Delete(ctx context.Context, name broker.Name) error {
	if err := s.registry.strike(ctx, name); err != nil {
		return s.wrong(err)
	}
	return nil
}

// wrong is what the server has answered as a sentence, without a secret.
func (s *Server) wrong(err error) error {
	return fmt.Errorf("%s: %w", s.Address(), s.dialler.refusal(err))
}
