package report

import (
	"strings"
	"testing"

	"duet/engine"
)

func TestResourcesAreReportedWhereThereAreAny(t *testing.T) {
	c := Case{Lanes: []Lane{{LaneFigures: engine.LaneFigures{Name: "message"}}, {LaneFigures: engine.LaneFigures{Name: "event"}}}}
	if n := len(c.resources().rows); n != 0 {
		t.Errorf("%d lines of nothing", n)
	}
	for i := range c.Lanes {
		c.Lanes[i].Resources = []engine.ResourceFigures{{
			Name: "db", Slots: 4, InUse: engine.GaugeFigures{Mean: 3.5, Max: 4}, Waiting: engine.GaugeFigures{Mean: 12, Max: 60},
			Utilisation: 0.875, Wait: engine.SummaryFigures{Mean: 0.25, P99: 1.5},
		}}
	}
	rows := c.resources().rows
	if len(rows) != 3 {
		t.Fatalf("%d lines", len(rows))
	}
	line := strings.Join(rows[2], "|")
	for _, want := range []string{"db", "event", "|4|", "87.5%", "60", "250ms", "1.50s"} {
		if !strings.Contains(line, want) {
			t.Errorf("%q lacks %s", line, want)
		}
	}
}
