package diagnose_test

import (
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/diagnose"
)

// inKafka is a calm run whose first lane has its queue in a broker.
func inKafka(change func(*engine.BrokerSnapshot)) *engine.Snapshot {
	s := calm()
	b := &s.Lanes[0].Broker
	*b = engine.BrokerSnapshot{Kind: engine.Kafka, Connected: true, Publish: engine.Summary{Count: 800, Mean: 2 * ms}}
	b.Can.Limit = true
	change(b)
	return s
}

func TestBrokers(t *testing.T) {
	for _, c := range []struct {
		name     string
		change   func(*engine.BrokerSnapshot)
		kind     diagnose.Kind
		severity diagnose.Severity
		says     string
	}{
		{"well", func(*engine.BrokerSnapshot) {}, "", 0, ""},
		{"away", func(b *engine.BrokerSnapshot) { b.Connected, b.Since = false, 3200*ms }, diagnose.BrokerAway, diagnose.Bad, "kafka has been away for 3.2 s"},
		{"blocked", func(b *engine.BrokerSnapshot) { b.Blocked = "low on memory" }, diagnose.BrokerBlocked, diagnose.Bad, "takes no messages (low on memory)"},
		{"silent", func(b *engine.BrokerSnapshot) { b.Age = 2 * sec }, diagnose.BrokerSilent, diagnose.Warning, "has not said for 2 s"},
		{"slow", func(b *engine.BrokerSnapshot) { b.Publish.Mean = 20 * ms }, diagnose.BrokerSlow, diagnose.Warning, "takes 20 ms to confirm: 1 producer can publish 50/s, and 80/s arrive"},
		{"slow and unconfirmed", func(b *engine.BrokerSnapshot) { b.Publish.Mean, b.Unconfirmed = 20*ms, true }, "", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := inKafka(c.change)
			s.Lanes[0].Publishers = make([]engine.PublisherSnapshot, 1)
			for _, f := range diagnose.Of(s, nil) {
				if !strings.HasPrefix(string(f.Kind), "broker") {
					continue
				}
				if f.Kind != c.kind || f.Severity != c.severity || f.Lane != "message" || !strings.Contains(f.Text, c.says) {
					t.Errorf("found %+v", f)
				}
				return
			}
			if c.kind != "" {
				t.Error("it was not found")
			}
		})
	}
}

func TestWhoHasLostIt(t *testing.T) {
	s := inKafka(func(b *engine.BrokerSnapshot) { b.Lost = 7 })
	s.Lanes[0].Recent.Ledger.Lost = 7
	if f := diagnose.Of(s, nil)[0]; f.Kind != diagnose.Losing || !strings.Contains(f.Text, "kafka had taken them, and no longer has them") {
		t.Errorf("found %+v", f)
	}
}
