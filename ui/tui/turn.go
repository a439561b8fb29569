package tui

import (
	"math"
	"slices"
	"strconv"
	"time"

	"duet/engine"
)

// turned is the value of a setting one step further up (1) or down (-1), or 1 %
// when fine, as a file would have it. Numbers go in steps of a tenth, a fifth
// or half of their decade (1.0, 1.1 ... 2.0, 2.2 ... 5.0, 5.5 ... 10), within
// their bounds; choices go round.
func turned(p *engine.Param, value string, direction int, fine bool) string {
	switch p.Kind {
	case engine.KindBool:
		return strconv.FormatBool(value != "true")
	case engine.KindChoice:
		if len(p.Choices) == 0 {
			return value
		}
		i := slices.Index(p.Choices, value) + direction
		return p.Choices[(i+len(p.Choices))%len(p.Choices)]
	default:
		u := units[p.Kind]
		least := u.format(p.Min * u.scale)
		switch { // a word stands below the least number
		case p.Word == "":
		case value == p.Word && direction > 0:
			return least
		case value == least && direction < 0:
			return p.Word
		}
		x, err := u.parse(value)
		if err != nil {
			return value
		}
		x = step(x, direction, fine, &u)
		return u.format(min(max(x, p.Min*u.scale), p.Max*u.scale))
	}
}

// unit is how a kind of number is read, written and stepped.
type unit struct {
	parse  func(string) (float64, error)
	format func(float64) string
	scale  float64 // of the number to that in a Param's Min and Max
	least  float64 // the smallest step; below it is 0
	start  float64 // the first step up from 0
}

var units = map[engine.ParamKind]unit{
	engine.KindCount: {
		func(s string) (float64, error) { return strconv.ParseFloat(s, 64) },
		func(x float64) string { return strconv.FormatFloat(math.Round(x), 'f', 0, 64) }, 1, 1, 1,
	},
	engine.KindNumber: {
		func(s string) (float64, error) { return strconv.ParseFloat(s, 64) },
		func(x float64) string { return strconv.FormatFloat(rounded(x), 'f', -1, 64) }, 1, 0.001, 0.1,
	},
	engine.KindRate: {
		func(s string) (float64, error) { r, err := engine.ParseRate(s); return float64(r), err },
		func(x float64) string { return engine.Rate(rounded(x)).String() }, 1, 0.1, 1,
	},
	engine.KindShare: {
		func(s string) (float64, error) { x, err := engine.ParseShare(s); return float64(x) * 100, err },
		func(x float64) string { return engine.Share(rounded(x) / 100).String() }, 100, 0.1, 1,
	},
	engine.KindDuration: {
		func(s string) (float64, error) { d, err := engine.ParseDuration(s); return d.Seconds(), err },
		func(x float64) string {
			return engine.FormatDuration(time.Duration(math.Round(rounded(x) * float64(time.Second))))
		}, 1, 1e-5, 1e-3,
	},
}

// step goes from x to the next number of its decade, or by 1 %.
func step(x float64, direction int, fine bool, u *unit) float64 {
	switch {
	case x <= 0 && direction < 0:
		return 0
	case x <= 0:
		return u.start
	case fine:
		return max(x+float64(direction)*max(x/100, u.least), 0)
	}
	const near = 1e-9
	decade := math.Pow(10, math.Floor(math.Log10(x)+near))
	m := x / decade
	if direction < 0 && m <= 1+near { // what is below belongs to the decade before
		decade, m = decade/10, 10
	}
	part := 0.5
	switch {
	case direction > 0 && m < 2-near || direction < 0 && m <= 2+near:
		part = 0.1
	case direction > 0 && m < 5-near || direction < 0 && m <= 5+near:
		part = 0.2
	}
	size := max(part*decade, u.least)
	var y float64
	if direction > 0 {
		y = (math.Floor(x/size+near) + 1) * size
	} else {
		y = (math.Ceil(x/size-near) - 1) * size
	}
	if y < u.least*(1-near) {
		return 0
	}
	return y
}

// rounded drops the dust of computing with fractions: nine digits remain.
func rounded(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 9, 64), 64)
	return y
}
