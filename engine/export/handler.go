package export

import (
	"cmp"
	"fmt"
	"time"

	"duet/engine"
)

// handler is what the pieces are told about a handler.
type handler struct {
	Name  string
	Func  string
	Work  string // the field of an item with the time that it takes
	Takes string // how long it takes, in words
	Do    string // the function that takes this time
	Draw  string // the expression that draws it

	Never  bool   // it never fails
	Fails  string // the condition; empty: never
	Panics string
	Fates  []fate // what is drawn with the item

	draws []string // the functions that Draw needs
	times string   // the variable of measured times

	needs      string // a resource; empty: none
	idempotent bool
}

// fate is a field of an item that says whether a handler cannot handle it.
type fate struct{ Field, Share string }

// newHandler needs the mean where the times are from a recording that is not read.
func newHandler(spec *engine.Handler, taken names, mean time.Duration) (*handler, error) {
	h := &handler{Name: spec.Name, Func: taken.choose(spec.Name, "", "Handler"), Do: "sleep", needs: spec.Needs, idempotent: spec.Idempotent}
	service := spec.Service
	if service.Dist == engine.DistTrace {
		service.Dist, service.Mean = engine.DistExponential, mean
	}
	verb := "takes"
	if spec.Work == engine.CPU {
		h.Do, verb = "compute", "computes for"
	}
	if service.Dist == engine.DistEmpirical {
		h.times = taken.choose("measured_"+spec.Name, "", "Times")
	}
	if err := h.draw(&service); err != nil {
		return nil, err
	}
	h.Takes = verb + " " + h.Takes
	h.Panics = h.condition(spec, "Panics", spec.Panic)
	h.Fails = h.condition(spec, "Fails", spec.Fail)
	h.Never = h.Panics == "" && h.Fails == ""
	return h, nil
}

// condition is when a handler fails in one way: drawn with the item, or anew for each
// attempt.
func (h *handler) condition(spec *engine.Handler, what string, share engine.Share) string {
	switch {
	case share == 0:
		return ""
	case spec.Per == engine.PerItem:
		f := fate{Field: capital(h.Func) + what, Share: decimal(float64(share))}
		h.Fates = append(h.Fates, f)
		return "it." + f.Field
	default:
		return "rand.Float64() < " + decimal(float64(share))
	}
}

// draw says how the time is drawn.
func (h *handler) draw(s *engine.Service) error {
	mean, text := durationLiteral(s.Mean), engine.FormatDuration(s.Mean)
	call := func(function, format string, args ...any) {
		h.Draw, h.draws = fmt.Sprintf(function+"(rng, "+format+")", args...), append(h.draws, drawing[function])
	}
	switch {
	case s.Dist == engine.DistEmpirical:
		return h.drawMeasured(s)
	case s.Mean == 0:
		h.Draw, h.Takes = "0", "no time"
		return nil
	}
	switch s.Dist {
	case engine.DistConstant:
		h.Draw, h.Takes = mean, text
		return nil
	case engine.DistUniform:
		h.Takes = "anything evenly around %s"
		call("uniform", "%s, %s", mean, decimal(float64(s.Spread)))
	case engine.DistLognormal:
		h.Takes = "%s on average, by a lognormal distribution"
		call("lognormal", "%s, %s", mean, decimal(s.CV))
	case engine.DistGamma:
		h.Takes = "%s on average, by a gamma distribution"
		call("gamma", "%s, %s", mean, decimal(s.CV))
	case engine.DistPareto:
		h.Takes = "%s on average, by a Pareto distribution"
		call("pareto", "%s, %s", mean, decimal(s.Shape))
	case engine.DistBimodal:
		h.Takes = "%s on average, and now and then much longer than usual"
		call("bimodal", "%s, %s, %s", mean, decimal(float64(s.Share)), decimal(s.Factor))
	default:
		h.Takes = "%s on average, by an exponential distribution"
		call("exponential", "%s", mean)
	}
	if s.CV == 0 && (s.Dist == engine.DistLognormal || s.Dist == engine.DistGamma) {
		h.Draw, h.Takes, h.draws = mean, "%s", nil
	}
	h.Takes = fmt.Sprintf(h.Takes, text)
	return nil
}

