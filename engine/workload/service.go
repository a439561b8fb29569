package workload

import (
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"duet/engine"
)

// services are the laws of all handlers' demands. Epochs share them while
// they stay the same.
type services struct {
	laws      []law // by the handler's index
	recording *recording
	scale     time.Duration // of the recording's demands
}

// law is how long one handler's work takes.
type law struct {
	settings engine.Service
	draws    substream
	quantile func(u float64) float64 // in means; nil: as recorded
}

// newServices returns the laws of a scenario's handlers.
func (st *Stream) newServices(s *engine.Scenario) (*services, error) {
	r := st.recording
	all := &services{laws: make([]law, len(s.Handlers)), recording: r, scale: scale(s.Load)}
	for i, h := range s.Handlers {
		if h.Service.Dist == engine.DistTrace && (r == nil || r.services == nil) {
			return nil, fmt.Errorf("handlers.%s.service.dist is trace, which needs load.trace with a service column", h.Name)
		}
		q, err := newQuantile(h.Service)
		if err != nil {
			return nil, fmt.Errorf("handlers.%s.service.%w", h.Name, err)
		}
		all.laws[i] = law{settings: h.Service, draws: newSubstream(st.seed, serving, i, 0), quantile: q}
	}
	return all, nil
}

// scale returns what one unit of a recorded demand takes.
func scale(l engine.Load) time.Duration {
	if l.Trace == nil {
		return 0
	}
	return l.Trace.Scale
}

// of reports whether these are the laws of a scenario's handlers.
func (all *services) of(s *engine.Scenario) bool {
	return all.scale == scale(s.Load) && slices.EqualFunc(all.laws, s.Handlers, func(l law, h engine.Handler) bool {
		return l.settings == h.Service
	})
}

// demand returns what item n asks of a handler.
func (all *services) demand(handler int, n int64) time.Duration {
	l := &all.laws[handler]
	if l.quantile == nil {
		return nanoseconds(all.recording.services[all.recording.index(n)] * float64(all.scale))
	}
	return nanoseconds(float64(l.settings.Mean) * l.quantile(l.draws.uniform(n)))
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
