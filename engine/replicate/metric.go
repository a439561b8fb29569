package replicate

import (
	"errors"
	"math"

	"duet/engine"
)

// LossName is the metric that reports have no figure for: the part of the items
// offered since the warm-up that was dropped, lost, or given up by its client.
const LossName = "loss"

// Metric is a figure of every lane.
type Metric struct {
	Name string           `json:"name"` // as in reports, such as latency.p99; or [LossName]
	Kind engine.ParamKind `json:"kind"` // duration in seconds, rate a second, share of 1, or number
	read []*engine.Expr   // by lane; nil for the loss
}

// shares are the figures that are parts of a whole.
var shares = map[string]bool{LossName: true, "utilisation": true, "p_wait": true}

// ParseMetric looks a figure up by its name. All lanes of the scenario must have
// it. The error is a clause that says what is wrong.
func ParseMetric(name string, s *engine.Scenario) (Metric, error) {
	m := Metric{Name: name, Kind: engine.KindShare}
	switch {
	case name == LossName:
		return m, nil
	case !isFigure(name):
		return Metric{}, errors.New("the name of a figure is needed, such as latency.p99 or loss")
	}
	for i := range s.Lanes {
		expr, err := engine.ParseExpr(s.Lanes[i].Name+"."+name, s)
		if err != nil {
			return Metric{}, err
		}
		m.read = append(m.read, expr)
		if !shares[name] {
			m.Kind = expr.Kind()
		}
	}
	return m, nil
}

// isFigure tells a single name from an expression.
func isFigure(name string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '.' {
			return false
		}
	}
	return name != ""
}

// Of reads the metric of a lane by its number; NaN where it is not defined.
func (m *Metric) Of(snap *engine.Snapshot, lane int) float64 {
	if m.Name == LossName {
		return Loss(&snap.Lanes[lane].Whole.Ledger)
	}
	return float64(m.read[lane].Value(snap))
}

// Loss is the part of what was offered that nobody handled to an end: dropped,
// lost, or given up by its client.
func Loss(l *engine.Ledger) float64 {
	if l.Offered == 0 {
		return math.NaN()
	}
	return float64(l.Dropped+l.Lost+l.Expired) / float64(l.Offered)
}
