package report

import (
	"duet/engine"
	"duet/ui/internal/figure"
)

// resources is a line for each resource and lane: empty where there are none.
func (c *Case) resources() table {
	t := table{widths: []int{-15, -16, 8, 7, 16, 16, 10, 10}}
	for i := range c.Lanes {
		for n := range c.Lanes[i].Resources {
			if len(t.rows) == 0 {
				t.row("resource", "", "slots", "taken", "in use", "in line", "wait mean", "wait p99")
			}
			r := &c.Lanes[i].Resources[n]
			t.row("  "+r.Name, c.Lanes[i].Name, count(int64(r.Slots)), figure.Percent(float64(r.Utilisation)),
				meanAndMax(&r.InUse), meanAndMax(&r.Waiting), seconds(r.Wait.Mean), seconds(r.Wait.P99))
		}
	}
	return t
}

func meanAndMax(g *engine.GaugeFigures) string {
	return figure.Rate(float64(g.Mean)) + ", " + count(g.Max)
}
