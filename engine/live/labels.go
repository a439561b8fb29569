package live

import (
	"context"
	"runtime/pprof"

	"duet/engine"
)

// Goroutines carry labels, so that a profile tells whose work it shows: the lane, the
// role in it, and the handler where there is one. A goroutine is labelled when it
// starts, by itself or by inheriting those of who starts it, and never again.

// The roles of goroutines that both models have.
const (
	roleSampler  = "sampler"  // of the run: reads what all count, and walks the timeline
	roleHandover = "handover" // whatever a topic, a bus or a broker has besides
	roleWorker   = "worker"
	roleObserver = "observer"
	roleTicker   = "ticker"
	roleClients  = "clients" // waits for those who give up
	roleDoor     = "door"    // lets items in that have a goroutine each
)

// giver is the role of who hands items over.
func (l *lane) giver() string {
	if l.model == engine.EventModel {
		return "publisher"
	}
	return "producer"
}

// verb is what that does.
func (l *lane) verb() string {
	if l.model == engine.EventModel {
		return "publish"
	}
	return "send"
}

// labels are those of a role in the lane, at a handler or, without a name, at none.
func (l *lane) labels(role, handler string) pprof.LabelSet {
	if handler == "" {
		return pprof.Labels("lane", l.name, "role", role)
	}
	return pprof.Labels("lane", l.name, "role", role, "handler", handler)
}

// labelled labels the goroutine that calls it, and what it starts under the context.
func labelled(ctx context.Context, labels pprof.LabelSet) context.Context {
	ctx = pprof.WithLabels(ctx, labels)
	pprof.SetGoroutineLabels(ctx)
	return ctx
}

// labelling calls start on a goroutine with the labels, which those inherit that it
// starts, and waits for it. The caller keeps labels of its own.
func labelling(labels pprof.LabelSet, start func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		labelled(context.Background(), labels)
		start()
	}()
	<-done
}
