package tui

import (
	"strings"
	"testing"

	"duet/engine"
	"duet/ui/internal/grid"
)

// How a broker is stands at the lower edge of its lane, and what it said long ago is
// told as such.
func TestBrokerRow(t *testing.T) {
	s := &picture(t, atWork(saleScenario(t)), 200, 60).scene
	here := engine.BrokerSnapshot{Kind: engine.JetStream, Connected: true, Ready: 12, InFlight: 8}
	told := func(change func(*engine.BrokerSnapshot)) engine.BrokerSnapshot {
		b := here
		change(&b)
		return b
	}
	for want, b := range map[string]engine.BrokerSnapshot{
		"":                                    {},
		"   ● jetstream ready    12 out    8": here,
		"   ● jetstream ready    12 out    8 2.50s old": told(func(b *engine.BrokerSnapshot) { b.Age = 2500 * ms }),
		"   ● jetstream ready    12 out    8 twice 3":   told(func(b *engine.BrokerSnapshot) { b.Repeats, b.Down = 3, 1 }),
		"   ● jetstream ready    12 out    8 resent 4":  told(func(b *engine.BrokerSnapshot) { b.Unknown, b.Down = 3, 1 }),
		"   ● jetstream ready    12 out    8 lost 2":    told(func(b *engine.BrokerSnapshot) { b.Lost, b.Repeats = 2, 1 }),
		"   ● jetstream ready    12 out    8 blocked":   told(func(b *engine.BrokerSnapshot) { b.Blocked = "low on memory" }),
		"   ● jetstream":                told(func(b *engine.BrokerSnapshot) { b.Age = -1 }),
		"   × jetstream lost for 3.20s": told(func(b *engine.BrokerSnapshot) { b.Connected, b.Since = false, 3200*ms }),
	} {
		got := drawn(80, 1, func(g *grid.Grid) {
			for x := range g.W {
				g.Text(x, 0, "─", grid.Style{})
			}
			s.drawBroker(g, &engine.LaneSnapshot{Broker: b})
		})
		if got = strings.Trim(got, "─ "); got != strings.TrimSpace(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}
