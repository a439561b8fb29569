package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"duet/engine"
)

// brokerFlag is the flag that moves the queues of message lanes into a broker.
type brokerFlag struct {
	url   string
	names runNames
}

func (f *brokerFlag) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.url, "broker", "",
		"put the queues of message lanes into a broker, by its url; embedded: a JetStream server inside duet")
	cmd.Flags().StringVar(&f.names.first, "run", "", "what the run is called in the broker, for duet worker; else it is drawn")
}

// apply makes a copy of a scenario with its queues in the broker, checked like a
// file.
func (f *brokerFlag) apply(s *engine.Scenario) (*engine.Scenario, error) {
	s, err := f.moved(s)
	if err != nil {
		return nil, err
	}
	return s, f.names.check(s)
}

// opened is apply for a scenario that was opened, if that went well. It may be called
// from any goroutine.
func (f *brokerFlag) opened(s *engine.Scenario, err error) (*engine.Scenario, error) {
	if err != nil {
		return nil, err
	}
	return f.apply(s)
}

func (f *brokerFlag) moved(s *engine.Scenario) (*engine.Scenario, error) {
	if f.url == "" {
		return s, nil
	}
	kind, err := brokerOf(f.url)
	if err != nil {
		return nil, fmt.Errorf("--broker: %w", err)
	}
	s, found := s.Clone(), false
	for i := range s.Lanes {
		if l := &s.Lanes[i]; l.Model == engine.Message {
			l.Queue.Broker, l.Queue.URL, found = kind, f.url, true
			if !kind.Bounded() {
				unbind(l)
			}
		}
	}
	if !found {
		return nil, fmt.Errorf("--broker: %s has no message lane, and an event lane has no queue that could be in a broker", s.Name)
	}
	moved, err := s.WithAll(nil)
	if err != nil {
		return nil, fmt.Errorf("--broker: %s does not go through it: %w", s.Name, err)
	}
	return moved, nil
}

// unbind takes away what a lane says about the room in its queues.
func unbind(l *engine.Lane) {
	l.Queue.Capacity = 0
	for name, sub := range l.Subscriptions {
		sub.Capacity = nil
		l.Subscriptions[name] = sub
	}
}

// remark is what is different in the broker and has to be known; empty: nothing.
func (f *brokerFlag) remark() string {
	kind, err := brokerOf(f.url)
	if f.url == "" || err != nil || kind.Bounded() {
		return ""
	}
	return fmt.Sprintf("queues in %s have no limit: capacity and when_full of the lanes do not hold there\n", kind)
}

// brokerOf is the broker that speaks a url's scheme. The url itself is not repeated:
// it may have a password in it.
func brokerOf(url string) (engine.Broker, error) {
	if engine.Embedded(url) {
		return engine.JetStream, nil
	}
	scheme, _, ok := strings.Cut(url, "://")
	if !ok {
		return "", fmt.Errorf("a url such as nats://localhost:4222 is needed, or the word %s", engine.InMemory)
	}
	kind, ok := engine.BrokerSchemes[scheme]
	if !ok {
		return "", fmt.Errorf("no broker is known that speaks %q", scheme)
	}
	return kind, nil
}
