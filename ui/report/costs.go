package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"duet/engine"
	"duet/engine/budget"
)

// Costs are what duet costs on a machine, beside what it may cost. Its JSON follows
// the rules of [Report]'s, but that figures have units of their own.
//
//	duet, machine
//	interrupted     it was ended before the last figure
//	figures         name, value, unit, budget, at_least (the budget is the least, not
//	                the most), met
type Costs struct {
	Duet        int             `json:"duet"`
	Interrupted bool            `json:"interrupted"`
	Figures     []budget.Figure `json:"figures"`
	Machine     engine.Machine  `json:"machine"`
}

// OfCosts makes the report of the figures that there are.
func OfCosts(figures []budget.Figure, interrupted bool, machine engine.Machine) *Costs {
	return &Costs{Duet: Version, Interrupted: interrupted, Figures: append([]budget.Figure{}, figures...), Machine: machine}
}

// WriteJSON writes the figures as JSON.
func (c *Costs) WriteJSON(w io.Writer) error { return writeJSON(w, c) }

// WriteText writes a row for each figure, and how to read it.
func (c *Costs) WriteText(w io.Writer, colour bool) error {
	p := &page{colour: colour}
	p.prose("", fmt.Sprintf("what duet costs on %s, %d processors, %s/%s", c.Machine.Go, c.Machine.Cores, c.Machine.OS, c.Machine.Arch), 0)
	t := table{widths: []int{-52, 18, 20, 9}}
	t.row("", "here", "budget", "")
	met := 0
	for _, f := range c.Figures {
		sign := "not met"
		if f.Met {
			sign = "met"
			met++
		}
		bound := "at most "
		if f.Least {
			bound = "at least "
		}
		t.row(f.Name, withUnit(f.Value, f.Unit), bound+withUnit(f.Limit, f.Unit), sign)
	}
	p.table(t)
	p.line("")
	p.prose("", fmt.Sprintf("%d of %d budgets met. x is times the bare thing, a channel or calls, done in turn with it. "+
		"The rest is this machine's, and was measured while it did whatever else it does.", met, len(c.Figures)), 0)
	if c.Interrupted {
		p.line("Interrupted: not all was measured.")
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

// withUnit writes a figure with three digits.
func withUnit(x float64, unit string) string {
	digits := 2
	switch {
	case x >= 100:
		digits = 0
	case x >= 10:
		digits = 1
	}
	number := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	switch unit {
	case "":
		return number
	case "x", "%":
		return number + unit
	default:
		return number + " " + unit
	}
}
