package workload

import (
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"duet/engine"
)

// service is the law of one handler's demands.
type service struct {
	settings engine.Service
	draws    substream
	quantile func(u float64) float64 // in means; nil: from the trace
}

// services are the laws of all handlers, by their index. Epochs share them
// while they stay the same.
type services []service

func newServices(handlers []engine.Handler, seed uint64, t *trace) (*services, error) {
	all := make(services, len(handlers))
	for i, h := range handlers {
		if h.Service.Dist == engine.DistTrace && (t == nil || t.services == nil) {
			return nil, fmt.Errorf("handlers.%s.service.dist is trace, which needs a load.trace with a service column", h.Name)
		}
		q, err := newQuantile(h.Service)
		if err != nil {
			return nil, fmt.Errorf("handlers.%s.service.%w", h.Name, err)
		}
		all[i] = service{settings: h.Service, draws: newSubstream(seed, serving, i, 0), quantile: q}
	}
	return &all, nil
}

// of reports whether these are the laws of the handlers.
func (all *services) of(handlers []engine.Handler) bool {
	return slices.EqualFunc(*all, handlers, func(s service, h engine.Handler) bool {
		return s.settings == h.Service
	})
}

// newQuantile returns the quantile function of a distribution with mean 1. A
// quantile function turns one uniform number into one demand, monotonically,
// which is what makes a demand a pure function of the item's number.
func newQuantile(s engine.Service) (func(float64) float64, error) {
	switch s.Dist {
	case engine.DistConstant:
		return func(float64) float64 { return 1 }, nil
	case engine.DistExponential:
		return distuv.Exponential{Rate: 1}.Quantile, nil
	case engine.DistUniform:
		return distuv.Uniform{Min: 1 - float64(s.Spread), Max: 1 + float64(s.Spread)}.Quantile, nil
	case engine.DistLognormal:
		// With a mean of 1 and a coefficient of variation cv the logarithm has
		// the variance ln(1+cv^2) and the mean minus half of it.
		variance := math.Log1p(s.CV * s.CV)
		return distuv.LogNormal{Mu: -variance / 2, Sigma: math.Sqrt(variance)}.Quantile, nil
	case engine.DistTrace:
		return nil, nil
	}
	return nil, fmt.Errorf("dist is %q, which is none of constant, exponential, uniform, lognormal, trace", s.Dist)
}

// demand returns what item n asks of a handler.
func (all services) demand(handler int, n int64, t *trace) time.Duration {
	s := &all[handler]
	if s.quantile == nil {
		return t.demand(n)
	}
	return nanoseconds(float64(s.settings.Mean) * s.quantile(s.draws.uniform(n)))
}
