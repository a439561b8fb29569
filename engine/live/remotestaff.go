package live

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine/broker"
	"duet/engine/broker/remotework"
)

// office is where a hand-over is told things by other processes, through a queue of
// its own: those with workers for the lane say what they do, and are told what to do.
// That it takes what it is sent tells all others that the run goes on. What is on the
// goroutine that reads is its alone, but for what is atomic.
type office struct {
	remote  *remote
	number  int // of the hand-over
	queue   broker.Queue
	link    broker.Worker
	reading sync.WaitGroup // of reports
	writing sync.WaitGroup // of letters

	orders   chan func()         // what others want of the goroutine that reads
	guests   map[string]*guest   // by their own names
	slots    []*guest            // by the places that they have; nil: free
	settings remotework.Settings // as they were told last
	heard    time.Time           // since when those could be heard who speak, this time; wall time
	reviewed time.Time           // when guests were looked at last
	staff    atomic.Int64        // workers elsewhere, for each queue
	nonsense atomic.Int64        // reports that made none
}

// How the office goes about it.
const (
	reportsAtOnce = 64                     // on their way to it
	reviewEvery   = 200 * time.Millisecond // settings and guests are looked at
	mostGuests    = 256                    // at a time
)

// opens makes the office. It is the first thing that a run has in a broker, so that
// nobody takes the rest for something left over.
func (r *remote) opens(ctx context.Context, number int) (*office, error) {
	name := remotework.Reports(r.gen.lane.run.name, r.gen.lane.name, number)
	queue, err := r.server.Queue(ctx, name, broker.Options{Prefetch: reportsAtOnce})
	if err != nil {
		return nil, err
	}
	o := &office{remote: r, number: number, queue: queue, orders: make(chan func()), guests: make(map[string]*guest)}
	if o.link, err = queue.Worker(ctx, "playground"); err != nil {
		_ = queue.Close(ctx)
		return nil, err
	}
	return o, nil
}

// begin starts to read, when the hand-over has its queues.
func (o *office) begin() {
	if o != nil {
		o.settings = o.current()
		o.reading.Go(o.read)
	}
}

// read takes what comes, until the hand-over ends.
func (o *office) read() {
	ticker := time.NewTicker(reviewEvery)
	defer ticker.Stop()
	for {
		select {
		case <-o.remote.ctx.Done():
			return
		case d := <-o.link.Deliveries():
			o.take(&d)
		case order := <-o.orders:
			order()
		case <-ticker.C:
			o.catchUp()
			o.review()
		}
	}
}

// take takes a report.
func (o *office) take(d *broker.Delivery) {
	_ = d.Settle(broker.Ack, 0) // if it comes again, it is recognised
	if len(d.Body) == 0 {
		return // somebody asks whether the run goes on
	}
	report, err := remotework.DecodeReport(d.Body)
	if err != nil {
		o.nonsense.Add(1)
		return
	}
	o.hear(&report)
}

// catchUp takes the reports that are here: nobody is taken for dead who has spoken.
func (o *office) catchUp() {
	for range reportsAtOnce {
		select {
		case d := <-o.link.Deliveries():
			o.take(&d)
		default:
			return
		}
	}
}

// hear finds whom a report is from, and does what follows from it.
func (o *office) hear(r *remotework.Report) {
	g := o.guests[r.From]
	switch {
	case g != nil:
	case len(o.guests) >= mostGuests && !o.makeRoom():
		o.nonsense.Add(1)
		return
	default:
		g = o.newGuest(r.From)
	}
	g.heard = time.Now() //nolint:forbidigo // a broker lives in wall time
	if g.missing {
		o.welcomeBack(g)
	}
	for _, x := range g.order.Take(r.Number, *r) {
		if x.Hello != nil && !g.welcome {
			o.greet(g, x.Hello)
		}
		for i := range x.Events {
			if !g.happens(&x.Events[i]) {
				o.nonsense.Add(1)
			}
		}
		if x.Bye {
			g.note("has left")
			o.part(g)
		}
	}
}

