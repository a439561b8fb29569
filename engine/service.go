package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Dist names a distribution of service times.
type Dist string

// The distributions of service times.
const (
	DistConstant    Dist = "constant"
	DistExponential Dist = "exponential" // the default
	DistUniform     Dist = "uniform"
	DistLognormal   Dist = "lognormal"
	DistGamma       Dist = "gamma"
	DistPareto      Dist = "pareto"
	DistBimodal     Dist = "bimodal"
	DistEmpirical   Dist = "empirical" // measured times, from a file
	DistTrace       Dist = "trace"     // from the trace's service column
)

// Service is how long a handler works on an item. Every distribution has the
// mean Mean, whatever its other settings are.
type Service struct {
	Dist   Dist          `yaml:"dist"`   // defaults to exponential; with a file to empirical
	Mean   time.Duration `yaml:"mean"`   // 0 to 1h; defaults to 10ms. empirical: the times are scaled to it; 0 (there the default): as they are
	Spread Share         `yaml:"spread"` // uniform: half the width, as a part of the mean; defaults to 50%
	CV     float64       `yaml:"cv"`     // lognormal, gamma: standard deviation over mean, 0 to 100; defaults to 1
	Shape  float64       `yaml:"shape"`  // pareto: the exponent of its tail, 1.1 to 100; defaults to 2.5. Up to 2 the variance is infinite
	Share  Share         `yaml:"share"`  // bimodal: the part of the items that take long; defaults to 10%
	Factor float64       `yaml:"factor"` // bimodal: how many times as long as the others these take, 1 to 10,000; defaults to 10

	File   string        `yaml:"file"`   // empirical: the measured times, one a line; path as of [TraceShape]
	Column string        `yaml:"column"` // empirical: their column, where the file has several; its first line then names them
	Scale  time.Duration `yaml:"scale"`  // empirical: what 1 is in the file, up to 1h; defaults to 0: times carry their units

	Times *Times `yaml:"-" json:"-"` // what File holds; set by [Scenario.Attach]
}

// Instant reports whether the work takes no time, whatever the item.
func (s *Service) Instant() bool {
	return s.Mean == 0 && s.Dist != DistTrace && s.Dist != DistEmpirical
}

// distSettings says which distributions the settings of a service are for that
// not all have.
var distSettings = map[string][]Dist{
	"spread": {DistUniform},
	"cv":     {DistLognormal, DistGamma},
	"shape":  {DistPareto},
	"share":  {DistBimodal},
	"factor": {DistBimodal},
}

// checkService holds that what a distribution is made of is there.
func (s *Scenario) checkService(i int) *problem {
	v, at := &s.Handlers[i].Service, fmt.Sprintf("handlers.%d.service.", i)
	switch {
	case v.Dist == DistTrace && (s.Load.Trace == nil || s.Load.Trace.Service == ""):
		return &problem{path: at + "dist", found: "trace", need: "load.trace has to name its service column"}
	case v.Dist == DistEmpirical && v.File == "":
		return &problem{path: at + "dist", found: "empirical", need: "file has to name the measured times"}
	case v.Column != "" && v.File == "":
		return &problem{path: at + "column", need: "this needs a file"}
	case v.Scale != 0 && v.File == "":
		return &problem{path: at + "scale", need: "this needs a file"}
	}
	return nil
}

// idle reports whether a setting makes no difference as others are: one of
// another distribution, or of a handler whose work is a person's own function.
func (s *Scenario) idle(path string) bool {
	handler, name, ok := s.serviceOf(path)
	if !ok {
		return false
	}
	dist := handler.Service.Dist
	if handler.Own {
		return true
	}
	if name == "mean" {
		return dist == DistTrace
	}
	owners, some := distSettings[name]
	return some && !slices.Contains(owners, dist)
}

// serviceOf is the handler whose service has the setting of an internal path,
// and the setting's name.
func (s *Scenario) serviceOf(path string) (h *Handler, name string, ok bool) {
	number, name, ok := strings.Cut(strings.TrimPrefix(path, "handlers."), ".service.")
	if !ok {
		return nil, "", false
	}
	i, err := strconv.Atoi(number)
	if err != nil || i >= len(s.Handlers) {
		return nil, "", false
	}
	return &s.Handlers[i], name, true
}

// standard is the default of a setting: the rule's, but that services with a
// file are as measured in it, also in their mean.
func (s *Scenario) standard(r *rule, path string) string {
	h, name, ok := s.serviceOf(path)
	switch {
	case ok && name == "dist" && h.Service.File != "":
		return string(DistEmpirical)
	case ok && name == "mean" && h.Service.Dist == DistEmpirical:
		return "0s"
	}
	return r.def
}
