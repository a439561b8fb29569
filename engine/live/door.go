package live

import (
	"context"
	"fmt"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

// door lets each item in with a goroutine of its own that publishes it, as a web
// server has one for each request. Its producers are lent to these goroutines, so
// that there are no more of them than were at work at once.
type door struct {
	lane   *lane
	cancel context.CancelFunc
	gone   chan struct{} // closed when nobody is inside any more
	busy   atomic.Bool   // an item is just on its way through
	inside atomic.Int64  // goroutines
	left   chan struct{} // told when one has ended, or there may be more

	guests sync.WaitGroup
	mu     sync.Mutex
	free   []*producer
	made   int
}

// openDoor starts to let items in.
func (l *lane) openDoor() *door {
	d := &door{lane: l, gone: make(chan struct{}), left: make(chan struct{}, 1)}
	var ctx context.Context
	ctx, d.cancel = context.WithCancel(context.Background())
	go d.attend(ctx)
	return d
}

// attend is the door's goroutine.
func (d *door) attend(ctx context.Context) {
	defer close(d.gone)
	defer d.guests.Wait()
	guest := pprof.WithLabels(ctx, d.lane.labels(d.lane.giver(), ""))
	ctx = labelled(ctx, d.lane.labels(roleDoor, ""))
	source := d.lane.sources[0]
	for d.room(ctx) {
		a, waited, err := source.next(ctx, func() { d.busy.Store(false) }, &d.busy)
		if err != nil {
			return
		}
		p := d.lend(ctx)
		p.busy.Store(true)
		d.inside.Add(1)
		d.guests.Go(func() {
			pprof.SetGoroutineLabels(guest)
			p.serve(&a, waited)
			p.idle()
			d.inside.Add(-1)
			d.giveBack(p)
		})
	}
}

// room waits while there are as many goroutines as may be: here a real program
// would be dying. It returns false when ctx ends first.
func (d *door) room(ctx context.Context) bool {
	for d.inside.Load() >= d.lane.limit.Load() {
		d.busy.Store(false)
		d.lane.atLimit.Add(1)
		select {
		case <-d.left:
		case <-ctx.Done():
		}
		d.lane.atLimit.Add(-1)
		if ctx.Err() != nil {
			return false
		}
	}
	return true
}

// lend takes a producer that nobody has. There are always some more made than are
// needed, because the lane has to be told of each.
func (d *door) lend(ctx context.Context) *producer {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.free) == 0 {
		d.grow(ctx, max(4, d.made/2))
	}
	p := d.free[len(d.free)-1]
	d.free = d.free[:len(d.free)-1]
	return p
}

// grow makes producers, or takes those back that were retired. The caller holds mu.
func (d *door) grow(ctx context.Context, n int) {
	d.lane.edit(func(c *crew) {
		crowd, back := &c.retired, make([]*producer, 1) // it was closed meanwhile, and those who retired are waited for
		if ctx.Err() == nil {
			crowd, back = &c.producers, c.recall(d.made+1, n)
		}
		for _, p := range back {
			d.made++
			if p == nil {
				p = &producer{id: d.made, lane: d.lane, source: d.lane.sources[0]}
			}
			p.cancel, p.gone = d.cancel, d.gone
			d.free = append(d.free, p)
		}
		*crowd = append(*crowd, d.free...)
	})
}

func (d *door) giveBack(p *producer) {
	d.mu.Lock()
	d.free = append(d.free, p)
	d.mu.Unlock()
	d.look()
}

// look has the door's goroutine look again whether there is room.
func (d *door) look() {
	select {
	case d.left <- struct{}{}:
	default: // it is told already
	}
}

// await waits until nobody is inside any more. A door that there is not is closed.
func (d *door) await(l *lane) error {
	if d == nil {
		return nil
	}
	timeout := time.NewTimer(killTime)
	defer timeout.Stop()
	select {
	case <-d.gone:
		return nil
	case <-timeout.C:
		return fmt.Errorf("lane %s: %d publishers go on: a handler ignores its context", l.name, d.inside.Load())
	}
}
