package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"duet/engine"
)

// Func is a person's own handler. It is called on the lane's own goroutines: by a
// worker, a publisher, an observer, several at once if there are several. What it
// takes is measured as the handler's service, an error is a failed try, and a panic
// is what the lane makes of one. It must return soon after its context is done: when
// its worker crashes, or the run is closed; one that does not is named by Close.
//
// What a scenario says of failing, of resources and of being idempotent holds for it,
// and so do faults: a stall holds it up before its work, slow after it. The service
// and the kind of work that are stated do not. Nor do pause, slow motion and a lane's
// speed reach what it does: a paused run starts no more of it, and counts no time.
//
// The item says which it is: its number, its key, its class, when it was due, and how
// many bytes it carries, but not which bytes.
type Func func(ctx context.Context, item engine.Item) error

// owned is the scenario with a note at the handlers that are a person's own.
func owned(s *engine.Scenario, own map[string]Func) (*engine.Scenario, error) {
	if len(own) == 0 {
		return s, nil
	}
	s = s.Clone()
	var names []string
	for i := range s.Handlers {
		h := &s.Handlers[i]
		h.Own = own[h.Name] != nil
		names = append(names, h.Name)
	}
	for name, f := range own {
		switch {
		case !slices.Contains(names, name):
			return nil, fmt.Errorf("there is no handler %q for a function of yours: there are %s", name, strings.Join(names, ", "))
		case f == nil:
			return nil, errors.New("the function for handler " + name + " is nil")
		}
	}
	return s, nil
}

// call has a person's own function do the work. What it takes is not known before; so
// where it is to be slow, it is held back when it is through.
func (h *handler) call(ctx context.Context, own Func, t *trouble, it engine.Item, srv *server) error {
	if srv != nil {
		defer srv.pace().Fresh() // it knows nothing of what this took
	}
	if err := h.lane.run.clock.AwaitRunning(ctx); err != nil {
		return err
	}
	if t == nil || t.factor <= 1 {
		return own(ctx, it)
	}
	began := h.lane.run.clock.Now()
	if err := own(ctx, it); err != nil {
		return err
	}
	took := h.lane.run.clock.Now() - began
	if srv != nil {
		srv.pace().Fresh()
	}
	return h.sleep(ctx, time.Duration((t.factor-1)*float64(took)), srv)
}
