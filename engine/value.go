package engine

import "math"

// Value is the number that the expression comes to in the figures of a run, as
// [FiguresOf] has them of the whole; NaN where it is not defined, and for a test.
func (e *Expr) Value(snap *Snapshot) Figure {
	if e.root.number == nil {
		return Figure(math.NaN())
	}
	return Figure(e.root.number.eval(scene{snapshot: snap, part: -1}))
}

// Kind is what kind of number the expression is: [KindDuration] in seconds,
// [KindRate] a second, or [KindNumber] for counts, shares and all else.
func (e *Expr) Kind() ParamKind {
	return e.root.dim.kind()
}

func (d dimension) kind() ParamKind {
	switch d {
	case 1:
		return KindDuration
	case -1:
		return KindRate
	default:
		return KindNumber
	}
}
