package export

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"duet/engine"
)

// arrivals is what the pieces are told about when items come.
type arrivals struct {
	Rate       string // items a second; empty: none
	Gap        string // the statements that come to the time of the next item
	Cumulative bool   // they add to the time of the one before
	Factor     string // the body of the function that the rate is multiplied by; empty: none
}

// newArrivals needs the mean rate of a recording, which is not read.
func newArrivals(l *engine.Load, recorded float64) arrivals {
	a := arrivals{Rate: decimal(float64(l.Rate))}
	switch l.Arrivals {
	case engine.Constant:
		a.Gap = "at := float64(seq) / rate // seconds after the start"
	case engine.Bursts:
		a.Gap = fmt.Sprintf(`const size = %d // items in a group
group, within := (seq-1)/size*size, float64((seq-1)%%size)
at := (float64(group) + within*%s) / rate // seconds after the start`, l.Bursts.Size, decimal(float64(l.Bursts.Duty)))
	case engine.Ramp, engine.Sine, engine.Steps:
		peak := a.modulate(l)
		a.Cumulative = true
		a.Gap = fmt.Sprintf(`const peak = %s // the highest factor
for {
	at += rng.ExpFloat64() / (rate * peak) // as many as at the peak, of which some are left out
	if at >= length.Seconds() || rng.Float64()*peak < factor(at) {
		break
	}
}`, decimal(peak))
	default:
		if l.Arrivals == engine.Trace && l.Rate == 0 {
			a.Rate = decimal(math.Round(recorded*100) / 100)
		}
		a.Gap, a.Cumulative = "at += rng.ExpFloat64() / rate", true
	}
	if a.Rate == "0.0" {
		return arrivals{Gap: "at := length.Seconds() // nothing arrives"}
	}
	return a
}

// modulate sets the factor and returns how high it gets.
func (a *arrivals) modulate(l *engine.Load) (peak float64) {
	if r := l.Ramp; l.Arrivals == engine.Ramp {
		a.Factor = fmt.Sprintf("return %s + %s*min(1, at/%s)", decimal(r.From), parenthesised(r.To-r.From), decimal(r.Over.Seconds()))
		return max(r.From, r.To)
	}
	if l.Arrivals == engine.Sine {
		a.Factor = fmt.Sprintf("return 1 + %s*math.Sin(2*math.Pi*at/%s)", decimal(l.Sine.Amplitude), decimal(l.Sine.Period.Seconds()))
		return 1 + l.Sine.Amplitude
	}
	cases := []string{"default:\nreturn 1"}
	peak = 1
	for _, step := range l.Steps {
		cases = append(cases, fmt.Sprintf("case at >= %s:\nreturn %s", decimal(step.At.Seconds()), number(step.Times)))
		peak = max(peak, step.Times)
	}
	slices.Reverse(cases)
	a.Factor = "switch {\n" + strings.Join(cases, "\n") + "\n}"
	return peak
}

// parenthesised writes a number as a factor.
func parenthesised(x float64) string {
	if x < 0 {
		return "(" + decimal(x) + ")"
	}
	return decimal(x)
}
