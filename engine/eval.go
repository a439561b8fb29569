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

type handlerFigure struct {
	lane, handler string
	read          func(h *HandlerSnapshot, recent bool) float64
}

func (f handlerFigure) eval(at scene) float64 {
	if l := at.lane(f.lane); l != nil {
		for i := range l.Handlers {
			if l.Handlers[i].Name == f.handler {
				return f.read(&l.Handlers[i], at.recent)
			}
		}
	}
	return math.NaN()
}

type resourceFigure struct {
	lane, resource string
	read           func(r *ResourceSnapshot, recent bool) float64
}

func (f resourceFigure) eval(at scene) float64 {
	if l := at.lane(f.lane); l != nil {
		for i := range l.Resources {
			if l.Resources[i].Name == f.resource {
				return f.read(&l.Resources[i], at.recent)
			}
		}
	}
	return math.NaN()
}

type classFigure struct {
	lane, class string
	read        func(c *ClassSnapshot, recent bool) float64
}

func (f classFigure) eval(at scene) float64 {
	if l := at.lane(f.lane); l != nil {
		for i := range l.Classes {
			if l.Classes[i].Name == f.class {
				return f.read(&l.Classes[i], at.recent)
			}
		}
	}
	return math.NaN()
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
