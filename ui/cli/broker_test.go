package cli

import (
	"strings"
	"testing"

	"duet/engine"
)

// moved is a scenario with its queues where a url says.
func moved(t *testing.T, text, url string) (*engine.Scenario, error) {
	t.Helper()
	s, err := engine.Decode("test.yaml", []byte("duet: 1\nload: {rate: 1/s}\nhandlers: [{name: charge}]\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return (&brokerFlag{url: url}).apply(s)
}

func TestBrokerMovesTheQueuesOfMessageLanes(t *testing.T) {
	for url, want := range map[string]engine.Broker{
		"embedded": engine.JetStream, "nats://localhost": engine.JetStream, "tls://localhost": engine.JetStream,
		"kafka://localhost": engine.Kafka, "kafkas://localhost": engine.Kafka,
	} {
		s, err := moved(t, "lanes: [{model: message, subscriptions: {charge: {capacity: 5}}}, {model: event}]", url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		q := &s.Lanes[0].Queue
		if q.Broker != want || q.URL != url || s.Lanes[1].Queue.Remote() {
			t.Errorf("%s: %+v and %+v", url, q, s.Lanes[1].Queue)
		}
		limited := q.Capacity > 0 && s.Lanes[0].Subscriptions["charge"].Capacity != nil
		if limited != want.Bounded() {
			t.Errorf("%s: capacity %d, %+v", url, q.Capacity, s.Lanes[0].Subscriptions)
		}
		if remark := (&brokerFlag{url: url}).remark(); (remark != "") == want.Bounded() {
			t.Errorf("%s: it is said %q", url, remark)
		}
	}
}

func TestBrokerRefusesWithoutRepeatingTheURL(t *testing.T) {
	for _, c := range []struct{ lanes, url, want string }{
		{"lanes: [{model: event}]", "embedded", "no message lane"},
		{"lanes: [{model: message}]", "localhost:s3cret", "a url such as"},
		{"lanes: [{model: message}]", "http://me:s3cret@localhost", `no broker is known that speaks "http"`},
		{"lanes: [{model: message, queue: {order: lifo}}]", "nats://me:s3cret@localhost", "only fifo"},
	} {
		_, err := moved(t, c.lanes, c.url)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", c.want, err)
		}
	}
}

func TestWithoutBrokerNothingMoves(t *testing.T) {
	s, err := moved(t, "lanes: [{model: message}]", "")
	if err != nil || s.Lanes[0].Queue.Remote() || (&brokerFlag{}).remark() != "" {
		t.Errorf("%+v, %v", s, err)
	}
}
