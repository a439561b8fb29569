package replicate_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/replicate"
)

const shop = `
load: {rate: 10/s}
handlers: [{name: charge}, {name: mail}]
lanes:
  - {model: message}
  - {model: event, handlers: [charge]}
`

func decode(t *testing.T, text string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("shop.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMetric(t *testing.T) {
	s := decode(t, shop)
	snap := &engine.Snapshot{Scenario: s, Lanes: make([]engine.LaneSnapshot, 2)}
	for i := range snap.Lanes {
		l := &snap.Lanes[i]
		l.Name = s.Lanes[i].Name
		l.Ledger = engine.Ledger{Offered: 1000, Dropped: 900}
		l.Whole.Ledger = engine.Ledger{Offered: 200, Done: 150, Failed: 20, Dropped: 5, Lost: 10, Expired: 15}
		l.Whole.Utilisation = 0.5
		l.Whole.Throughput = 7
		l.Whole.Latency = engine.Summary{Count: 1, P99: time.Duration(i+1) * time.Second}
		l.Handlers = []engine.HandlerSnapshot{{Name: "charge", WholeWait: engine.Summary{Count: 1, Mean: time.Minute}}}
	}
	for _, c := range []struct {
		name string
		kind engine.ParamKind
		want float64
	}{
		{"latency.p99", engine.KindDuration, 2},
		{"throughput", engine.KindRate, 7},
		{"utilisation", engine.KindShare, 0.5},
		{"offered", engine.KindNumber, 1000},
		{"handlers.charge.wait.mean", engine.KindDuration, 60},
		{"loss", engine.KindShare, 0.15},
		{"wait.mean", engine.KindDuration, math.NaN()},
	} {
		m, err := replicate.ParseMetric(c.name, s)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Of(snap, 1); m.Kind != c.kind || got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s is %v, a %s; want %v, a %s", c.name, got, m.Kind, c.want, c.kind)
		}
	}
	if loss := replicate.Loss(&engine.Ledger{}); !math.IsNaN(loss) {
		t.Errorf("of nothing %v is lost", loss)
	}
}

func TestWrongMetric(t *testing.T) {
	for _, c := range []struct{ name, says string }{
		{"", "the name of a figure is needed, such as latency.p99 or loss"},
		{"latency.p99 > 3s", "the name of a figure is needed"},
		{"done + failed", "the name of a figure is needed"},
		{"latncy", `a lane has no figure "latncy"; did you mean latency?`},
		{"latency.p98", `a lane has no figure "latency.p98"`},
		{"handlers.mail.wait.mean", `lane event has no handler "mail"`},
	} {
		if _, err := replicate.ParseMetric(c.name, decode(t, shop)); err == nil || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%q: %v, want %s", c.name, err, c.says)
		}
	}
}
