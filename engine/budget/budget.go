// Package budget measures what duet itself costs on this machine, beside what it
// may cost: handing over with everything measured, pacing, simulating, looking.
//
// What depends on the machine is given as a ratio to the bare thing, a channel or a
// call, that was done in turn with it: compare ratios, not times. The machine should
// do nothing else meanwhile. Everything here takes its time, runs on the goroutine
// that calls, and keeps the processors busy.
package budget

import (
	"context"
	"fmt"
)

// Figure is what something costs, beside its budget.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // x: a ratio to the bare thing
	Limit float64 `json:"budget"`
	Least bool    `json:"at_least"` // the budget is the least that there should be, not the most
	Met   bool    `json:"met"`
}

// AtMost is a figure that should be no more than its budget.
func AtMost(name string, value float64, unit string, limit float64) Figure {
	return Figure{Name: name, Value: value, Unit: unit, Limit: limit, Met: value <= limit}
}

// AtLeast is a figure that should be no less than its budget.
func AtLeast(name string, value float64, unit string, limit float64) Figure {
	return Figure{Name: name, Value: value, Unit: unit, Limit: limit, Least: true, Met: value >= limit}
}

// Measurement is something to be measured, which gives some figures.
type Measurement struct {
	Name string
	Take func(ctx context.Context) ([]Figure, error)
}

// Engine is everything of the engine that has a budget, in the order in which it is
// to be told. It takes three quarters of a minute.
func Engine() []Measurement {
	all := []Measurement{{"paths", paths}}
	for _, rate := range []Rate{100, 10_000, 100_000, 1_000_000} {
		all = append(all, Measurement{fmt.Sprintf("pacing at %v", rate), rate.pacing})
	}
	for _, rate := range []Rate{10_000, 100_000, 1_000_000} {
		all = append(all, Measurement{fmt.Sprintf("latency at %v", rate), rate.latency})
	}
	for _, s := range Staffs {
		all = append(all, Measurement{"capacity of " + s.String(), s.measure})
	}
	return append(all,
		Measurement{"simulation", simulation},
		Measurement{"forecast", forecast},
		Measurement{"snapshot", snapshot},
		Measurement{"memory", memory},
		Measurement{"history", history},
	)
}
