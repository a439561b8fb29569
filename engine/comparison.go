package engine

import (
	"fmt"
	"math"
	"slices"
)

// Comparison is one comparison of a claim: a claim is one, or several joined by
// and. It is immutable and may be used by several goroutines.
type Comparison struct {
	Op    string    // == != < <= > >=, or [Within]
	Share float64   // of Within
	Kind  ParamKind // of both sides: duration in seconds, rate a second, or number

	test   comparison
	theory []theoryFigure // of the claim
	part   int            // of the lanes' Parts; below 0: none
}

// compared makes a comparison of two operands.
func compared(op string, share float64, left, right operand) comparison {
	c := comparison{op: op, holds: comparisons[op], share: share, left: left.number, right: right.number, dim: left.dim}
	if op == Within {
		c.holds = within
	}
	if left.zero() {
		c.dim = right.dim
	}
	return c
}

// Comparisons takes a claim about runs of a scenario apart. The error says that
// the claim makes no sense for the scenario; claims of a decoded scenario do.
func (c Claim) Comparisons(s *Scenario) ([]Comparison, error) {
	expr, err := parseClaim(c, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(c.Text), err)
	}
	part := -1
	if c.During != nil {
		if part = slices.Index(s.Stretches(), *c.During); part < 0 {
			return nil, fmt.Errorf("%s: the run kept no figures of %s", shown(c.Text), stretchText(*c.During))
		}
	}
	var all []Comparison
	var add func(t test)
	add = func(t test) {
		switch t := t.(type) {
		case both:
			add(t.first)
			add(t.second)
		case comparison:
			all = append(all, Comparison{Op: t.op, Share: t.share, Kind: t.dim.kind(), test: t, theory: expr.theory, part: part})
		}
	}
	add(expr.root.test)
	return all, nil
}

// Sides are the two sides in the figures of a run that is over; NaN where one is
// not defined. Without theory, which may be nil, nothing that it says is.
func (c *Comparison) Sides(snap *Snapshot, theory Theory) (left, right float64) {
	at := c.scene(snap, theory)
	return c.test.left.eval(at), c.test.right.eval(at)
}

// Holds compares two sides; it is false with one that is not defined.
func (c *Comparison) Holds(left, right float64) bool {
	return !math.IsNaN(left) && !math.IsNaN(right) && c.test.holds(left, right, c.Share)
}

// Theory is what theory says of the left side: where the right side is that, or
// the left side a figure of a lane that theory has as well. NaN for all else.
func (c *Comparison) Theory(snap *Snapshot, theory Theory) float64 {
	at := c.scene(snap, theory)
	if f, ok := c.test.right.(theoryFigure); ok {
		return f.eval(at)
	}
	if f, ok := c.test.left.(laneFigure); ok && c.part < 0 {
		if name, ok := counterparts[f.name]; ok {
			return theoryFigure{f.lane, name}.eval(at)
		}
	}
	return math.NaN()
}

// Constant reports whether the right side is the same whatever was measured.
func (c *Comparison) Constant() bool {
	_, ok := c.test.right.(constant)
	return ok
}

func (c *Comparison) scene(snap *Snapshot, theory Theory) scene {
	return scene{snapshot: snap, theory: theory, part: c.part}
}

// Undefined says why nothing could be compared in a run; nothing where it could.
func (c *Comparison) Undefined(snap *Snapshot, theory Theory) string {
	side := ""
	left, right := c.Sides(snap, theory)
	switch leftless, rightless := math.IsNaN(left), math.IsNaN(right); {
	case leftless && rightless:
		side = "neither side is defined: "
	case leftless:
		side = "the left side is not defined: "
	case rightless:
		side = "the right side is not defined: "
	default:
		return ""
	}
	for _, f := range c.theory {
		if value, why := f.ask(c.scene(snap, theory)); math.IsNaN(value) {
			return side + "theory says nothing of " + f.lane + "." + f.name + ": " + why
		}
	}
	return side + "nothing was measured"
}