// greet lets a process join that presents itself, or tells it why not.
func (o *office) greet(g *guest, h *remotework.Hello) {
	g.welcome, g.host, g.workers = true, h.Host, h.Workers
	if why := o.closedTo(); why != "" {
		g.refuse(why)
		return
	}
	o.seat(g)
	settings := o.settings
	g.out.Post(func(l *remotework.Letter) { l.Settings = &settings }, nil)
	g.note(fmt.Sprintf("has joined, with %d for each queue", g.workers))
}

// seat gives a process's workers their places.
func (o *office) seat(g *guest) {
	if g.slot < 0 {
		if g.slot = slices.Index(o.slots, nil); g.slot < 0 {
			g.slot = len(o.slots)
			o.slots = append(o.slots, nil)
		}
		o.slots[g.slot] = g
	}
	for _, q := range o.remote.queues {
		for n := 1; n <= g.workers; n++ {
			g.seat(q, n)
		}
	}
	o.staff.Add(int64(g.workers))
}

// refuse tells a process that it cannot join, or not go on, and why.
func (g *guest) refuse(why string) {
	if !g.unwanted {
		g.unwanted = true
		g.out.Post(func(l *remotework.Letter) { l.Refused = why }, nil)
		g.note("is refused: " + why)
	}
}

// review tells everybody of settings that have changed, and parts with who is dead.
func (o *office) review() {
	now := time.Now() //nolint:forbidigo // as above
	if !o.remote.server.State().Connected {
		o.heard = time.Time{} // then nobody can be heard
		return
	}
	if o.heard.IsZero() || now.Sub(o.reviewed) > deadAfter/2 { // or it is this process that stood still
		o.heard = now
	}
	o.reviewed = now
	closed, lane := o.closedTo(), o.remote.gen.lane.run.clock.Now()
	for _, g := range o.guests {
		if closed != "" && g.welcome {
			g.refuse(closed)
		}
		for _, p := range g.places {
			p.goesOn(lane)
		}
		last := g.heard
		if o.heard.After(last) {
			last = o.heard
		}
		o.absent(g, now.Sub(last))
	}
	if next := o.current(); !reflect.DeepEqual(next, o.settings) {
		o.settings = next
		for _, g := range o.guests {
			g.out.Post(func(l *remotework.Letter) { l.Settings = &next }, nil)
		}
	}
}

// part lets go of a process. What its workers had in hand comes again, or is lost.
func (o *office) part(g *guest) {
	delete(o.guests, g.name)
	o.unseat(g)
	g.stop()
}

// unseat takes a process's places away.
func (o *office) unseat(g *guest) {
	g.leave()
	if g.slot < 0 {
		return
	}
	if !g.missing { // else they are not counted any more
		o.staff.Add(int64(-g.workers))
	}
	o.slots[g.slot] = nil
	g.slot = -1
}

// leave books what is in hand elsewhere, and tells everybody that the hand-over ends.
// Its context is done, and its own workers have ended.
func (o *office) leave() {
	if o == nil {
		return
	}
	o.reading.Wait()
	end := remotework.Moved
	if o.remote.gen.lane.run.closing.Load() {
		end = remotework.Over
	}
	ctx, cancel := context.WithTimeout(context.Background(), brokerAnswer)
	defer cancel()
	for _, g := range o.guests {
		g.leave()
		g.out.Post(func(l *remotework.Letter) { l.End = end }, nil)
	}
	if o.remote.server.State().Connected {
		for _, g := range o.guests {
			if !g.forgotten {
				g.out.Flush(ctx)
			}
		}
	}
	for _, g := range o.guests {
		g.stop()
	}
	o.writing.Wait()
	o.link.Close(false)
	o.sweep()
}

// close deletes the queue, if ctx lets it.
func (o *office) close(ctx context.Context) {
	if o != nil {
		_ = o.queue.Close(ctx)
	}
}

// elsewhere is how many workers in other processes serve each queue.
func (r *remote) elsewhere() int64 {
	if r.office == nil {
		return 0
	}
	return r.office.staff.Load()
}
