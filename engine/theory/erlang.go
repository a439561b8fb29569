package theory

import "math"

// ErlangB is the chance that all of so many servers are busy when nobody waits,
// at a load in erlangs (arrival rate times mean service): Erlang's loss
// formula, Gross section 2.6. It holds for any distribution of service times.
//
// It is computed by B(n) = a B(n-1) / (n + a B(n-1)), in which nothing is
// subtracted, so that the relative error stays below n roundings. Without
// servers it is 1. It is NaN for a load below 0, or infinite, and for servers
// out of 0 to [MaxServers].
func ErlangB(servers int, erlangs float64) float64 {
	if servers < 0 || servers > MaxServers || !(erlangs >= 0) || math.IsInf(erlangs, 1) {
		return math.NaN()
	}
	b := 1.0
	for n := 1; n <= servers && b > 0; n++ {
		b = erlangs * b / (float64(n) + erlangs*b)
	}
	return b
}

// ErlangC is the chance to wait when everybody does who finds all servers
// busy: Erlang's delay formula, Gross section 2.3, here by way of [ErlangB]. It is 1
// where the servers cannot keep up, and NaN where ErlangB is, and without
// servers.
func ErlangC(servers int, erlangs float64) float64 {
	b := ErlangB(servers, erlangs)
	rho := erlangs / float64(servers)
	switch {
	case servers == 0 || math.IsNaN(b):
		return math.NaN()
	case rho >= 1:
		return 1
	}
	return b / (1 - rho + rho*b)
}
