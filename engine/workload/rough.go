package workload

import "duet/engine"

// rough is a quantile function by a table, for demands of which only their
// bulk is looked at, and where it matters how long drawing them takes. Within its
// cells it goes straight; in both tails, where that would be wrong, it asks the
// function itself.
type rough struct {
	at    [roughCells + 1]float64
	exact func(u float64) float64
}

const (
	roughCells = 1024
	roughTail  = 16 // cells
)

func newRough(quantile func(float64) float64) *rough {
	r := &rough{exact: quantile}
	for i := roughTail; i <= roughCells-roughTail; i++ {
		r.at[i] = quantile(float64(i) / roughCells)
	}
	return r
}

func (r *rough) quantile(u float64) float64 {
	x := u * roughCells
	i := int(x)
	if uint(i-roughTail) >= roughCells-2*roughTail {
		return r.exact(u)
	}
	return r.at[i] + (x-float64(i))*(r.at[i+1]-r.at[i])
}

// roughly has the quantile functions of laws by tables, where they take long; nil
// for the others.
func roughly(laws []law) []func(float64) float64 {
	tables := make([]func(float64) float64, len(laws))
	for i := range laws {
		switch laws[i].settings.Dist {
		case engine.DistLognormal, engine.DistGamma, engine.DistPareto:
			tables[i] = newRough(laws[i].of.Quantile).quantile
		default:
		}
	}
	return tables
}
