package report

import (
	"duet/engine/theory"
	"duet/ui/internal/figure"
)

// theory is that of a lane; false in a report that was read back.
func (l *Lane) theory() (theory.Result, bool) {
	r, ok := l.Theory.(theory.Result)
	return r, ok
}

// theories is a table of what the closed forms say, and sentences about where
// they say nothing. What they say of no lane is left out.
func (c *Case) theories() (table, []string) {
	t := c.byLane("theory")
	row := func(label string, of func(r *theory.Result) string) {
		cells, known := []string{"  " + label}, false
		for i := range c.Lanes {
			cell := figure.None
			if r, ok := c.Lanes[i].theory(); ok {
				cell = of(&r)
			}
			cells, known = append(cells, cell), known || cell != figure.None
		}
		if known {
			t.row(cells...)
		}
	}
	row("model", func(r *theory.Result) string { return r.Model })
	row("method", func(r *theory.Result) string {
		if !r.Applies {
			return "does not apply"
		}
		return r.Method
	})
	row("utilisation", func(r *theory.Result) string { return figure.Percent(float64(r.Utilisation)) })
	row("wait mean", func(r *theory.Result) string { return seconds(r.WaitMean) })
	row("latency mean", func(r *theory.Result) string { return seconds(r.LatencyMean) })
	row("latency p99", func(r *theory.Result) string {
		if r.Latency == nil {
			return figure.None
		}
		return seconds(r.Latency.P99)
	})
	row("in system", func(r *theory.Result) string { return figure.Rate(float64(r.InSystem)) })
	row("dropped", func(r *theory.Result) string { return figure.Percent(float64(r.Loss)) })
	var sentences []string
	for i := range c.Lanes {
		if r, ok := c.Lanes[i].theory(); ok && !r.Applies {
			sentences = append(sentences, c.Lanes[i].Name+": "+r.Why)
		}
	}
	return t.table, sentences
}
