package remotework

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"duet/engine/broker"
)

// How a playground is asked whether it is there: it takes what it is sent, at once.
// A broker may take a moment to count what it has confirmed, so that it is looked at
// more than once.
const (
	patience  = 5 * time.Second // after which it is not
	lookEvery = 100 * time.Millisecond
	looks     = 3 // in a row that find nothing
)

// Alive finds out which of the runs go on that have queues in a broker: those whose
// playground takes what it is sent, within five seconds. One that is stopped, or
// has lost its connection, is taken for over. It asks all at once, and blocks for as
// long as that takes.
func Alive(ctx context.Context, server broker.Server, queues []broker.Name) (map[string]bool, error) {
	return answering(ctx, server, queues, patience)
}

// answering is Alive with another patience.
func answering(ctx context.Context, server broker.Server, queues []broker.Name, patience time.Duration) (map[string]bool, error) {
	var mu sync.Mutex
	var errs []error
	alive := make(map[string]bool)
	var asking sync.WaitGroup
	for _, name := range queues {
		if _, ok := isReports(name); !ok {
			continue
		}
		asking.Go(func() {
			takes, err := taken(ctx, server, name, patience)
			mu.Lock()
			defer mu.Unlock()
			alive[name.Run] = alive[name.Run] || takes
			errs = append(errs, err)
		})
	}
	asking.Wait()
	return alive, errors.Join(errs...)
}

// taken sends a message to a queue, and tells whether somebody takes it.
func taken(ctx context.Context, server broker.Server, name broker.Name, patience time.Duration) (bool, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	queue, err := attach(waiting, server, name)
	if err == nil {
		defer func() { _ = queue.Close(ctx) }()                         // it was joined: nothing is deleted
		err = queue.Publish(waiting, broker.Message{ID: rand.Uint64()}) //nolint:gosec // not a secret
	}
	for empty := 0; err == nil; {
		select {
		case <-waiting.Done():
			err = waiting.Err()
			continue
		case <-time.After(lookEvery):
		}
		var d broker.Depth
		d, err = queue.Depth(waiting)
		if empty++; err != nil || d.Ready != 0 || d.InFlight > 0 {
			empty = 0
		}
		if empty == looks {
			return true, nil
		}
	}
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case waiting.Err() != nil, errors.Is(err, broker.ErrGone), errors.Is(err, broker.ErrFull):
		return false, nil
	default:
		return false, err
	}
}
