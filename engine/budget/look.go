package budget

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"duet/engine"
	"duet/engine/live"
)

// snapshot looks at two lanes of eight workers each, at work.
func snapshot(ctx context.Context) ([]Figure, error) {
	r, err := endless(ctx, 500*time.Millisecond,
		"load: {rate: 1000/s}",
		"handlers: [{name: work, service: {mean: 5ms}}]",
		"lanes: [{model: message, workers: 8}, {model: event, publishers: 8}]")
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // it was looked at
	const looks = 200
	var snap engine.Snapshot
	r.Snapshot(&snap) // grows to its size
	t, err := Rounds(ctx, 10, Do("snapshot", looks, func(n int) {
		for range n {
			r.Snapshot(&snap)
		}
	}))
	if err != nil {
		return nil, err
	}
	return []Figure{AtMost("snapshot of two lanes of 8", t[0].Best()/1e3, "µs", 20)}, nil
}

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
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r, err := endless(ctx, 500*time.Millisecond,
		"load: {rate: 100/s}",
		"handlers: [{name: work, service: {mean: 1ms}}]",
		fmt.Sprintf("lanes: [{model: message, workers: %d}, {model: event}]", workers))
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }() // it was weighed
	runtime.GC()
	runtime.ReadMemStats(&after)
	return float64(after.HeapAlloc+after.StackInuse) - float64(before.HeapAlloc+before.StackInuse), nil
}

// endless starts a run, and gives it a while.
func endless(ctx context.Context, while time.Duration, lines ...string) (*live.Run, error) {
	s, err := decode(lines...)
	if err != nil {
		return nil, err
	}
	r, err := live.New(s, live.Options{Endless: true})
	if err != nil {
		return nil, err
	}
	select {
	case <-time.After(while):
		return r, nil
	case <-ctx.Done():
		_ = r.Close() // for nothing
		return nil, context.Cause(ctx)
	}
}
