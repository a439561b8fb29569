package chart

import (
	"math"

	"gonum.org/v1/plot"
)

// extent is the range of an axis.
type extent struct {
	axis      *Axis
	low, high float64
	any       bool
}

// holds reports whether a value has a place on the axis.
func (a *Axis) holds(v float64) bool {
	return !math.IsNaN(v) && math.Abs(v) <= largest && (!a.Log || v >= 1/largest)
}

// within reports whether a value lies on the axis as it is drawn.
func (a *Axis) within(v float64, drawn *plot.Axis) bool {
	return a.holds(v) && v >= drawn.Min && v <= drawn.Max
}

// largest is the bound of what is drawn, so that no difference overflows.
const largest = 1e100

func (e *extent) add(v float64) {
	switch {
	case !e.axis.holds(v):
	case !e.any:
		e.low, e.high, e.any = v, v, true
	default:
		e.low, e.high = min(e.low, v), max(e.high, v)
	}
}

// horizontal is the range of the lines' places.
func (c *Chart) horizontal() extent {
	e := extent{axis: &c.X}
	for i := range c.Lines {
		for _, x := range c.Lines[i].X {
			e.add(x)
		}
	}
	return e.settled()
}

// vertical is the range of the lines' values, with levels and bands.
func (c *Chart) vertical() extent {
	e := extent{axis: &c.Y}
	if !c.Y.Log {
		e.add(0)
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		for _, values := range [][]float64{l.Y, l.Low, l.High} {
			for _, y := range values {
				e.add(y)
			}
		}
	}
	for _, l := range c.Levels {
		e.add(l.Y)
	}
	switch { // room for the line itself
	case c.Y.Log:
		e.high *= 1.2
	case e.high > e.low:
		e.high += (e.high - e.low) / 20
	}
	return e.settled()
}

// settled is a range with some width, whatever there was to see.
func (e extent) settled() extent {
	if a := e.axis; a.holds(a.Min) && a.holds(a.Max) && a.Min < a.Max {
		e.low, e.high, e.any = e.axis.Min, e.axis.Max, true
	}
	switch {
	case e.axis.Log && !e.any:
		e.low, e.high = 1, 10
	case !e.any:
		e.low, e.high = 0, 1
	}
	if width := e.high - e.low; width > math.Abs(e.high)*1e-9 {
		return e
	}
	if e.axis.Log {
		e.low, e.high = e.low/2, e.high*2
	} else {
		e.high = e.low + max(1, math.Abs(e.low)/10)
	}
	return e
}
