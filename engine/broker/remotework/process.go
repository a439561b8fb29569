package remotework

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"duet/engine/broker"
	"duet/engine/clock"
)

// Options say where to work, and as whom.
type Options struct {
	Run     string
	Lane    string // empty: the only one that there is
	Workers int    // for each queue of the lane, 1 to MostWorkers
	Host    string // what the process is shown as
	Say     func(line string)

	clock []clock.Option // in tests: of the clock by which the work is done
}

// What there is to say when there is no work.
var (
	// ErrNone says that there is no run of that name, or no lane.
	ErrNone = errors.New("there is no such run")
	// ErrLane says that the run has several lanes, of which one is to be named.
	ErrLane = errors.New("the run has several lanes")
	// ErrRefused says that the playground does not let anybody join.
	ErrRefused = errors.New("the playground refuses")
	// ErrSilent says that nothing was heard of the playground for long.
	ErrSilent = errors.New("the playground is silent")
)

// How long a playground may be silent.
const (
	welcome = 10 * time.Second // until it answers
	silence = 10 * time.Second // until one presents oneself again
	reopens = 60 * time.Second // until a lane that has ended has another hand-over
)

// Run works for a lane of a run until the run is over, which is no error, or ctx is
// done: then what is held is given back. It goes on from one hand-over of the lane to
// the next.
func Run(ctx context.Context, server broker.Server, o Options) error {
	name, err := find(ctx, server, &o, 0)
	for err == nil {
		var end string
		number, _ := isReports(name)
		end, err = join(ctx, server, o, name)
		if err != nil || ctx.Err() != nil || end == Over {
			break
		}
		if end == silent {
			o.Say("nothing is heard of the playground: asks it again")
			number-- // the same hand-over, or a later one
		} else {
			o.Say("the lane has stopped for now; waiting for it to go on")
		}
		if name, err = reopened(ctx, server, &o, number); errors.Is(err, ErrNone) {
			o.Say("it does not go on")
			return nil
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// find looks for the reports of a lane's latest hand-over, later than one.
func find(ctx context.Context, server broker.Server, o *Options, after int) (name broker.Name, err error) {
	queues, err := server.Created(ctx)
	if err != nil {
		return name, err
	}
	best := make(map[string]broker.Name) // by lane
	runs := make(map[string]bool)
	for _, q := range queues {
		n, ok := isReports(q)
		if !ok {
			continue
		}
		runs[q.Run] = true
		if latest, _ := isReports(best[q.Lane]); q.Run == o.Run && n > max(latest, after) {
			best[q.Lane] = q
		}
	}
	lanes := slices.Sorted(maps.Keys(best))
	switch {
	case len(runs) == 0:
		return name, fmt.Errorf("%w: nothing runs in this broker", ErrNone)
	case !runs[o.Run]:
		return name, fmt.Errorf("%w as %s in this broker; there are %s", ErrNone, o.Run, strings.Join(slices.Sorted(maps.Keys(runs)), ", "))
	case o.Lane == "" && len(lanes) > 1:
		return name, fmt.Errorf("%w, and one is to be named: %s", ErrLane, strings.Join(lanes, ", "))
	case o.Lane == "" && len(lanes) == 1:
		o.Lane = lanes[0]
	}
	if name = best[o.Lane]; name.Lane == "" {
		return name, fmt.Errorf("%w: %s has no lane %s in this broker; there are %s", ErrNone, o.Run, o.Lane, strings.Join(lanes, ", "))
	}
	return name, nil
}

// reopened waits for the next hand-over of the lane.
func reopened(ctx context.Context, server broker.Server, o *Options, after int) (name broker.Name, err error) {
	waiting, cancel := context.WithTimeout(ctx, reopens)
	defer cancel()
	for {
		if name, err = find(ctx, server, o, after); err == nil || !errors.Is(err, ErrNone) && server.State().Connected {
			return name, err
		}
		select {
		case <-waiting.Done():
			return name, cmp.Or(ctx.Err(), err)
		case <-time.After(beat):
		}
	}
}
