package budget

import (
	"context"
	"fmt"
	"time"

	"duet/engine"
	"duet/engine/live"
)

// Rate is how many items a second arrive.
type Rate int

func (r Rate) String() string { return fmt.Sprintf("%d/s", int(r)) }

// pacing says what a message lane whose items arrive evenly does with them: how many
// of those that were due it has not let go, how late, and on what part of a core.
func (r Rate) pacing(ctx context.Context) ([]Figure, error) {
	snap, busy, err := r.through(ctx, "arrivals: constant")
	if err != nil {
		return nil, err
	}
	name, l, late := fmt.Sprintf("pacing at %v, ", r), &snap.Lanes[0], snap.Lanes[0].Whole.Lateness
	missing := 100 * float64(l.Ledger.Offered-l.Ledger.Ended()) / float64(l.Ledger.Offered)
	p50, p99 := 60.0, 250.0
	if busy <= 8 { // economical
		p50, p99 = 1300, 1300
	}
	figures := []Figure{
		AtMost(name+"missing", missing, "%", 0.1),
		AtMost(name+"late p50", micros(late.P50), "µs", p50),
		AtMost(name+"late p99", micros(late.P99), "µs", p99),
	}
	if r <= 100_000 { // above, handing over is what takes the time
		figures = append(figures, AtMost(name+"of a core", busy, "%", 45))
	}
	return figures, nil
}

// latency says how long items take that arrive at random.
func (r Rate) latency(ctx context.Context) ([]Figure, error) {
	snap, _, err := r.through(ctx, "arrivals: poisson")
	if err != nil {
		return nil, err
	}
	l := snap.Lanes[0].Whole.Latency
	return []Figure{
		AtMost(fmt.Sprintf("latency at %v, p50", r), micros(l.P50), "µs", 120),
		AtMost(fmt.Sprintf("latency at %v, p99", r), micros(l.P99), "µs", 500),
	}, nil
}

// through runs a message lane without work for two seconds. busy is what part of a
// core that took, in percent; 0 where the system does not tell.
func (r Rate) through(ctx context.Context, arrivals string) (snap *engine.Snapshot, busy float64, err error) {
	began, before := time.Now(), ProcessCPU()
	snap, err = finish(ctx,
		"duration: 2s", "drain: 0s", "warmup: 200ms",
		fmt.Sprintf("load: {rate: %v, %s}", r, arrivals),
		"handlers: [{name: work, service: {dist: constant, mean: 0s}}]",
		"lanes: [{model: message, workers: 4, queue: {capacity: 1024}}]")
	return snap, 100 * float64(ProcessCPU()-before) / float64(time.Since(began)), err
}

// Staff is so many workers, and how long each works for an item.
type Staff struct {
	Workers int
	Service time.Duration
}

// Staffs are those whose capacity has a budget.
var Staffs = []Staff{
	{8, 100 * time.Microsecond},
	{8, time.Millisecond},
	{8, 10 * time.Millisecond},
	{64, time.Millisecond},
	{64, 10 * time.Millisecond},
}

func (s Staff) String() string {
	return fmt.Sprintf("%d workers, %s", s.Workers, engine.FormatDuration(s.Service))
}

// measure says what part of the items that the workers could handle by their service
// time they miss. Their queue is never empty, nor full: then the sender would be
// woken for every item.
func (s Staff) measure(ctx context.Context) ([]Figure, error) {
	possible := float64(s.Workers) / s.Service.Seconds()
	snap, err := finish(ctx,
		"duration: 1500ms", "drain: 0s", "warmup: 500ms",
		fmt.Sprintf("load: {rate: %d/s, arrivals: constant}", int(1.5*possible)),
		fmt.Sprintf("handlers: [{name: work, service: {dist: constant, mean: %v}}]", s.Service),
		fmt.Sprintf("lanes: [{model: message, workers: %d, queue: {capacity: 1000000}}]", s.Workers))
	if err != nil {
		return nil, err
	}
	missed := 100 * (1 - snap.Lanes[0].Whole.Throughput/possible)
	return []Figure{AtMost("capacity of "+s.String()+", missed", max(missed, -missed), "%", 1)}, nil
}

// finish runs a scenario in real time, and takes its snapshot as soon as nothing
// arrives any more.
func finish(ctx context.Context, lines ...string) (*engine.Snapshot, error) {
	s, err := decode(lines...)
	if err != nil {
		return nil, err
	}
	r, err := live.New(s, live.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // what was measured stands
	select {
	case <-r.Done():
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	snap := new(engine.Snapshot)
	r.Snapshot(snap)
	return snap, nil
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
