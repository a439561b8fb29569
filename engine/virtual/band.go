package virtual

import (
	"math"
	"slices"

	"duet/engine"
)

// sample is what one replication came to in one step.
type sample struct {
	depth, backlog float64 // means
	latency        float64 // mean, in seconds; NaN: nothing ended
}

// bands makes the bands of a lane of what its replications came to: a sample for
// each step of each of them.
func bands(dst *engine.LaneForecast, replications [][]sample, scratch []float64) []float64 {
	scratch = spread(&dst.Depth, replications, scratch, func(s *sample) float64 { return s.depth })
	scratch = spread(&dst.Backlog, replications, scratch, func(s *sample) float64 { return s.backlog })
	return spread(&dst.Latency, replications, scratch, func(s *sample) float64 { return s.latency })
}

// spread makes the band of one figure.
func spread(dst *engine.Band, replications [][]sample, all []float64, of func(*sample) float64) []float64 {
	dst.Low, dst.Mid, dst.High = dst.Low[:0], dst.Mid[:0], dst.High[:0]
	for step := range replications[0] {
		all = all[:0]
		for _, r := range replications {
			if x := of(&r[step]); !math.IsNaN(x) {
				all = append(all, x)
			}
		}
		slices.Sort(all)
		dst.Low = append(dst.Low, quantile(all, 0.05))
		dst.Mid = append(dst.Mid, quantile(all, 0.5))
		dst.High = append(dst.High, quantile(all, 0.95))
	}
	return all
}

// quantile is the value below which one more of its kind lies with probability q:
// between n sorted ones there are n+1 places where it is equally likely to come
// (Weibull's plotting position; type 6 in Hyndman and Fan: "Sample quantiles in
// statistical packages", The American Statistician 50, 1996). NaN of none.
func quantile(sorted []float64, q float64) float32 {
	if len(sorted) == 0 {
		return float32(math.NaN())
	}
	at := min(max(q*float64(len(sorted)+1)-1, 0), float64(len(sorted)-1))
	i := int(at)
	x := sorted[i]
	if part := at - float64(i); part > 0 {
		x += part * (sorted[i+1] - x)
	}
	return float32(x)
}
