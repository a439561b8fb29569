package live

import (
	"context"
	"errors"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/message"
	"duet/engine/script"
	"duet/engine/workload"
)

// What workers do is the same wherever their queue is.

// runs is whom a subscription's workers run.
func (g *generation) runs(h *handler) []*handler {
	if h == nil {
		return g.handlers
	}
	return []*handler{h}
}

// work is what a subscription's workers call.
func (g *generation) work(h *handler) message.Handler[delivery] {
	if h != nil {
		return h.way.handle
	}
	return func(ctx context.Context, d delivery) error {
		srv := serverOf(ctx)
		for i := range srv.results {
			srv.results[i] = account.Failed // also when it is not reached, or panics
		}
		var errs []error
		for i, h := range g.handlers {
			if err := h.inTurn(ctx, &d, srv, i, g.recovers); err != nil {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}
}

// backoff is how long a delivery waits for its next try. What is random in it is a
// function of the item, so that every lane meets the same.
func (g *generation) backoff(b engine.Backoff, position int) func(delivery, int) time.Duration {
	handler := 0 // all of them together
	if !g.together {
		handler = g.handlers[position].index
	}
	return func(d delivery, failed int) time.Duration {
		u := 1.0
		if b.Jitter == engine.JitterFull {
			u = g.lane.stream().Draw(d.item, workload.Jitter, handler, failed)
		}
		return script.Pause(b, failed, u)
	}
}
