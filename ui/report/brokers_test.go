package report

import (
	"strings"
	"testing"

	"duet/engine"
)

func TestBrokersAreReportedWhereThereAreAny(t *testing.T) {
	c := Case{Lanes: []Lane{{LaneFigures: engine.LaneFigures{Name: "local"}}, {LaneFigures: engine.LaneFigures{Name: "remote"}}}}
	if n := len(c.brokers().rows) + len(c.partitions().rows) + len(c.inBroker()); n != 0 {
		t.Errorf("%d lines of nothing", n)
	}
	ready := int64(12)
	c.Lanes[1].Broker = &engine.BrokerFigures{
		Kind: engine.Kafka, Address: "kafka://here:9092", Ready: &ready, Publish: engine.SummaryFigures{Mean: 0.25, P99: 1.5},
		Down: 3, Unknown: 4, Repeats: 5, Lost: 6, Rebalances: 2, Back: "after 3s of silence", Trouble: "EOF",
		Partitions: []engine.PartitionFigures{{Queue: "charge", Number: 1, Lag: 33, Holder: "2"}},
	}
	for _, x := range []struct {
		text string
		want []string
	}{
		{strings.Join(c.brokers().rows[1], "|"), []string{"kafka", "remote", "|12|-|-|", "|6|250ms|1.50s|", "|7|5"}},
		{strings.Join(c.partitions().rows[1], "|"), []string{"charge", "remote", "|1|33|", "2"}},
		{strings.Join(c.inBroker(), "|"), []string{"remote: ", "kafka://here:9092", "after 3s of silence", "unbounded here", "not confirmed", "2 times", "away: EOF"}},
	} {
		for _, want := range x.want {
			if !strings.Contains(x.text, want) {
				t.Errorf("%q lacks %s", x.text, want)
			}
		}
	}
}