// quantiles is how many parts measured times are carried over in.
const quantiles = 100

// drawMeasured carries measured times over by their quantiles.
func (h *handler) drawMeasured(s *engine.Service) error {
	sample, err := s.Times.Sample()
	if err != nil {
		return &engine.InputError{Msg: err.Error()}
	}
	scale := 1.0
	if s.Mean > 0 {
		scale = float64(s.Mean) / sample.Mean
	}
	list := fmt.Sprintf("// %s are times that were measured: their percentiles from 0 to %d.\nvar %s = []time.Duration{\n", h.times, quantiles, h.times)
	last := len(sample.Times) - 1
	for q := range quantiles + 1 {
		list += durationLiteral(time.Duration(float64(sample.Times[last*q/quantiles])*scale)) + ",\n"
	}
	h.Draw = "measured(rng, " + h.times + ")"
	h.Takes = "as long as was measured, " + engine.FormatDuration(cmp.Or(s.Mean, time.Duration(sample.Mean)).Round(time.Microsecond)) + " on average"
	h.draws = append(h.draws, drawing["measured"], list+"}\n")
	return nil
}

// drawing are the functions that draw a time, with the mean that is asked for.
var drawing = map[string]string{
	"exponential": `
// exponential draws a time without memory: however long it has taken, it takes the mean longer.
func exponential(rng *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(rng.ExpFloat64() * float64(mean))
}
`,
	"uniform": `
// uniform draws a time that is off the mean by at most this part of it.
func uniform(rng *rand.Rand, mean time.Duration, spread float64) time.Duration {
	return time.Duration((1 + spread*(2*rng.Float64()-1)) * float64(mean))
}
`,
	"lognormal": `
// lognormal draws a time with a long tail; cv is its standard deviation over the mean.
func lognormal(rng *rand.Rand, mean time.Duration, cv float64) time.Duration {
	variance := math.Log1p(cv * cv) // of the logarithm
	return time.Duration(math.Exp(math.Sqrt(variance)*rng.NormFloat64()-variance/2) * float64(mean))
}
`,
	"gamma": `
// gamma draws a time as Marsaglia and Tsang do (2000); cv is its standard deviation over the mean.
func gamma(rng *rand.Rand, mean time.Duration, cv float64) time.Duration {
	shape, boost := 1/(cv*cv), 1.0
	scale := float64(mean) / shape
	if shape < 1 {
		boost = math.Pow(rng.Float64(), 1/shape)
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		v = v * v * v
		if v > 0 && math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return time.Duration(d * v * boost * scale)
		}
	}
}
`,
	"pareto": `
// pareto draws a time whose tail falls off with a power of it: few are very long.
func pareto(rng *rand.Rand, mean time.Duration, shape float64) time.Duration {
	shortest := (shape - 1) / shape * float64(mean)
	return time.Duration(shortest * math.Pow(1-rng.Float64(), -1/shape))
}
`,
	"bimodal": `
// bimodal draws one of two times: a share of them is so many times as long as the others.
func bimodal(rng *rand.Rand, mean time.Duration, share, factor float64) time.Duration {
	short := float64(mean) / (1 + share*(factor-1))
	if rng.Float64() < share {
		return time.Duration(factor * short)
	}
	return time.Duration(short)
}
`,
	"measured": `
// measured draws between two times that follow each other.
func measured(rng *rand.Rand, times []time.Duration) time.Duration {
	at := rng.Float64() * float64(len(times)-1)
	i := int(at)
	return times[i] + time.Duration((at-float64(i))*float64(times[i+1]-times[i]))
}
`,
}
