package measure

import (
	"time"

	"duet/engine"
)

// Integral follows a level over time, such as the depth of a queue, by samples:
// its mean is the integral over time divided by the time, where the level is
// taken to go straight from one sample to the next (trapezoids). Maxima are of
// the samples. It begins with its first sample.
//
// The zero value has no recent window. It is owned by one goroutine, and Sample
// allocates nothing.
type Integral struct {
	at    time.Duration
	level int64
	begun bool
	area  float64 // level x seconds, since the first sample

	from     time.Duration // since Mark, or the first sample
	fromArea float64
	max      int64

	past    *Past[areaMark]
	stepMax int64 // since the past kept a mark
}

// areaMark is an area so far, and the highest level since the mark before.
type areaMark struct {
	area float64
	max  int64
}

// NewIntegral makes an Integral that also has a recent window, of span.
func NewIntegral(span time.Duration) *Integral {
	return &Integral{past: NewPast[areaMark](span)}
}

// Sample says what the level is at a time, which must not go back.
func (i *Integral) Sample(at time.Duration, level int64) {
	i.Add(at, level, (float64(i.level)+float64(level))/2*(at-i.at).Seconds(), level)
}

// Add is Sample for who knows the integral of the level since the last sample,
// in seconds, and the highest that it was since then. Of the first sample it
// takes the level only.
func (i *Integral) Add(at time.Duration, level int64, area float64, highest int64) {
	if !i.begun {
		i.begun = true
		i.at, i.level, area, highest = at, level, 0, level
		i.Mark()
		if i.past != nil {
			i.past.Begin(at, areaMark{})
		}
	}
	i.area += area
	i.at, i.level = at, level
	i.max = max(i.max, highest)
	i.stepMax = max(i.stepMax, highest)
	if i.past != nil && i.past.Push(at, areaMark{i.area, i.stepMax}) {
		i.stepMax = level
	}
}

// Mark begins a new stretch for Gauge at the latest sample, as at the end of a
// warm-up.
func (i *Integral) Mark() {
	i.from, i.fromArea, i.max = i.at, i.area, i.level
}

// Gauge describes the level since Mark was last called, or else since the first
// sample.
func (i *Integral) Gauge() engine.Gauge {
	return i.gauge(i.from, i.fromArea, i.max)
}

// Recent describes the level in the recent window.
func (i *Integral) Recent() engine.Gauge {
	if i.past == nil {
		return i.gauge(i.at, i.area, i.level)
	}
	from, begin := i.past.Oldest()
	highest := i.stepMax
	for m := range i.past.Since() {
		highest = max(highest, m.max)
	}
	return i.gauge(from, begin.area, highest)
}

// gauge is what is known from an earlier time on; with no time gone by, the
// mean is the level.
func (i *Integral) gauge(from time.Duration, area float64, highest int64) engine.Gauge {
	g := engine.Gauge{Now: i.level, Mean: float64(i.level), Max: highest}
	if i.at > from {
		g.Mean = (i.area - area) / (i.at - from).Seconds()
	}
	return g
}
