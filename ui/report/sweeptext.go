package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/sweep"
	"duet/ui/internal/figure"
)

// WriteText writes a table for each lane, its curves one below the other. With
// colour it has the escape sequences of a terminal, which say nothing that the text
// does not.
func (s *Sweep) WriteText(w io.Writer, colour bool) error {
	p := &page{colour: colour}
	for _, line := range wrap(s.heading(), width) {
		p.line("%s", p.paint(bold, line))
	}
	for _, line := range s.about() {
		p.prose("", line, 0)
	}
	for i := range s.base.Lanes {
		p.table(s.lane(i))
	}
	p.line("")
	for _, line := range slices.Concat(s.found(), s.cautions()) {
		p.prose("", line, 0)
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

func (s *Sweep) heading() string {
	if s.Case != "" {
		return s.Title + ", case " + s.Case
	}
	return s.Title
}

// about says what was run.
func (s *Sweep) about() []string {
	lines := []string{fmt.Sprintf("%s, %s runs on %s, %d processors, %s/%s",
		s.Scenario, s.Mode, s.Machine.Go, s.Machine.GOMAXPROCS, s.Machine.OS, s.Machine.Arch)}
	for i := range s.Axes {
		a := &s.Axes[i]
		lines = append(lines, a.Path+": "+listed(a.Values))
	}
	runs := fmt.Sprintf("one run of %s at each point, seed %d", seconds(s.Seconds), s.Seed)
	if s.Seeds > 1 {
		runs = fmt.Sprintf("%d runs of %s at each point, seeds from %d on; ± is half of the 95%% interval", s.Seeds, seconds(s.Seconds), s.Seed)
	}
	if s.WarmupSeconds > 0 {
		runs += fmt.Sprintf("; %s of warm-up are left out", seconds(s.WarmupSeconds))
	}
	return append(lines, runs)
}

// listed names values, and of many the first and the last.
func listed(values []string) string {
	const many = 12
	if n := len(values); n > many {
		return fmt.Sprintf("%s to %s, %d values", values[0], values[n-1], n)
	}
	return strings.Join(values, ", ")
}

// The marks of a point.
const (
	kneeMark = "◂ knee"
	overMark = "overload"
	fullMark = "saturated"
)

// lane is the table of a lane: a row for each point.
func (s *Sweep) lane(n int) table {
	lane := s.base.Lanes[n].Name
	var t table
	var headings []string
	column := func(width int, heading string) {
		t.widths, headings = append(t.widths, width), append(headings, heading)
	}
	column(-(2 + ansi.StringWidth(lane)), lane)
	var axes []int // that make a difference here
	for i := range s.Axes {
		if !s.Axes[i].Concerns(lane) {
			continue
		}
		axes = append(axes, i)
		heading := s.short(i)
		wide := ansi.StringWidth(heading)
		for _, value := range s.Axes[i].Values {
			wide = max(wide, ansi.StringWidth(value))
		}
		column(wide+2, heading)
	}
	cell := 12
	if s.Seeds > 1 {
		cell = 17
	}
	theory := s.foreseen(n)
	for i, m := range s.Metrics {
		column(max(cell, ansi.StringWidth(m.Name)+2), m.Name)
		if i == 0 && theory {
			column(10, "theory")
		}
	}
	column(-11, "")
	t.row(headings...)
	for i := range s.Points {
		p := &s.Points[i]
		if s.Repeats(p, lane) {
			continue
		}
		row := []string{""}
		for _, a := range axes {
			row = append(row, p.At[a])
		}
		for i, m := range s.Metrics {
			v := p.Lanes[n].Figures[m.Name]
			row = append(row, spread(m.Kind, v.Estimate))
			if i == 0 && theory {
				row = append(row, amount(m.Kind, v.Theory))
			}
		}
		t.row(append(row, s.mark(p, n))...)
	}
	return t
}

// short names an axis by the end of its path, as far as that tells it from the
// others.
func (s *Sweep) short(axis int) string {
	parts := strings.Split(s.Axes[axis].Path, ".")
	for from := len(parts) - 1; from > 0; from-- {
		end := strings.Join(parts[from:], ".")
		shared := slices.ContainsFunc(s.Axes, func(a sweep.Axis) bool {
			return a.Path != s.Axes[axis].Path && strings.HasSuffix(a.Path, "."+end)
		})
		if !shared {
			return end
		}
	}
	return s.Axes[axis].Path
}

// foreseen reports whether theory says anything of a lane's first metric.
func (s *Sweep) foreseen(lane int) bool {
	return slices.ContainsFunc(s.Points, func(p sweep.Outcome) bool {
		return !math.IsNaN(float64(p.Lanes[lane].Figures[s.Metrics[0].Name].Theory))
	})
}

func (s *Sweep) mark(p *sweep.Outcome, lane int) string {
	l := &p.Lanes[lane]
	switch {
	case s.isKnee(p, l.Name):
		return " " + kneeMark
	case l.Overload > 0:
		return " " + overMark
	case l.Saturated:
		return " " + fullMark
	default:
		return ""
	}
}

// found says where the knees are.
func (s *Sweep) found() []string {
	var lines []string
	for i := range s.Knees {
		lines = append(lines, s.told(&s.Knees[i]))
	}
	if len(s.Knees) == 0 && s.Axes[0].Numbers != nil {
		lines = append(lines, "no curve has a knee among these values of "+s.Axes[0].Path)
	}
	return lines
}

// cautions say what has to be known to read the tables.
func (s *Sweep) cautions() []string {
	var lines []string
	saturated := func(p sweep.Outcome) bool {
		return slices.ContainsFunc(p.Lanes, func(l sweep.Lane) bool { return l.Saturated })
	}
	if slices.ContainsFunc(s.Points, saturated) {
		lines = append(lines, fullMark+", "+overMark+": as much arrives as the lane can finish, or more; the longer it runs, the larger its times")
	}
	if s.Interrupted {
		lines = append(lines, "interrupted: points that had not ended are left out")
	}
	return lines
}

// told is a knee as a sentence.
func (s *Sweep) told(k *sweep.Knee) string {
	text := fmt.Sprintf("%s: the knee is at %s %s", k.Lane, s.Axes[0].Path, k.At[0])
	if curve := s.curve(k.Lane, k.At); curve != "" {
		text += ", with " + curve
	}
	if k.Method == sweep.MethodPower {
		return text + ", where throughput over mean latency is greatest (power, Kleinrock 1979)"
	}
	return text + ", where the mean latency bends most (Kneedle, Satopaa et al. 2011)"
}

// curve says which curve of a lane a point belongs to: the values of all axes
// but the first that make a difference to it.
func (s *Sweep) curve(lane string, at []string) string {
	var parts []string
	for i := 1; i < len(s.Axes); i++ {
		if !s.Axes[i].Concerns(lane) {
			continue
		}
		parts = append(parts, s.short(i)+" "+at[i])
	}
	return strings.Join(parts, ", ")
}

// spread is a figure with half of its interval.
func spread(k engine.ParamKind, e replicate.Estimate) string {
	text := amount(k, e.Mean)
	if half := e.Half(); e.Runs > 1 && half > 0 {
		text += " ±" + amount(k, engine.Figure(half))
	}
	return text
}

// amount is a figure of a kind, in six columns.
func amount(k engine.ParamKind, f engine.Figure) string {
	x := float64(f)
	switch k {
	case engine.KindDuration:
		return seconds(f)
	case engine.KindShare:
		return figure.Percent(x)
	case engine.KindRate:
		if math.IsNaN(x) {
			return figure.None
		}
		return figure.Rate(x) + "/s"
	default:
		if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return figure.Count(int64(x))
		}
		return figure.Rate(x)
	}
}
