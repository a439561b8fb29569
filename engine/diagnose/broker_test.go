package diagnose_test

import (
	"slices"
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

// Producers that stand before a broker do not stand at a full queue, and workers are
// not what is missing.
func TestWhereProducersStand(t *testing.T) {
	const (
		before = "producers stand before kafka 80% of the time; 90 items wait outside."
		full   = "producers stand at the full queue 80% of the time (120/s arrive, 4 workers finish 100/s). 1 more would do."
	)
	for name, c := range map[string]struct {
		change func(*engine.BrokerSnapshot)
		says   string
	}{
		"it is slow":              {func(*engine.BrokerSnapshot) {}, before},
		"it is away":              {func(b *engine.BrokerSnapshot) { b.Connected, b.Full = false, 12 }, before},
		"it was full once":        {func(b *engine.BrokerSnapshot) { b.Full = 9 }, before},
		"it is full":              {func(b *engine.BrokerSnapshot) { b.Full = 12 }, full},
		"it takes whatever comes": {func(b *engine.BrokerSnapshot) { b.Can.Limit = false }, before},
	} {
		t.Run(name, func(t *testing.T) {
			now, then := inKafka(c.change), inKafka(func(b *engine.BrokerSnapshot) { b.Full = 9 })
			then.At -= 1500 * ms
			now.Scenario.Load.Rate = 120
			now.Lanes[0].Whole.Blocked, now.Lanes[0].Recent.Backlog.Now = 1200*ms, 90
			now.Lanes[0].Ledger = engine.Ledger{Offered: 2400 + 180, Done: 2330 + 150, Waiting: 66 + 30, InFlight: 4}
			found := diagnose.Of(now, then)
			i := slices.IndexFunc(found, func(f diagnose.Finding) bool { return f.Kind == diagnose.Blocked })
			if i < 0 || found[i].Text != c.says {
				t.Errorf("found %+v, want %s", found, c.says)
			}
		})
	}
}

// A partition of a log has no end that it could reach.
func TestAHotPartitionWithoutALimitIsNeverFull(t *testing.T) {
	for limit, says := range map[bool]string{
		true:  "the worker of partition 1 cannot keep up: 90 of 90 wait there, full in more than a day; all 4 are 80% busy.",
		false: "the worker of partition 1 cannot keep up: 90 of 90 wait there; all 4 are 80% busy.",
	} {
		now, then := inKafka(func(b *engine.BrokerSnapshot) { b.Can.Limit = limit }), inKafka(func(*engine.BrokerSnapshot) {})
		then.At -= 1500 * ms
		for s, depth := range map[*engine.Snapshot]int{now: 90, then: 75} {
			h := &s.Lanes[0].Handlers[0]
			h.Partitions, h.Capacity, h.Depth.Now = []int{depth, 0, 0, 0}, engine.Unbounded, int64(depth)
		}
		found := diagnose.Of(now, then)
		i := slices.IndexFunc(found, func(f diagnose.Finding) bool { return f.Kind == diagnose.HotPartition })
		if i < 0 || found[i].Text != says || found[i].Growth != 10 || (found[i].FullIn > 0) != limit {
			t.Errorf("found %+v, want %s", found, says)
		}
	}
}
