package live

import (
	"context"
	"fmt"
	"runtime/trace"
	"sync/atomic"

	"duet/engine"
)

// A run that starts while an execution trace is being written (runtime/trace) puts its
// items into it; any other run knows nothing of traces. Each item, and each try of a
// client, is a task of its lane; what it waits for each handler is a task within that,
// because it begins at one goroutine and ends at another; handing it over and handling
// it are regions of the goroutines that do so. `go tool trace` shows all of that.

// itemTask is an item's task.
type itemTask struct {
	ctx   context.Context
	task  *trace.Task
	waits []atomic.Pointer[trace.Task] // for handlers, by their index in the scenario; nil: it does not wait
}

// newTask begins an item's task, and its waiting.
func (g *generation) newTask(it *engine.Item) *itemTask {
	t := &itemTask{waits: make([]atomic.Pointer[trace.Task], len(g.lane.handlers))}
	t.ctx, t.task = trace.NewTask(context.Background(), g.lane.name+" item")
	trace.Log(t.ctx, "item", fmt.Sprintf("%d, key %d", it.Seq, it.Key))
	if !g.inline {
		for _, h := range g.handlers {
			_, wait := trace.NewTask(t.ctx, "wait for "+h.name)
			t.waits[h.index].Store(wait)
		}
	}
	return t
}

// taken ends the waiting for a handler.
func (t *itemTask) taken(handler int) {
	if wait := t.waits[handler].Swap(nil); wait != nil {
		wait.End()
	}
}

// end ends the task.
func (t *itemTask) end() {
	for i := range t.waits {
		t.taken(i)
	}
	t.task.End()
}

// endTask ends the task of an item that has one.
func (r *record) endTask() {
	if t := r.task.Load(); t != nil && r.task.CompareAndSwap(t, nil) {
		t.end()
	}
}

// task is that of the delivery's item; nil: it has none.
func (d *delivery) task() *itemTask {
	switch r := d.rec; {
	case r == nil:
		return nil
	case r.parent != nil:
		return r.parent.task.Load()
	default:
		return r.task.Load()
	}
}

// inTask is a context of a handler's goroutine, with the task of an item.
type inTask struct {
	context.Context
	task context.Context //nolint:containedctx // both have values
}

// Value implements [context.Context].
func (c inTask) Value(key any) any {
	if v := c.Context.Value(key); v != nil {
		return v
	}
	return c.task.Value(key)
}

// inRegion runs a handler in a region of its item's task.
func (h *handler) inRegion(ctx context.Context, d *delivery, srv *server) error {
	if t := d.task(); t != nil {
		t.taken(h.index)
		ctx = inTask{ctx, t.ctx}
	}
	defer trace.StartRegion(ctx, h.name).End()
	return h.work(ctx, d, srv)
}

// inRegions has a way hand items over in regions of their tasks.
type inRegions struct {
	sender
	name string
}

// send implements [sender].
func (s inRegions) send(d *delivery) bool {
	ctx := context.Background()
	if t := d.task(); t != nil {
		ctx = t.ctx
	}
	region := trace.StartRegion(ctx, s.name)
	sent := s.sender.send(d)
	region.End()
	if !sent && d.rec != nil {
		d.rec.endTask() // it is handed over again as another one
	}
	return sent
}
