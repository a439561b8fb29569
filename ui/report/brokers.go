package report

import (
	"strconv"

	"duet/engine"
	"duet/ui/internal/figure"
)

// brokers is a line for each lane whose queues are in a broker: empty where none are.
func (c *Case) brokers() table {
	t := table{widths: []int{-15, -16, 8, 8, 8, 8, 10, 10, 7, 7}}
	for i := range c.Lanes {
		b := c.Lanes[i].Broker
		if b == nil {
			continue
		}
		if len(t.rows) == 0 {
			t.row("broker", "", "ready", "out", "dead", "lost", "publish", "p99", "resent", "twice")
		}
		t.row("  "+string(b.Kind), c.Lanes[i].Name, ifKnown(b.Ready), ifKnown(b.InFlight), ifKnown(b.DeadLetters), count(b.Lost),
			seconds(b.Publish.Mean), seconds(b.Publish.P99), count(b.Down+b.Unknown+b.Full), count(b.Repeats))
	}
	return t
}

// ifKnown is a count that the broker may not know.
func ifKnown(n *int64) string {
	if n == nil {
		return figure.None
	}
	return count(*n)
}

// partitions is a line for each partition of a queue in a broker: empty where there
// are none.
func (c *Case) partitions() table {
	t := table{widths: []int{-15, -16, 10, 10, -24}}
	for i := range c.Lanes {
		b := c.Lanes[i].Broker
		if b == nil {
			continue
		}
		for _, p := range b.Partitions {
			if len(t.rows) == 0 {
				t.row("partition", "", "number", "lag", "  held by")
			}
			t.row("  "+p.Queue, c.Lanes[i].Name, strconv.Itoa(p.Number), count(p.Lag), "  "+p.Holder)
		}
	}
	return t
}

// inBroker are remarks on the brokers of lanes.
func (c *Case) inBroker() (remarks []string) {
	for i := range c.Lanes {
		if b := c.Lanes[i].Broker; b != nil {
			remarks = append(remarks, c.Lanes[i].Name+": "+brokerRemark(b))
		}
	}
	return remarks
}

// brokerRemark says where the queues are, and what has to be known of it.
func brokerRemark(b *engine.BrokerFigures) string {
	text := "its queues are in " + string(b.Kind) + " (" + b.Address + "); what a crashed worker held comes again " + b.Back
	if !b.Bounded {
		text += "; unbounded here"
	}
	if !b.Confirms {
		text += "; publishes are not confirmed"
	}
	if b.Rebalances > 0 {
		text += "; partitions were dealt out anew " + count(b.Rebalances) + " times"
	}
	if b.DoneElsewhere > 0 {
		text += "; workers in other processes did " + count(b.DoneElsewhere) + " deliveries: their service is by their own clocks, and waits include the way of their reports"
	}
	if !b.Connected {
		text += "; it is away: " + b.Trouble
	}
	return text
}
