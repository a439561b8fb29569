package budget

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"duet/engine"
	"duet/engine/virtual"
)

// simulatedEvents is how many events a round simulates. An event is an arrival or a
// completion.
const simulatedEvents = 200_000

// Simulated simulates a queue with three workers through the whole package, with
// ledger, histograms and order.
func Simulated() Arm {
	return Arm{Name: "duet, all measured", N: simulatedEvents, Ready: func(n int) (run, end func(), err error) {
		const rate = 240_000
		s, err := decode(
			"duration: "+engine.FormatDuration(time.Duration(n/2)*time.Second/rate), "drain: 0s",
			"load: {rate: 240000/s}",
			"handlers: [{name: work, service: {mean: 10us}}]",
			"lanes: [{model: message, workers: 3, queue: {capacity: 1000}}]")
		if err != nil {
			return nil, nil, err
		}
		r, err := virtual.New(s, virtual.Options{Speed: math.Inf(1), Paused: true})
		if err != nil {
			return nil, nil, err
		}
		return func() {
			_ = r.Apply(engine.Change{Control: engine.Resume}) // paused by now
			<-r.Done()
		}, func() { _ = r.Close() }, nil
	}}
}

// BareQueue simulates nothing but the queue, in a loop made for it.
func BareQueue() Arm {
	return Do("specialised loop", simulatedEvents, func(n int) { bareQueue(n) })
}

func bareQueue(events int) (area float64) {
	random := rand.New(rand.NewPCG(1, 1))
	done := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
	now, arrival, waiting := 0.0, 0.0, 0
	for range events {
		next := 0
		for i := range done {
			if done[i] < done[next] {
				next = i
			}
		}
		if arrival <= done[next] {
			area += float64(waiting) * (arrival - now)
			now, arrival = arrival, arrival+random.ExpFloat64()/2.4
			free := -1
			for i := range done {
				if math.IsInf(done[i], 1) {
					free = i
				}
			}
			if free >= 0 {
				done[free] = now + random.ExpFloat64()
			} else {
				waiting++
			}
			continue
		}
		area += float64(waiting) * (done[next] - now)
		now = done[next]
		done[next] = math.Inf(1)
		if waiting > 0 {
			waiting--
			done[next] = now + random.ExpFloat64()
		}
	}
	return area
}

func simulation(ctx context.Context) ([]Figure, error) {
	t, err := Rounds(ctx, 24, BareQueue(), Simulated())
	if err != nil {
		return nil, err
	}
	return []Figure{
		AtLeast("simulation, M/M/3, events", 1000/t[1].Best(), "M/s", 15),
		AtMost("simulation, M/M/3, allocations an event", t[1].Allocations, "", 0.05),
	}, nil
}

// forecast foretells a minute of both lanes at 1,000/s with 8 workers.
func forecast(ctx context.Context) ([]Figure, error) {
	s, err := decode(
		"load: {rate: 1000/s}",
		"handlers: [{name: work, service: {mean: 7ms}}]",
		"lanes: [{model: message, workers: 8, queue: {capacity: 1000}}, {model: event, publishers: 8}]")
	if err != nil {
		return nil, err
	}
	from, err := simulatedTo(ctx, s, 10*time.Second)
	if err != nil {
		return nil, err
	}
	var f virtual.Forecaster
	var dst engine.Forecast
	took := func(replications int) (best float64, err error) {
		best = math.Inf(1)
		for range 5 {
			began := time.Now()
			if err := f.Forecast(ctx, &dst, from, nil, time.Minute, time.Second, replications); err != nil {
				return 0, err
			}
			best = min(best, time.Since(began).Seconds()*1e3)
		}
		return best, nil
	}
	one, err1 := took(1)
	twenty, err20 := took(20)
	if err := errors.Join(err1, err20); err != nil {
		return nil, err
	}
	return []Figure{
		AtMost("forecast of a minute, 1 replication", one, "ms", 12),
		AtMost("forecast of a minute, 20 replications", twenty, "ms", 120*2/math.Min(2, float64(runtime.GOMAXPROCS(0)))),
	}, nil
}

// simulatedTo is what there is to see of a scenario after so much time.
func simulatedTo(ctx context.Context, s *engine.Scenario, at time.Duration) (*engine.Snapshot, error) {
	seen := make(chan *engine.Snapshot, 1)
	r, err := virtual.New(s, virtual.Options{Endless: true, Speed: math.Inf(1), Every: at, Look: func(snap *engine.Snapshot) {
		if snap.At < at {
			return
		}
		select {
		case seen <- snap.Clone():
		default: // there is one already
		}
	}})
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // it has been seen
	select {
	case snap := <-seen:
		return snap, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
