package theory

import (
	"fmt"
	"math"
)

// MMc is Poisson arrivals, exponential service and one queue before so many
// servers, first come first served: Gross section 2.3 (2.2 for one server),
// with the distributions of wait and latency. rate is a second, mean in
// seconds.
func MMc(rate, mean float64, servers int) Result {
	s := station{fmt.Sprintf("M/M/%d", servers), rate, mean, servers}
	if no := s.check(); no != nil {
		return *no
	}
	if no := s.unsteady(); no != nil {
		return *no
	}
	pWait := ErlangC(servers, s.erlangs())
	free := float64(servers) * (1 - s.rho()) // the rate at which a queue empties, in services
	r := s.delayed(pWait*mean/free, pWait)
	r.Wait = quantiles(func(p float64) float64 {
		return mean * max(0, math.Log(pWait/(1-p))/free)
	})
	r.Latency = quantiles(func(p float64) float64 {
		if servers == 1 {
			return -mean * math.Log1p(-p) / free
		}
		return mean * quantile(p, func(t float64) float64 { return sojourn(t, pWait, free) })
	})
	return r
}

// MM1 is [MMc] with one server.
func MM1(rate, mean float64) Result { return MMc(rate, mean, 1) }

// sojourn is the chance that wait and service together take longer than t, in
// M/M/c with services of mean 1: with the chance pWait the wait is exponential
// with the rate free, else nothing, and the service comes on top. Written so
// that it holds where both rates are the same.
func sojourn(t, pWait, free float64) float64 {
	slow, fast := min(1, free), max(1, free)
	both := t // (1 - exp(-(fast-slow) t)) / (fast-slow), in the limit
	if d := fast - slow; d*t > 1e-12 {
		both = -math.Expm1(-d*t) / d
	}
	return (1-pWait)*math.Exp(-t) + pWait*math.Exp(-slow*t)*(1+slow*both)
}

// quantile is the time that the part p does not exceed, by bisection of the
// chance to exceed it.
func quantile(p float64, exceeds func(t float64) float64) float64 {
	low, high := 0.0, 1.0
	for exceeds(high) > 1-p && high < math.MaxFloat64/2 {
		low, high = high, 2*high
	}
	for {
		mid := low + (high-low)/2
		if mid == low || mid == high {
			return mid
		}
		if exceeds(mid) > 1-p {
			low = mid
		} else {
			high = mid
		}
	}
}

// MG1 is Poisson arrivals and one server with any distribution of service
// times, known by its mean and squared coefficient of variation: the formula of
// Pollaczek and Khinchine, Kleinrock 1 section 5.6, Gross section 5.1.
func MG1(rate, mean, scv float64) Result {
	s := station{"M/G/1", rate, mean, 1}
	if scv == 0 {
		s.model = "M/D/1"
	}
	if no := s.check(scv); no != nil {
		return *no
	}
	if no := s.unsteady(); no != nil {
		return *no
	}
	rho := s.rho()
	return s.delayed(rho*mean*(1+scv)/(2*(1-rho)), rho)
}

// MD1 is [MG1] with services that all take the same time.
func MD1(rate, mean float64) Result { return MG1(rate, mean, 0) }

// DM1 is evenly spaced arrivals and one server with exponential service: G/M/1
// of Gross section 5.3 and Kleinrock 1 section 6.4, with arrivals that are
// constant. An arrival finds n items with the chance (1-x) x^n, x being the
// root below 1 of x = exp(-(1-x)/rho).
func DM1(rate, mean float64) Result {
	s := station{"D/M/1", rate, mean, 1}
	if no := s.check(); no != nil {
		return *no
	}
	if no := s.unsteady(); no != nil {
		return *no
	}
	gap := dm1Gap(s.rho())
	pWait := 1 - gap
	r := s.delayed(mean*pWait/gap, pWait)
	r.Wait = quantiles(func(p float64) float64 { return mean * max(0, math.Log(pWait/(1-p))/gap) })
	r.Latency = quantiles(func(p float64) float64 { return -mean * math.Log1p(-p) / gap })
	return r
}

// dm1Gap is 1-x of the root x of x = exp(-(1-x)/rho), for rho below 1: y with
// 1-y = exp(-y/rho). Between the least possible y and 1 it is bisected, in y
// because near saturation all of x is in its last digits.
func dm1Gap(rho float64) float64 {
	if rho == 0 {
		return 1
	}
	low, high := 1-rho, 1.0 // at 1-rho the left is not yet below the right: the root is above
	for {
		mid := low + (high-low)/2
		if mid == low || mid == high {
			return mid
		}
		if math.Log1p(-mid)+mid/rho > 0 {
			low = mid
		} else {
			high = mid
		}
	}
}

// GGc is any arrivals, any service and one queue before so many servers,
// approximately: the mean wait of M/M/c, times the mean of the squared
// coefficients of variation of the times between arrivals and of service. The
// formula is Allen and Cunneen's (Allen: Probability, Statistics, and Queueing
// Theory, 2nd edition, Academic Press 1990). Arrivals less variable than
// Poisson wait less than it says; for these the factor of Kraemer and
// Langenbach-Belz (8th International Teletraffic Congress, 1976; as in Whitt:
// The Queueing Network Analyzer, Bell System Technical Journal 62, 1983,
// equations 44 and 45) is put to it.
//
// It is exact for M/M/c, M/G/1 and D/D/c. For loads of 0.6 and more, and scv up to
// 1, it is within 10 % of the mean wait for Poisson arrivals or one server, and
// up to 20 % too much for several servers with more regular arrivals. The chance
// to wait is that of M/M/c, and not said for arrivals that are not Poisson.
func GGc(rate, mean, arrivalSCV, scv float64, servers int) Result {
	s := station{fmt.Sprintf("G/G/%d", servers), rate, mean, servers}
	if no := s.check(arrivalSCV, scv); no != nil {
		return *no
	}
	if no := s.unsteady(); no != nil {
		return *no
	}
	rho := s.rho()
	pWait := ErlangC(servers, s.erlangs())
	wait := pWait * mean / (float64(servers) * (1 - rho)) * (arrivalSCV + scv) / 2
	if arrivalSCV < 1 && wait > 0 && rho > 0 {
		less := 1 - arrivalSCV
		wait *= math.Exp(-2 * (1 - rho) * less * less / (3 * rho * (arrivalSCV + scv)))
	}
	r := s.delayed(wait, pWait)
	r.Method = AllenCunneen
	if arrivalSCV != 1 {
		r.PWait = unknown
	}
	if arrivalSCV == 0 && scv == 0 {
		r.Method, r.PWait = Exact, 0
	}
	return r
}

// MGInf is a server for everybody, such as a goroutine for each item: nobody
// waits, and a Poisson number with the mean of the load is in the system,
// whatever the distribution of service times. Gross section 5.2.
func MGInf(rate, mean float64) Result {
	s := station{"M/G/inf", rate, mean, 1}
	if no := s.check(); no != nil {
		return *no
	}
	r := s.delayed(0, 0)
	r.Rho, r.Utilisation = 0, 0
	r.Wait = new(Quantiles)
	return r
}
