package live

import (
	"context"
	"sync"

	"duet/engine/broker"
	"duet/engine/broker/remotework"
)

// office is where a hand-over is told things by other processes, through a queue of
// its own. That it takes what it is sent tells them that the run goes on.
type office struct {
	remote  *remote
	queue   broker.Queue
	link    broker.Worker
	running sync.WaitGroup
}

// opens makes the office. It is the first thing that a run has in a broker, so that
// nobody takes the rest for something left over.
func (r *remote) opens(ctx context.Context, run string, number int) (*office, error) {
	name := remotework.Reports(run, r.gen.lane.name, number)
	queue, err := r.server.Queue(ctx, name, broker.Options{Prefetch: reportsAtOnce})
	if err != nil {
		return nil, err
	}
	o := &office{remote: r, queue: queue}
	if o.link, err = queue.Worker(ctx, "playground"); err != nil {
		_ = queue.Close(ctx)
		return nil, err
	}
	o.running.Go(o.read)
	return o, nil
}

// reportsAtOnce is how many reports may be on their way to the office.
const reportsAtOnce = 64

// read takes what comes, until the hand-over ends.
func (o *office) read() {
	for {
		select {
		case <-o.remote.ctx.Done():
			return
		case d := <-o.link.Deliveries():
			_ = d.Settle(broker.Ack, 0) // if it comes again, it is taken again
		}
	}
}

// leave ends the link. The context of the hand-over is done.
func (o *office) leave() {
	if o != nil {
		o.running.Wait()
		o.link.Close(false)
	}
}

// close deletes the queue, if ctx lets it.
func (o *office) close(ctx context.Context) {
	if o != nil {
		_ = o.queue.Close(ctx)
	}
}
