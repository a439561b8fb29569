package budget

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"time"

	"duet/engine"
	"duet/engine/virtual"
)

// memory says what a worker takes that has nothing to do, of ten thousand, and what
// is taken by a run of two lanes without them.
func memory(ctx context.Context) ([]Figure, error) {
	few, err := held(ctx, 4)
	if err != nil {
		return nil, err
	}
	const many = 10_000
	all, err := held(ctx, many)
	if err != nil {
		return nil, err
	}
	return []Figure{
		AtMost("memory an idle worker", (all-few)/many/(1<<10), "KB", 8),
		AtMost("memory of 10,000 idle workers", all/(1<<20), "MB", 100),
	}, nil
}

// held is how many bytes a run with so many workers takes.
func held(ctx context.Context, workers int) (bytes float64, err error) {
	before := inUse()
	r, err := endless(ctx, 500*time.Millisecond,
		"load: {rate: 100/s}",
		"handlers: [{name: work, service: {mean: 1ms}}]",
		fmt.Sprintf("lanes: [{model: message, workers: %d}, {model: event}]", workers))
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }() // it was weighed
	return inUse() - before, nil
}

// inUse is how many bytes are in use.
func inUse() float64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return float64(s.HeapAlloc + s.StackInuse)
}

// history says what a run of two lanes takes after a day, with all that is kept of
// that, and how many times what it took after an hour, when its journal is full. The
// day is simulated: what is kept of a real one is the same.
func history(ctx context.Context) ([]Figure, error) {
	s, err := decode(
		"duration: 24h",
		"load: {rate: 1/s}",
		"handlers: [{name: work, service: {mean: 10ms}}]",
		"lanes: [{model: message}, {model: event}]")
	if err != nil {
		return nil, err
	}
	before, hour := inUse(), 0.0
	r, err := virtual.New(s, virtual.Options{Speed: math.Inf(1), Every: time.Hour, Look: func(snap *engine.Snapshot) {
		if snap.At == time.Hour {
			hour = inUse() - before
		}
	}})
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // it was weighed
	select {
	case <-r.Done():
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	day := inUse() - before
	runtime.KeepAlive(r)
	return []Figure{
		AtMost("memory of two lanes, 24 h of history", day/(1<<20), "MB", 15),
		AtMost("memory after 24 h, to that after an hour", day/hour, "x", 1.1),
	}, nil
}
