package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/voices"
	"duet/ui/internal/figure"
)

// Voices are theory, simulation and real runs beside each other.
type Voices struct {
	Duet int `json:"duet"`
	*voices.Table
	Run VoicesRun `json:"run"`
}

// VoicesRun says how much was run.
type VoicesRun struct {
	Seed        uint64        `json:"seed"`
	Runs        int           `json:"runs"`
	Seconds     engine.Figure `json:"seconds"`
	RealRuns    int           `json:"real_runs"` // 0: none
	RealSeconds engine.Figure `json:"real_seconds"`
}

// WriteJSON writes the comparisons, in seconds and shares.
func (v *Voices) WriteJSON(w io.Writer) error { return writeJSON(w, v) }

// WriteText writes a row for each comparison, and how to read it.
func (v *Voices) WriteText(w io.Writer, colour bool) error {
	p := &page{colour: colour}
	who := "theory, simulation and goroutines"
	if v.Run.RealRuns == 0 {
		who = "theory and simulation"
	}
	p.prose("", fmt.Sprintf("%s on %s, %d processors, %s/%s",
		who, v.Machine.Go, v.Machine.GOMAXPROCS, v.Machine.OS, v.Machine.Arch), 0)
	t := table{widths: []int{-28, -9, 9, 17}}
	headings := []string{"model", "mean", "theory", "virtual"}
	if v.Run.RealRuns > 0 {
		t.widths = append(t.widths, 17, 9)
		headings = append(headings, "real", "excess")
	}
	t.widths = append(t.widths, 11)
	t.row(append(headings, "they")...)
	for i := range v.Comparisons {
		t.row(v.row(&v.Comparisons[i])...)
	}
	p.table(t)
	p.line("")
	for _, line := range v.remarks() {
		p.prose("", line, 0)
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

func (v *Voices) row(c *voices.Comparison) []string {
	write := seconds
	if c.Figure == voices.Loss {
		write = func(f engine.Figure) string { return figure.Percent(float64(f)) }
	}
	interval := func(e *replicate.Estimate) string {
		if e == nil {
			return figure.None
		}
		return write(e.Mean) + " ± " + write(engine.Figure(e.Half()))
	}
	model, _, _ := strings.Cut(c.Model, ",")
	name, _, _ := strings.Cut(string(c.Figure), ".") // of a mean
	row := []string{model + " " + c.What, name, write(c.Theory), interval(c.Virtual)}
	if v.Run.RealRuns > 0 {
		excess := figure.None
		if c.Difference != nil && !math.IsNaN(float64(c.Difference.Mean)) {
			if excess = write(c.Difference.Mean); c.Difference.Mean > 0 {
				excess = "+" + excess
			}
		}
		row = append(row, interval(c.Real), excess)
	}
	if c.Agree {
		return append(row, "agree")
	}
	return append(row, "DISAGREE")
}

// remarks say how sure this is, and what does not agree.
func (v *Voices) remarks() []string {
	o := &v.Run
	lines := []string{fmt.Sprintf("virtual: %d runs of %s, seeds from %d on. ± is half of the 95%% interval; a row agrees where theory lies in an interval wide enough for all rows together to be right with 99%%.",
		o.Runs, seconds(o.Seconds), o.Seed)}
	if o.RealRuns > 0 {
		lines = append(lines, fmt.Sprintf("real: %d runs of %s at once. excess: how much they differ from the simulation of the same items, which late timers and the machine add; up to %s%% and %s agree.",
			o.RealRuns, seconds(o.RealSeconds), strconv.Itoa(voices.Tolerance*100), figure.Duration(voices.ToleranceTime)))
	}
	for i := range v.Comparisons {
		c := &v.Comparisons[i]
		line := fmt.Sprintf("%s, %s: %s.", c.Model, c.What, c.Why)
		if !c.Agree && lines[len(lines)-1] != line { // two figures of a lane may fail alike
			lines = append(lines, line)
		}
	}
	return lines
}
