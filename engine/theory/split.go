package theory

import (
	"fmt"
	"math"

	"duet/engine"
)

// split is servers that have queues of their own: items are dealt to the queues
// by key, and these to the servers in turn. Keys are drawn independently, so
// that a part of a Poisson process is one too; a part p of any arrivals has the
// squared coefficient of variation 1 - p(1-scv), by which it is taken for
// independent gaps (exact for evenly spaced ones).
//
// A server with several queues has the same mean wait as with one: whom it takes
// next, without looking at services, does not change it (Kleinrock 2, section 3.4).
func (st stage) split() Result {
	parts := shares(st.arrivals.keys, st.queues, st.servers)
	single := st
	single.servers = 1
	results := make([]Result, len(parts))
	for i, part := range parts {
		if i > 0 && part == parts[i-1] {
			results[i] = results[i-1]
			continue
		}
		results[i] = single.own(part, st.queues > st.servers)
	}
	r := mix(parts, results)
	r.Model = fmt.Sprintf("%d x %s", st.servers, results[0].Model)
	if st.whenFull == engine.Block && st.room != endless && r.Rho > 1 {
		// The full queue stops the producers, and so the others get less too.
		need := st.arrivals.rate * st.law.mean / float64(st.servers)
		r.Throughput = engine.Figure(st.arrivals.rate) / r.Rho
		r.Utilisation = engine.Figure(need) / r.Rho
	}
	if st.queues > st.servers {
		r.Wait, r.Latency = nil, nil // not first in, first out
	}
	return r
}

// own is one of several servers with queues of its own, several if shared.
func (st stage) own(part float64, several bool) Result {
	a := &st.arrivals
	scv, letter := 1-part*(1-a.scv()), a.letter()
	if letter == "D" && part < 1 {
		letter = "G"
	}
	rate := a.rate * part
	r := st.queue(rate, scv, letter)
	if several && st.whenFull != engine.Block {
		model := r.Model
		if r = st.waiting(rate, scv, letter); !st.rarelyFull(&r) {
			r = r.Refuse("no closed form for what bounded queues drop that share a server")
		}
		r.Model = model
	}
	if r.Applies && st.whenFull == engine.Block && part < 1 && !st.rarelyFull(&r) {
		r = r.Refuse("no closed form: a queue with room for %d is full too often, and then holds up the others", st.room)
	}
	return st.filling(r, float64(r.Growth))
}

// mix is several servers with queues of their own, each with its part of the
// items.
func mix(parts []float64, all []Result) Result {
	busiest := &all[0]
	for i := range all {
		if compare(all[i].Rho, busiest.Rho) > 0 {
			busiest = &all[i]
		}
	}
	r := *busiest
	r.Utilisation, r.Throughput, r.Depth, r.InSystem, r.Growth = 0, 0, 0, 0, 0
	var wait, latency, pWait, loss, served engine.Figure
	alike, refusing := true, busiest
	for i := range all {
		one, part := &all[i], engine.Figure(parts[i])
		alike = alike && parts[i] == parts[0]
		if refusing.Applies {
			refusing = one
		}
		if one.Method != Exact {
			r.Method = one.Method
		}
		r.Utilisation += one.Utilisation / engine.Figure(len(all))
		r.Throughput += one.Throughput
		r.Growth += one.Growth
		r.Depth += one.Depth
		r.InSystem += one.InSystem
		reached := part * (1 - one.Loss)
		served += reached
		wait += reached * one.WaitMean
		latency += reached * one.LatencyMean
		pWait += reached * one.PWait
		loss += part * one.Loss
	}
	if !refusing.Applies {
		return r.Refuse("one of %d queues: %s", len(all), refusing.Why)
	}
	r.Loss, r.WaitMean, r.LatencyMean, r.PWait = loss, wait/served, latency/served, pWait/served
	if !alike {
		r.Wait, r.Latency = nil, nil
	}
	return r
}

// compare orders figures, what is not defined first.
func compare(a, b engine.Figure) int {
	switch {
	case a < b || math.IsNaN(float64(a)) && !math.IsNaN(float64(b)):
		return -1
	case a > b || !math.IsNaN(float64(a)) && math.IsNaN(float64(b)):
		return 1
	default:
		return 0
	}
}

// shares is which part of the items each server gets, when key k goes to queue
// k mod queues, and queue q to server q mod servers.
func shares(k engine.Keys, queues, servers int) []float64 {
	parts := make([]float64, servers)
	if !(k.Skew > 0) {
		count := max(1, k.Count)
		for q := range min(queues, count) {
			keys := (count - q + queues - 1) / queues // those that are q modulo queues
			parts[q%servers] += float64(keys)
		}
		for i := range parts {
			parts[i] /= float64(count)
		}
		return parts
	}
	var sum float64
	for key := range max(1, k.Count) {
		weight := math.Pow(float64(key+1), -k.Skew)
		parts[key%queues%servers] += weight
		sum += weight
	}
	for i := range parts {
		parts[i] /= sum
	}
	return parts
}
