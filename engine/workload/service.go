package workload

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"duet/engine"
	"duet/engine/service"
)

// services are the laws of all handlers' demands. Epochs share them while
// they stay the same.
type services struct {
	laws      []law // by the handler's index
	recording *recording
	scale     time.Duration                    // of the recording's demands
	tables    func() []func(u float64) float64 // see roughly
}

// law is how long one handler's work takes.
type law struct {
	settings engine.Service
	draws    substream
	of       service.Law // without a quantile function: as recorded
}

// newServices returns the laws of a scenario's handlers.
func (st *Stream) newServices(s *engine.Scenario) (*services, error) {
	r := st.recording
	all := &services{laws: make([]law, len(s.Handlers)), recording: r, scale: scale(s.Load)}
	for i, h := range s.Handlers {
		all.laws[i] = law{settings: h.Service, draws: newSubstream(st.seed, serving, i, 0)}
		if h.Service.Dist == engine.DistTrace {
			if r == nil || r.services == nil {
				return nil, fmt.Errorf("handlers.%s.service.dist is trace, which needs load.trace with a service column", h.Name)
			}
			continue
		}
		var err error
		if all.laws[i].of, err = service.Of(h.Service); err != nil {
			return nil, fmt.Errorf("handlers.%s.service.%w", h.Name, err)
		}
	}
	all.tables = sync.OnceValue(func() []func(float64) float64 { return roughly(all.laws) })
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

// demands fills dst with what items n and those that follow it ask of a handler.
func (all *services) demands(handler int, n int64, dst []time.Duration) {
	l := &all.laws[handler]
	if l.settings.Dist != engine.DistExponential {
		for i := range dst {
			dst[i] = all.demand(handler, n+int64(i))
		}
		return
	}
	var times [64]float64
	for len(dst) > 0 {
		some := times[:min(len(dst), len(times))]
		l.draws.uniforms(n, some)
		service.Exponentials(some)
		for i, t := range some {
			dst[i] = nanoseconds(l.of.Mean * t)
		}
		n, dst = n+int64(len(some)), dst[len(some):]
	}
}

// demand returns what item n asks of a handler.
func (all *services) demand(handler int, n int64) time.Duration {
	l := &all.laws[handler]
	if l.of.Quantile == nil {
		return nanoseconds(all.recording.services[all.recording.index(n)] * float64(all.scale))
	}
	return nanoseconds(l.of.Mean * l.of.Quantile(l.draws.uniform(n)))
}
