package engine_test

import (
	"math"
	"testing"
	"time"

	"duet/engine"
)

func TestValueOfAnExpression(t *testing.T) {
	s, err := engine.Decode("value.yaml", []byte("load: {rate: 10/s}\nhandlers: [{name: work}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	lane := engine.LaneSnapshot{Name: "message", Ledger: engine.Ledger{Offered: 7}, Handlers: []engine.HandlerSnapshot{{Name: "work", WholeUtilisation: 0.25}}}
	lane.Whole.Throughput = 9.5
	lane.Whole.Latency = engine.Summary{Count: 6, Mean: 20 * time.Millisecond}
	lane.Recent.Throughput = 1
	snap := &engine.Snapshot{Scenario: s, Lanes: []engine.LaneSnapshot{lane}}
	for _, c := range []struct {
		text string
		want float64
		kind engine.ParamKind
	}{
		{"message.offered", 7, engine.KindNumber},
		{"message.throughput", 9.5, engine.KindRate},
		{"message.latency.mean", 0.02, engine.KindDuration},
		{"message.throughput * message.latency.mean", 0.19, engine.KindNumber},
		{"message.handlers.work.utilisation", 0.25, engine.KindNumber},
		{"message.wait.p99", math.NaN(), engine.KindDuration},
		{"event.offered", math.NaN(), engine.KindNumber},
		{"message.offered > 3", math.NaN(), engine.KindNumber},
	} {
		expr, err := engine.ParseExpr(c.text, s)
		if err != nil {
			t.Fatal(err)
		}
		got := float64(expr.Value(snap))
		if math.IsNaN(got) != math.IsNaN(c.want) || math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s is %v, want %v", c.text, got, c.want)
		}
		if expr.Kind() != c.kind {
			t.Errorf("%s is a %s, want a %s", c.text, expr.Kind(), c.kind)
		}
	}
}
