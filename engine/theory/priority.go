package theory

import "duet/engine"

// Priority is [MG1] with classes of items, the most urgent first: who waits
// longest of the most urgent class is next, and what is in service is not
// interrupted. All classes have the same service. Cobham: Priority Assignment in
// Waiting Line Problems, Operations Research 2 (1954); Kleinrock 2 section 3.2;
// M/M/1 is with scv 1.
//
// A class has no steady state when it and the more urgent ones together are
// too much; those above it still have. The results' Rho is that of the class
// and all above it; Utilisation is its own.
func Priority(rates []float64, mean, scv float64) []Result {
	results := make([]Result, len(rates))
	var total float64
	for _, rate := range rates {
		total += rate * mean
	}
	// What is left, on average, of the service that an arrival finds under way.
	left := min(1, total) * mean * (1 + scv) / 2
	above := 0.0 // load of the more urgent classes
	for i, rate := range rates {
		s := station{"M/G/1 with priorities", rate, mean, 1}
		upTo := above + s.erlangs()
		switch no := s.check(scv, total); {
		case no != nil:
			results[i] = *no
			continue
		case upTo >= 1:
			results[i] = refused(s.model, "no steady state: this class and the more urgent ones need %.4g of one server", upTo)
			results[i].Growth = engine.Figure(min(upTo-1, upTo-above) / mean)
		default:
			results[i] = s.delayed(left/((1-above)*(1-upTo)), min(1, total))
		}
		results[i].Rho = engine.Figure(upTo)
		above = upTo
	}
	return results
}
