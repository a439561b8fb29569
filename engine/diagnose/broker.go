package diagnose

import (
	"fmt"
	"time"

	"duet/engine"
)

// silence is how long a broker may say nothing.
const silence = time.Second

// broker reports a broker that is away, takes no messages, or says nothing: the
// producers stand before it, or soon will.
func (l *lane) broker() *Finding {
	b := &l.now.Broker
	switch {
	case b.Kind == "":
		return nil
	case !b.Connected:
		return &Finding{Kind: BrokerAway, Severity: Bad, Text: fmt.Sprintf("%s has been away for %s: %s outside, and what it holds comes when it is back.",
			shortened(string(b.Kind)), duration(b.Since), waits(l.now.Recent.Backlog.Now))}
	case b.Blocked != "":
		return &Finding{Kind: BrokerBlocked, Severity: Bad, Text: fmt.Sprintf("%s takes no messages (%s); %s outside.",
			shortened(string(b.Kind)), shortened(b.Blocked), waits(l.now.Recent.Backlog.Now))}
	case b.Age > silence:
		return &Finding{Kind: BrokerSilent, Severity: Warning, Text: fmt.Sprintf("%s has not said for %s how much it holds; %s outside.",
			shortened(string(b.Kind)), duration(b.Age), waits(l.now.Recent.Backlog.Now))}
	default:
		return l.slowBroker(b)
	}
}

// slowBroker reports a broker that takes its time to confirm: while a producer waits
// for it, the next item cannot be published.
func (l *lane) slowBroker(b *engine.BrokerSnapshot) *Finding {
	most := float64(len(l.now.Publishers)) / b.Publish.Mean.Seconds()
	if b.Publish.Count < enough || b.Unconfirmed || len(l.now.Publishers) == 0 || most > l.arrivals {
		return nil
	}
	return &Finding{Kind: BrokerSlow, Severity: Warning, Text: fmt.Sprintf("%s takes %s to confirm: %s can publish %s, and %s arrive.",
		shortened(string(b.Kind)), duration(b.Publish.Mean), plural(int64(len(l.now.Publishers)), "producer"), rate(most), rate(l.arrivals))}
}

// beforeBroker tells whether producers that stand do so before the broker: it is away,
// or has had room of late for all that it was given.
func (l *lane) beforeBroker() bool {
	b := &l.now.Broker
	refused := b.Full
	if l.before != nil {
		refused -= l.before.Broker.Full
	}
	return b.Kind != "" && (!b.Connected || refused <= 0)
}

// lostByBroker tells whether the broker has lost something of late.
func (l *lane) lostByBroker() bool {
	lost := l.now.Broker.Lost
	if l.before != nil {
		lost -= l.before.Broker.Lost
	}
	return lost > 0
}
