package theory

import "math"

// Fluid is the rule for more than can be done, where no steady state is: items
// as a fluid that arrives and is finished at steady rates. What is random is
// small beside what grows (Kleinrock 2, section 2.7).
type Fluid struct {
	Arriving  float64 // items a second
	Finishing float64 // items a second that all servers together can finish
}

// Growth is by how many items a second the queue grows; below 0 it shrinks, as
// long as there is one.
func (f Fluid) Growth() float64 { return f.Arriving - f.Finishing }

// TimeToFull is after how many seconds a queue with room for so many more
// items is full; NaN when it never is, because it does not grow.
func (f Fluid) TimeToFull(room float64) float64 {
	return after(room, f.Growth())
}

// after is when so much has gone by at a speed; NaN for never.
func after(amount, speed float64) float64 {
	if t := amount / speed; speed > 0 && amount >= 0 && !math.IsInf(t, 1) {
		return t
	}
	return math.NaN()
}
