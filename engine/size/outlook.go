package size

import (
	"math"
	"slices"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/theory"
)

// quantileOf are the parts of a distribution that are quantiles.
var quantileOf = map[string]float64{"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999}

func quantile(q *theory.Quantiles, part string) engine.Figure {
	return map[string]engine.Figure{"p50": q.P50, "p90": q.P90, "p95": q.P95, "p99": q.P99, "p999": q.P999}[part]
}

// outlook is what is expected of a plan before it is simulated.
type outlook struct {
	theory theory.Result
	known  map[string]float64 // by a closed form
	guess  map[string]float64 // all figures, where nothing is known by a rule of thumb
}

// expect looks ahead at a scenario of one lane. The limit of goroutines is so
// seldom reached that it is taken for none.
func (q *Question) expect(s *engine.Scenario) outlook {
	if s.Lanes[0].Dispatch == engine.Goroutine {
		s = s.Clone()
		s.Lanes[0].Limit = Goroutine.most()
	}
	r := theory.ForLane(s, 0, 0)
	o := outlook{theory: r, known: map[string]float64{}, guess: map[string]float64{}}
	know := func(metric string, x engine.Figure) {
		if !math.IsNaN(float64(x)) {
			o.known[metric] = float64(x)
		}
	}
	know("utilisation", r.Utilisation)
	if r.Applies {
		know("latency.mean", r.LatencyMean)
		know("wait.mean", r.WaitMean)
		know(replicate.LossName, r.Loss)
		for part := range quantileOf {
			if r.Latency != nil {
				know("latency."+part, quantile(r.Latency, part))
			}
			if r.Wait != nil {
				know("wait."+part, quantile(r.Wait, part))
			}
		}
	}
	q.supply(&o, &s.Lanes[0], float64(s.Load.Rate))
	for metric, x := range o.known {
		o.guess[metric] = x
	}
	return o
}

// supply guesses what theory does not know, of a lane that may have a steady
// state.
func (q *Question) supply(o *outlook, l *engine.Lane, rate float64) {
	wait, pWait := float64(o.theory.WaitMean), float64(o.theory.PWait)
	scv := min(q.law.SCV, wildest)
	servers := max(1, l.Workers)
	switch {
	case l.Model == engine.Message:
	case l.Dispatch == engine.Inline:
		servers = l.Publishers
	default:
		servers = 1
	}
	switch {
	case o.theory.Applies:
	case l.Queue.WhenFull == engine.DropNewest:
		room := int(math.Round(2 * float64(l.Queue.Capacity) / (1 + scv)))
		o.guess[replicate.LossName] = float64(theory.MMcK(rate, q.mean(), servers, room).Loss)
		r := theory.MMcK(rate, q.mean(), servers, l.Queue.Capacity)
		wait, pWait = float64(r.WaitMean), float64(r.PWait)
	default:
		r := theory.GGc(rate, q.mean(), 1, scv, servers)
		if !r.Applies {
			return
		}
		wait, pWait = float64(r.WaitMean), float64(r.PWait)
	}
	o.guess["wait.mean"], o.guess["latency.mean"] = wait, wait+q.mean()
	for part, p := range quantileOf {
		if pWait <= 1-p {
			o.guess["wait."+part] = 0
		} else {
			o.guess["wait."+part] = wait / pWait * math.Log(pWait/(1-p))
		}
		o.guess["latency."+part] = q.after(p, wait, pWait)
	}
}

// after is the quantile of a wait and a service together, when the wait is
// exponential for the part pWait that waits at all.
func (q *Question) after(p, wait, pWait float64) float64 {
	const points = 200 // of the law, all as likely
	exceeds := func(t float64) float64 {
		var sum float64
		for i := range points {
			left := t - q.mean()*q.law.Quantile((float64(i)+0.5)/points)
			switch {
			case left < 0:
				sum++
			case wait > 0:
				sum += pWait * math.Exp(-left*pWait/wait)
			}
		}
		return sum / points
	}
	low, high := 0.0, q.mean()+wait
	for exceeds(high) > 1-p {
		low, high = high, 2*high
	}
	for range 30 {
		mid := (low + high) / 2
		if exceeds(mid) > 1-p {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// holds reports whether all targets are expected to be held.
func (o *outlook) holds(targets []Target) bool {
	return !slices.ContainsFunc(targets, func(t Target) bool {
		x, ok := o.guess[t.Metric]
		return !ok || !(x < t.Limit)
	})
}
