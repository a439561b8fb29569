package workload

import "duet/engine"

// classes are where in the interval from 0 to 1 each class but the last ends. It
// is nil where there are none, or only one.
type classes []float64

func newClasses(settings []engine.Class) classes {
	var c classes
	end := 0.0
	for i := range len(settings) - 1 {
		end += float64(settings[i].Share)
		c = append(c, end)
	}
	return c
}

// pick turns a uniform number into a class.
func (c classes) pick(u float64) int32 {
	for i, end := range c {
		if u < end {
			return int32(i)
		}
	}
	return int32(len(c))
}
