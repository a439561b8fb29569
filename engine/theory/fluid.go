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

// TimeToDrain is after how many seconds nothing of so many waiting items is
// left; NaN when that never happens, because the queue does not shrink.
func (f Fluid) TimeToDrain(waiting float64) float64 {
	return after(waiting, -f.Growth())
}

// after is when so much has gone by at a speed; NaN for never.
func after(amount, speed float64) float64 {
	if t := amount / speed; speed > 0 && amount >= 0 && !math.IsInf(t, 1) {
		return t
	}
	return math.NaN()
}

// RetryStorm reports whether timeouts can keep themselves going after what
// caused them is gone: when every item times out and is tried again so many
// times, (1 + retries) times the load arrives, and if that is more than the
// servers can do, all go on to time out. The system is then metastable
// (Bronson, Aghayev, Charapko, Zhu: Metastable Failures in Distributed Systems,
// HotOS 2021). rho is the load without retries. It says what can happen, not
// that it will: something has to trigger it.
func RetryStorm(rho float64, retries int) bool {
	return (1+float64(max(0, retries)))*rho > 1
}
