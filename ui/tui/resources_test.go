package tui

import (
	"strings"
	"testing"

	"duet/engine"
)

// TestWhoStandsInLineIsSeen draws workers and publishers that wait for a slot.
func TestWhoStandsInLineIsSeen(t *testing.T) {
	snap := atWork(saleScenario(t))
	for i := range snap.Lanes {
		snap.Lanes[i].Resources = []engine.ResourceSnapshot{{Name: "db", Slots: 4, InUse: engine.Gauge{Now: 3}, Waiting: engine.Gauge{Now: 57}}}
	}
	snap.Lanes[0].Workers[0].State = engine.Queuing
	snap.Lanes[1].Publishers[0].Calls[1].State = engine.CallQueuing
	for _, size := range sizes {
		got := text(t, picture(t, snap, size.w, size.h))
		if size.w < 120 {
			continue // it is drawn, and that is all
		}
		for want, times := range map[string]int{"db 3/4 57 in line": 2, "in line": 3} {
			if n := strings.Count(got, want); n < times {
				t.Errorf("%dx%d: %q is there %d times:\n%s", size.w, size.h, want, n, got)
			}
		}
	}
}
