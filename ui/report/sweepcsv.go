package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"duet/engine"
	"duet/engine/sweep"
)

// WriteCSV writes a line for each point, below one of names: the value of each
// axis, as a number where it is one; then for each lane and metric the mean, the
// ends of its 95 % interval and theory's, such as message.latency.p99,
// message.latency.p99.low, .high and .theory; by how much the lane is overloaded;
// and 1 where its curve has the knee, else 0. What is not defined is empty.
func (s *Sweep) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	var names []string
	for i := range s.Axes {
		names = append(names, s.Axes[i].Path)
	}
	for i := range s.base.Lanes {
		lane := s.base.Lanes[i].Name + "."
		for _, m := range s.Metrics {
			name := lane + m.Name
			names = append(names, name, name+".low", name+".high", name+".theory")
		}
		names = append(names, lane+"overload", lane+"knee")
	}
	if err := out.Write(names); err != nil {
		return err
	}
	for i := range s.Points {
		if err := out.Write(s.csvLine(&s.Points[i])); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (s *Sweep) csvLine(p *sweep.Outcome) []string {
	var cells []string
	for a, at := range p.Index {
		if numbers := s.Axes[a].Numbers; numbers != nil {
			cells = append(cells, plain(engine.Figure(numbers[at])))
		} else {
			cells = append(cells, p.At[a])
		}
	}
	for i := range p.Lanes {
		l := &p.Lanes[i]
		for _, m := range s.Metrics {
			v := l.Figures[m.Name]
			low, high := engine.Figure(math.NaN()), engine.Figure(math.NaN())
			if v.CI95 != nil {
				low, high = v.CI95[0], v.CI95[1]
			}
			cells = append(cells, plain(v.Mean), plain(low), plain(high), plain(v.Theory))
		}
		knee := "0"
		if s.isKnee(p, l.Name) {
			knee = "1"
		}
		cells = append(cells, plain(l.Overload), knee)
	}
	return cells
}

// plain writes a number for a program; nothing for what is not defined.
func plain(f engine.Figure) string {
	if math.IsNaN(float64(f)) {
		return ""
	}
	return strconv.FormatFloat(float64(f), 'g', -1, 64)
}
