// Package chart draws charts for a page: lines over a numeric axis, with bands,
// levels and marks, as SVG that needs no script and nothing from elsewhere. The
// plotting is gonum/plot's, whose axes are numbers of any spacing, linear or
// logarithmic; the colours are variables of [Style], so that the same picture
// is light on a light page, dark on a dark one, and black on paper.
//
// Values may be anything: NaN and what has no place on an axis are gaps. Text is
// escaped.
package chart

// Chart is a picture of some lines.
type Chart struct {
	Title  string
	X, Y   Axis
	Lines  []Line
	Levels []Level
	Marks  []Mark
	Spots  []Spot
}

// Axis is one of the two directions. The vertical one begins at 0 unless it is
// logarithmic or has values below.
type Axis struct {
	Label    string                      // what it measures; may be empty
	Log      bool                        // only what is above 0 has a place
	Format   func(float64) string        // writes a value beside the axis; nil: as short as possible
	Step     func(least float64) float64 // the distance of values beside a linear axis, at least so much; nil: 1, 2 or 5 of a decade
	Min, Max float64                     // its ends; as the lines are unless Min is less
}

// Line is a series of points, joined in their order.
type Line struct {
	Name      string // for the legend; without one it is not there
	Colour    Colour
	X, Y      []float64 // as many of each
	Low, High []float64 // a band about the line, such as a confidence interval; nil: none
	Dots      bool      // each point is marked
	Fill      bool      // the area below is tinted
}

// Level is a value to compare the lines with, such as a capacity or a target.
type Level struct {
	Y    float64
	Text string
}

// Mark is a place along the horizontal axis where something happened.
type Mark struct {
	X    float64
	Text string
}

// Spot is a point that matters, such as the knee of a curve.
type Spot struct {
	X, Y   float64
	Text   string
	Colour Colour
}

// Colour is a number of the palette. Each has a pattern of dashes of its own, so
// that a colour is never the only sign.
type Colour int

// The colours that mean something, as on the screen. Others are free for
// whatever has to be told apart.
const (
	Message Colour = 0
	Event   Colour = 1
	Bad     Colour = 4
	Dim     Colour = -1 // of what is there to compare with
)

// colours is how many the palette has; further ones begin again.
const colours = 6

// index is the colour's place in the palette.
func (c Colour) index() int { return int(c) % colours }
