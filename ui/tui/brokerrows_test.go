package tui

import (
	"strings"
	"testing"

	"duet/engine"
	"duet/ui/internal/grid"
)

// inKafka is a broker of which there is everything to tell.
func inKafka() engine.BrokerSnapshot {
	return engine.BrokerSnapshot{
		Kind: engine.Kafka, Address: "kafka://here:9092", Connected: true, Since: 12e9,
		Ready: 120, InFlight: 8, Dead: 3, Age: 100 * ms, Asking: 2 * ms, Publish: engine.Summary{Count: 9, Mean: ms, P99: 4 * ms},
		Partitions: []engine.BrokerPartition{{Number: 0, Lag: 100, Holder: "1"}, {Number: 1, Lag: 28}}, Rebalances: 2,
		Can:  engine.BrokerCan{DeadLetters: true, Durable: true, Back: "after 3s of silence", Cannot: []string{"do this", "do that"}},
		Lost: 4, Repeats: 5, Down: 6,
	}
}

func TestBrokerRows(t *testing.T) {
	s := &picture(t, atWork(saleScenario(t)), 200, 60).scene
	rows := func(b engine.BrokerSnapshot, w, h int) string {
		return drawn(w, h, func(g *grid.Grid) { s.drawBrokerRows(g, &engine.LaneSnapshot{Broker: b}) })
	}
	all := rows(inKafka(), 98, 5)
	for _, want := range []string{
		"● kafka  kafka://here:9092  for", "unbounded here", "ready   120", "out     8", "dead     3", "lost    4", "twice    5", "resent    6",
		"publish  1.00ms p99  4.00ms confirmed", "asked in  2.00ms", "lag 0:100@1 1:28", "dealt out anew 2", "back after 3s of silence; cannot do this, do that",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("it lacks %q:\n%s", want, all)
		}
	}
	if few := rows(inKafka(), 38, 3); !strings.Contains(few, "lag 0:100@1 1:28") {
		t.Errorf("where there is room for little, it lacks who holds what:\n%s", few)
	}
	away := inKafka()
	away.Connected, away.Since, away.Trouble, away.Age, away.Unconfirmed, away.Can.Durable = false, 3200*ms, "EOF", 4e9, true, false
	for _, want := range []string{"× kafka lost, reconnecting 3.20s", "EOF", "unconfirmed", "4.00s old", "gone with it when it dies"} {
		if got := rows(away, 98, 5); !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	blocked := inKafka()
	blocked.Blocked = "low on memory"
	if got := rows(blocked, 98, 1); !strings.Contains(got, "! kafka takes no messages: low on memory") {
		t.Errorf("blocked:\n%s", got)
	}
	if got := rows(engine.BrokerSnapshot{}, 98, 5); strings.TrimSpace(got) != "" {
		t.Errorf("of no broker:\n%s", got)
	}
}

// In any size what there is of the rows keeps to its place.
func TestBrokerRowsInAnySize(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {80, 24}, {100, 30}, {120, 36}, {160, 50}, {200, 60}} {
		snap := atWork(saleScenario(t))
		snap.Lanes[0].Broker = inKafka()
		s := &picture(t, snap, size[0], size[1]).scene
		s.snap.CopyFrom(snap)
		s.arrange(size[0], size[1])
		l := &s.layout
		if l.broker.Y < l.chart.Y || l.broker.H > 5 || l.broker.H > 0 && l.broker.Y+l.broker.H != l.latency.Y {
			t.Errorf("%v: the rows are at %+v, the figures at %+v", size, l.broker, l.latency)
		}
		if l.chart.H < 3 {
			t.Errorf("%v: %d rows are left for the chart", size, l.chart.H)
		}
		if size[1] >= 36 != (l.broker.H >= 3) {
			t.Errorf("%v: %d rows for the broker", size, l.broker.H)
		}
	}
}
