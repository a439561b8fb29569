package theory

import (
	"fmt"
	"math"

	"duet/engine"
)

// MaxServers is the largest number of servers that a model takes.
const MaxServers = 1_000_000

// largest is the bound of rates, times, squared coefficients of variation and
// room: far above all that runs, and small enough that no product overflows.
const largest = 1e12

// Result is what a model says of the steady state. Figures that it does not
// say are NaN (null in JSON). Times are in seconds.
type Result struct {
	Model   string `json:"model"`   // in Kendall's notation, such as M/M/4
	Method  string `json:"method"`  // exact, or the name of the approximation
	Applies bool   `json:"applies"` // false: Why says why not. Rho, Growth and the like are set all the same where they are known
	Why     string `json:"why"`     // one sentence; empty where the model applies

	Rho         engine.Figure `json:"rho"`          // arrival rate times mean service over servers, of the busiest queue; above 1 in overload
	Utilisation engine.Figure `json:"utilisation"`  // the part of the servers that is busy, of the busiest stage, 0 to 1
	Throughput  engine.Figure `json:"throughput"`   // items served a second, whether or not their handling fails
	WaitMean    engine.Figure `json:"wait_mean"`    // from arrival to start, of the items that are served
	LatencyMean engine.Figure `json:"latency_mean"` // from arrival to end, of the items that are served
	PWait       engine.Figure `json:"p_wait"`       // the part of the served items that had to wait
	Loss        engine.Figure `json:"loss"`         // the part of the arriving items that is dropped
	InSystem    engine.Figure `json:"in_system"`    // mean number of items waiting or being served
	Depth       engine.Figure `json:"depth"`        // mean number of items waiting: in the queue, and in the backlog before it where a full queue blocks
	Wait        *Quantiles    `json:"wait"`         // nil where no closed form is known
	Latency     *Quantiles    `json:"latency"`      // nil where no closed form is known

	// AtLeast and AtMost bound LatencyMean where an item waits for the slowest
	// of several queues; see [ForLane]. NaN elsewhere.
	AtLeast engine.Figure `json:"latency_at_least"`
	AtMost  engine.Figure `json:"latency_at_most"`

	// Growth is by how many items a second the queue grows in overload, until it
	// is full; as many a second are then turned away, or wait before it. 0 where
	// the servers keep up. FullAfter is how long it takes to fill from empty, on
	// average; NaN where it never does.
	Growth    engine.Figure `json:"growth"`
	FullAfter engine.Figure `json:"full_after"`
}

// Quantiles are points of a distribution of times, in seconds.
type Quantiles struct {
	P50  engine.Figure `json:"p50"`
	P90  engine.Figure `json:"p90"`
	P95  engine.Figure `json:"p95"`
	P99  engine.Figure `json:"p99"`
	P999 engine.Figure `json:"p999"`

	of func(p float64) float64 // nil: 0 for everybody
}

// At is the time in seconds that the part p does not exceed, for p above 0 and below 1.
func (q *Quantiles) At(p float64) float64 {
	if q.of == nil {
		return 0
	}
	return q.of(p)
}

// The methods.
const (
	Exact        = "exact"
	AllenCunneen = "Allen-Cunneen"    // see [GGc]
	Endless      = "as if never full" // else exact: a queue that is full for fewer than one arrival in a thousand
	Bounded      = "middle of bounds" // AtLeast and AtMost, which are near each other
)

// quantiles evaluates a quantile function, a function of the part below.
func quantiles(of func(p float64) float64) *Quantiles {
	return &Quantiles{
		P50: engine.Figure(of(0.5)), P90: engine.Figure(of(0.9)), P95: engine.Figure(of(0.95)),
		P99: engine.Figure(of(0.99)), P999: engine.Figure(of(0.999)), of: of,
	}
}

var unknown = engine.Figure(math.NaN())

// refused is a result that says nothing but why.
func refused(model, why string, args ...any) Result {
	return Result{
		Model: model, Method: Exact, Why: fmt.Sprintf(why, args...),
		Rho: unknown, Utilisation: unknown, Throughput: unknown, WaitMean: unknown, LatencyMean: unknown,
		PWait: unknown, Loss: unknown, InSystem: unknown, Depth: unknown,
		AtLeast: unknown, AtMost: unknown, Growth: unknown, FullAfter: unknown,
	}
}

// Refuse takes back what r says of waiting, because of why. What is known of
// the load stays.
func (r Result) Refuse(why string, args ...any) Result {
	no := refused(r.Model, why, args...)
	no.Rho, no.Utilisation, no.Throughput = r.Rho, r.Utilisation, r.Throughput
	no.Growth, no.FullAfter = r.Growth, r.FullAfter
	return no
}

// station is what every model is about: items that arrive at a rate and need a
// server for a mean time, and so many servers.
type station struct {
	model   string
	rate    float64
	mean    float64
	servers int
}

func (s station) erlangs() float64 { return s.rate * s.mean }
func (s station) rho() float64     { return s.erlangs() / float64(s.servers) }

// check returns a refusal of what makes no sense, or is out of range; nil for
// all else. Further numbers are held to the same range.
func (s station) check(more ...float64) *Result {
	var no Result
	switch {
	case s.servers < 1 || s.servers > MaxServers:
		no = refused(s.model, "%d servers: 1 to %d are needed", s.servers, MaxServers)
	case !(s.rate >= 0 && s.rate <= largest):
		no = refused(s.model, "an arrival rate of %g/s: 0 to %g/s is needed", s.rate, largest)
	case !(s.mean >= 0 && s.mean <= largest):
		no = refused(s.model, "a mean service time of %g s: 0 to %g s is needed", s.mean, largest)
	default:
		for _, x := range more {
			if !(x >= 0 && x <= largest) {
				no = refused(s.model, "%g is out of range: 0 to %g is needed", x, largest)
				return &no
			}
		}
		return nil
	}
	return &no
}

// unsteady returns the refusal of a queue without bounds whose servers cannot
// keep up; nil when they can. Just to keep up is not enough, nor is what differs
// from it by rounding.
func (s station) unsteady() *Result {
	rho := s.rho()
	if rho < 1-1e-9 {
		return nil
	}
	f := Fluid{Arriving: s.rate, Finishing: float64(s.servers) / s.mean}
	no := refused(s.model, "no steady state: %.4g/s arrive, and %s at most %.4g/s", f.Arriving, finish(s.servers), f.Finishing)
	no.Rho, no.Utilisation = engine.Figure(rho), engine.Figure(min(1, rho))
	no.Throughput = engine.Figure(min(f.Arriving, f.Finishing))
	no.Growth = engine.Figure(max(0, f.Growth()))
	return &no
}

func finish(servers int) string {
	if servers == 1 {
		return "one server finishes"
	}
	return fmt.Sprintf("%d servers finish", servers)
}

// delayed is the steady state of a station that turns nobody away, by the mean
// wait. The other figures follow from Little's law (Operations Research 9, 1961).
func (s station) delayed(wait, pWait float64) Result {
	r := refused(s.model, "")
	r.Applies = true
	r.Rho = engine.Figure(s.rho())
	r.Utilisation = r.Rho
	r.Throughput = engine.Figure(s.rate)
	r.WaitMean = engine.Figure(wait)
	r.LatencyMean = engine.Figure(wait + s.mean)
	r.PWait = engine.Figure(pWait)
	r.Depth = engine.Figure(s.rate * wait)
	r.InSystem = engine.Figure(s.rate * (wait + s.mean))
	r.Loss, r.Growth = 0, 0
	return r
}
