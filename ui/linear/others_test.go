package linear

import (
	"slices"
	"testing"

	"duet/engine"
)

// Who comes and goes in other processes is news once.
func TestSaysWhoWorksElsewhere(t *testing.T) {
	var p player
	p.snap.Lanes = []engine.LaneSnapshot{{Name: "message"}, {Name: "event"}}
	for _, c := range []struct {
		now  int
		says []string
	}{
		{0, nil},
		{1, []string{"A worker in another process serves each queue of message."}},
		{1, nil},
		{4, []string{"4 workers in other processes serve each queue of message."}},
		{0, []string{"No workers in other processes serve message any more."}},
		{0, nil},
	} {
		p.snap.Lanes[0].Broker.Elsewhere = c.now
		if got := p.others(); !slices.Equal(got, c.says) {
			t.Errorf("with %d it says %q, want %q", c.now, got, c.says)
		}
	}
}
