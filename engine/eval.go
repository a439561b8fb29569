package engine

import "math"

// operand is a part of an expression: a test, which says yes or no, or a
// number.
type operand struct {
	test   test
	number number
	dim    dimension // of a number
}

// zero reports whether it is the number 0 itself, which has every dimension.
func (o operand) zero() bool { return o.number == constant(0) }

// number is a part of an expression that has a value. It is NaN when it is not
// defined.
type number interface{ eval(at scene) float64 }

// test is a part of an expression that holds or not.
type test interface{ decide(at scene) decision }

// decision is the outcome of a test, with the sides of the comparison that
// decided it.
type decision struct {
	holds       bool
	left, right float64
}

// scene is what an expression is evaluated against: a run's figures of the
// last seconds, of the whole, or of one part. It goes by value, so that
// evaluating allocates nothing.
type scene struct {
	snapshot *Snapshot
	theory   Theory // nil: nobody knows any
	recent   bool
	part     int // of the lanes' Parts; below 0: none
}

// window is the part of a lane's figures that the scene is about.
func (at scene) window(l *LaneSnapshot) *Window {
	switch {
	case at.part >= len(l.Parts):
		return nil
	case at.part >= 0:
		return &l.Parts[at.part]
	case at.recent:
		return &l.Recent
	default:
		return &l.Whole
	}
}

func (at scene) lane(name string) *LaneSnapshot {
	for i := range at.snapshot.Lanes {
		if at.snapshot.Lanes[i].Name == name {
			return &at.snapshot.Lanes[i]
		}
	}
	return nil
}

type constant float64

func (c constant) eval(scene) float64 { return float64(c) }

type laneFigure struct {
	lane, name string
	read       func(v view) float64
}

func (f laneFigure) eval(at scene) float64 {
	l := at.lane(f.lane)
	if l == nil {
		return math.NaN()
	}
	w := at.window(l)
	switch {
	case w == nil:
		return math.NaN()
	case at.recent:
		return f.read(view{l, w, &l.Ledger})
	default:
		return f.read(viewOf(l, w))
	}
}

// partFigure is a figure of one of several parts of a lane: a handler, a resource, a
// class.
type partFigure[T any] struct {
	lane, part string
	among      func(l *LaneSnapshot) []T
	name       func(x *T) string
	read       func(x *T, recent bool) float64
}

func (f partFigure[T]) eval(at scene) float64 {
	if l := at.lane(f.lane); l != nil {
		all := f.among(l)
		for i := range all {
			if f.name(&all[i]) == f.part {
				return f.read(&all[i], at.recent)
			}
		}
	}
	return math.NaN()
}

func handlerFigure(lane, handler string, read func(h *HandlerSnapshot, recent bool) float64) number {
	return partFigure[HandlerSnapshot]{
		lane, handler, func(l *LaneSnapshot) []HandlerSnapshot { return l.Handlers }, func(h *HandlerSnapshot) string { return h.Name }, read,
	}
}

func resourceFigure(lane, resource string, read func(r *ResourceSnapshot, recent bool) float64) number {
	return partFigure[ResourceSnapshot]{
		lane, resource, func(l *LaneSnapshot) []ResourceSnapshot { return l.Resources }, func(r *ResourceSnapshot) string { return r.Name }, read,
	}
}

func classFigure(lane, class string, read func(c *ClassSnapshot, recent bool) float64) number {
	return partFigure[ClassSnapshot]{
		lane, class, func(l *LaneSnapshot) []ClassSnapshot { return l.Classes }, func(c *ClassSnapshot) string { return c.Name }, read,
	}
}

type arithmetic struct {
	op          byte
	left, right number
}

func (a arithmetic) eval(at scene) float64 {
	left, right := a.left.eval(at), a.right.eval(at)
	switch {
	case a.op == '+':
		return left + right
	case a.op == '-':
		return left - right
	case a.op == '*':
		return left * right
	case right == 0:
		return math.NaN()
	default:
		return left / right
	}
}

// comparison is a test of two numbers. With one that is not defined no test
// holds, != included.
type comparison struct {
	op          string
	holds       func(left, right, share float64) bool
	share       float64
	left, right number
	dim         dimension // of both sides
}

func (c comparison) decide(at scene) decision {
	left, right := c.left.eval(at), c.right.eval(at)
	defined := !math.IsNaN(left) && !math.IsNaN(right)
	return decision{defined && c.holds(left, right, c.share), left, right}
}

var comparisons = map[string]func(left, right, _ float64) bool{
	"==": func(left, right, _ float64) bool { return left == right },
	"!=": func(left, right, _ float64) bool { return left != right },
	"<":  func(left, right, _ float64) bool { return left < right },
	"<=": func(left, right, _ float64) bool { return left <= right },
	">":  func(left, right, _ float64) bool { return left > right },
	">=": func(left, right, _ float64) bool { return left >= right },
}

// Within is the operator of a comparison that has a share.
const Within = "within"

func within(left, right, share float64) bool {
	return math.Abs(left-right) <= share*math.Abs(right)
}

// both joins two tests. The second is not looked at when the first fails, so
// that the sides taken down are those of the one that failed.
type both struct{ first, second test }

func (b both) decide(at scene) decision {
	if first := b.first.decide(at); !first.holds {
		return first
	}
	return b.second.decide(at)
}
