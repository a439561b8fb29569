// Package sweep runs a scenario at every point of a grid of its settings, and
// finds the knee of each curve that comes of it.
//
// A grid is made of axes. An [Axis] is a setting and the values that it takes,
// written as people write them:
//
//	load.rate=20/s..200/s:10        10 values from 20/s to 200/s, evenly spaced
//	load.rate=1/s..1000/s:10:log    the same ratio between neighbours
//	lanes.message.workers=1..4      every whole number
//	lanes.message.workers=1,2,4..16:4
//	handlers.charge.service.dist=constant,exponential
//
// The first axis is the one that curves are drawn along; there is a curve for
// each lane and each combination of the others' values.
//
// Every point gets the same items as far as its settings let it, because all have
// the same seed; see [replicate.Seeded].
package sweep
