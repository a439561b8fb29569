package budget

import (
	"context"
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
	return []Figure{
		AtMost("snapshot of two lanes of 8", t[0].Best()/1e3, "µs", 20),
		AtMost("snapshot, allocations", t[0].Allocations, "", 0.05),
	}, nil
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
