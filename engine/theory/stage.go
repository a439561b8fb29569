package theory

import (
	"fmt"
	"math"

	"duet/engine"
)

// endless is the room of a queue without bounds.
const endless = -1

// stage is a queue and its servers, or so many queues that are dealt out to
// the servers.
type stage struct {
	name     string // the handler's; empty where it is the only stage
	arrivals arrivals
	law      law // of all tries together
	servers  int
	queues   int // 0: one for all servers
	room     int // of each queue
	whenFull engine.WhenFull
	order    engine.Order
}

// result is the stage by itself.
func (st stage) result() Result {
	if st.servers < 1 {
		model := fmt.Sprintf("%s/%s/%d", st.arrivals.letter(), st.law.letter, st.servers)
		r := refused(model, "no steady state: nobody works, with %d servers", st.servers)
		r.Rho, r.Utilisation, r.Throughput = unknown, 0, 0
		return st.filling(r, st.arrivals.rate)
	}
	if st.queues > 1 {
		return st.split()
	}
	r := st.queue(st.arrivals.rate, st.arrivals.scv(), st.arrivals.letter())
	return st.filling(r, float64(r.Growth))
}

// filling adds what the growth of a queue means.
func (st stage) filling(r Result, growth float64) Result {
	if !(growth > 0) {
		return r
	}
	r.Growth = engine.Figure(growth)
	if st.room != endless {
		r.FullAfter = engine.Figure(Fluid{Arriving: growth}.TimeToFull(float64(st.room)))
	}
	return r
}

// queue is one queue before all servers, with arrivals of its own.
func (st stage) queue(rate, arrivalSCV float64, letter string) Result {
	if st.room == endless || st.whenFull == engine.Block {
		return st.ordered(st.waiting(rate, arrivalSCV, letter))
	}
	return st.ordered(st.dropping(rate, arrivalSCV, letter))
}

// ordered is what the order of a queue leaves of the figures that hold where who
// came first is served first. Whom a server takes next, without looking at
// services, does not change the means of all items (Kleinrock 2, section 3.4), but
// who waits how long.
func (st stage) ordered(r Result) Result {
	if st.order == engine.FIFO || st.order == "" || !r.Applies {
		return r
	}
	r.Wait, r.Latency = nil, nil
	if st.order.ByClass() && st.room != endless && st.whenFull != engine.Block && !st.rarelyFull(&r) {
		return r.Refuse("no closed form for what bounded queues drop that share their servers, one for each class")
	}
	return r
}

// waiting is a queue from which nothing is dropped.
func (st stage) waiting(rate, arrivalSCV float64, letter string) Result {
	var r Result
	switch {
	case math.IsInf(st.law.scv, 1):
		r = st.unbounded(rate, arrivalSCV)
	case letter == "D" && st.law.letter == "M" && st.servers == 1:
		r = DM1(rate, st.law.mean)
	case arrivalSCV == 1 && st.law.letter == "M":
		r = MMc(rate, st.law.mean, st.servers)
	case arrivalSCV == 1 && st.servers == 1:
		r = MG1(rate, st.law.mean, st.law.scv)
	default:
		r = GGc(rate, st.law.mean, arrivalSCV, st.law.scv, st.servers)
	}
	r.Model = fmt.Sprintf("%s/%s/%d", letter, st.law.letter, st.servers)
	return r
}

// unbounded is a queue whose services have an infinite variance. With one server
// the mean wait is infinite as well (Kiefer, Wolfowitz: "On the characteristics
// of the general queueing process", 1956); with more it may not be.
func (st stage) unbounded(rate, arrivalSCV float64) Result {
	r := GGc(rate, st.law.mean, arrivalSCV, 1, st.servers) // for what does not depend on the variance
	switch {
	case !r.Applies:
		return r
	case st.servers == 1:
		return r.Refuse("no mean wait: the variance of the service time is infinite, and then so is the mean wait")
	default:
		return r.Refuse("no closed form: the variance of the service time is infinite")
	}
}

// dropping is a bounded queue that drops what is too much.
func (st stage) dropping(rate, arrivalSCV float64, letter string) Result {
	var r Result
	switch {
	case arrivalSCV == 1 && st.law.letter == "M":
		r = MMcK(rate, st.law.mean, st.servers, st.room)
	case arrivalSCV == 1 && st.room == 0:
		r = MGcc(rate, st.law.mean, st.servers)
	default:
		r = st.waiting(rate, arrivalSCV, letter)
		model := fmt.Sprintf("%s/%d", r.Model, st.servers+st.room)
		if !st.rarelyFull(&r) {
			r = r.Refuse("no closed form for what a queue with room for %d drops, with these arrivals and services", st.room)
			r.Throughput, r.Utilisation = unknown, unknown
		}
		r.Model = model
		return r
	}
	r.Model = fmt.Sprintf("%s/%s/%d/%d", letter, st.law.letter, st.servers, st.servers+st.room)
	if st.whenFull == engine.DropOldest {
		// The number in the system is the same whoever is dropped, because
		// services are exponential; who is served waited less, but nobody says how
		// much.
		r.WaitMean, r.LatencyMean = unknown, unknown
	}
	return r
}

// rarely is how often a queue may be full and still be taken for endless, as a
// part of the arrivals.
const rarely = 0.001

// rarelyFull reports whether a queue that is computed as if it were endless is
// next to never longer than it can be, and notes in r that this was needed. The
// number waiting is taken as geometric with the right mean, which it is in
// M/M/c. After a service with a heavy tail it is far from that.
func (st stage) rarelyFull(r *Result) bool {
	if !r.Applies {
		return false
	}
	if st.room == endless {
		return true
	}
	waits, depth := float64(r.PWait), float64(r.Depth)
	if math.IsNaN(waits) {
		waits = float64(r.Rho)
	}
	if waits > 0 && st.law.heavy || waits*math.Pow(depth/(depth+waits), float64(st.room)) > rarely {
		return false
	}
	if r.Method == Exact && waits > 0 {
		r.Method = Endless
	}
	return true
}
