package sweep

import (
	"errors"
	"fmt"
	"slices"

	"duet/engine"
)

// MaxPoints is how many points a grid may have.
const MaxPoints = 10_000

// Grid is every combination of the values of some axes.
type Grid struct {
	Base *engine.Scenario
	Axes []Axis // at least one

	points []Point
}

// Point is one combination.
type Point struct {
	At       []int // which value of each axis
	Scenario *engine.Scenario
}

// NewGrid makes the grid of a scenario, each point checked like a file. The error
// is a sentence about the first setting that does not take its value.
func NewGrid(base *engine.Scenario, axes []Axis) (*Grid, error) {
	if len(axes) == 0 {
		return nil, errors.New("nothing varies")
	}
	n := 1
	for i, a := range axes {
		if slices.ContainsFunc(axes[:i], func(b Axis) bool { return a.Path == b.Path }) {
			return nil, fmt.Errorf("%s varies twice", a.Path)
		}
		if n *= len(a.Values); n > MaxPoints {
			return nil, fmt.Errorf("the grid has more than %d points", MaxPoints)
		}
	}
	g := &Grid{Base: base, Axes: axes, points: make([]Point, n)}
	for i := range g.points {
		if err := g.place(i); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// place makes point i. The first axis is the fastest, so that the points of a
// curve are one after another.
func (g *Grid) place(i int) error {
	set, p := map[string]string{}, &g.points[i]
	for _, a := range g.Axes {
		n := len(a.Values)
		p.At = append(p.At, i%n)
		set[a.Path] = a.Values[i%n]
		i /= n
	}
	var err error
	if p.Scenario, err = g.Base.WithAll(set); err != nil {
		return err
	}
	if s := p.Scenario; s.Duration <= 0 {
		return errors.New("duration is 0s: the points of a grid have to come to an end")
	} else if s.Warmup >= s.Duration {
		return fmt.Errorf("nothing would be measured: a run lasts %s, and its warm-up %s",
			engine.FormatDuration(s.Duration), engine.FormatDuration(s.Warmup))
	}
	return nil
}

// Points are the points of the grid, the first axis the fastest.
func (g *Grid) Points() []Point { return g.points }
