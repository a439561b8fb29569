package live

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/measure"
)

// producer is a goroutine that takes due items from its source and hands them
// over: a sender to a topic, or a publisher to a bus (which with inline
// dispatch is also who handles them).
type producer struct {
	id     int
	lane   *lane
	source *source
	cancel context.CancelFunc
	gone   chan struct{} // closed when its goroutine has ended

	busy     atomic.Bool // inside a hand-over
	seq      atomic.Int64
	key      atomic.Int32
	since    atomic.Int64           // lane time when it took the item in hand
	calls    atomic.Pointer[[]call] // of an inline publish
	place    atomic.Pointer[server] // at which it handles that
	stuck    atomic.Int64           // lane time since which it stands at a full queue, plus one; 0: it does not
	blocked  atomic.Int64           // lane time that it stood so before
	accepted atomic.Int64           // items handed over
	waited   atomic.Int64           // items that an inline publisher found waiting

	publish  measure.Histogram // wall time of a hand-over
	lateness measure.Histogram // of the pacer

	d       delivery // in hand
	told    bool     // the journal follows it
	stage            // what comes before it
	way     sender
	of      *generation                // whose way in it is
	using   atomic.Pointer[generation] // the same, while something is not booked yet
	now     time.Duration              // lane time at the last stamp; 0: too old to be used
	free    time.Duration              // when its last inline publish was over
	onTime  bool                       // the source was waiting for the items now taken: how late they are is the pacer's doing
	woke    time.Duration              // when the source last waited until: what was due by then waited for the pacer
	handed  int64                      // items not yet counted as accepted
	tried   int64                      // of these: tries of clients, which are spared when they end
	began   time.Duration              // of the group of hand-overs not yet measured
	grouped int64                      // how many these are
	alone   bool                       // the hand-over is none of the group: it is measured by itself
	stands  bool                       // in it the producer stood at full queues
	stood   int64                      // for so long, in wall time
}

// groupMost bounds a group, so that its stamp stays fresh.
const groupMost = 64

// produce is the producer's goroutine.
func (p *producer) produce(ctx context.Context, gone chan struct{}) {
	defer close(gone)
	defer p.idle()
	ctx = labelled(ctx, p.lane.labels(p.lane.giver(), ""))
	for ctx.Err() == nil {
		a, waited, err := p.source.next(ctx, p.idle, &p.busy)
		if err != nil {
			return
		}
		p.serve(&a, waited)
	}
}

// serve hands an item over that the producer has just taken.
func (p *producer) serve(a *arrival, waited bool) {
	p.look(waited)
	if a.try == nil && !a.again {
		p.recordLateness(a.item.At)
	}
	if c := p.lane.clients.Load(); c != nil && a.try == nil {
		a.try = c.take(&a.item)
	}
	if g := p.lane.current.Load(); g != p.of {
		if !p.launch() { // then it comes after what is given back
			p.giveBack(a)
			return
		}
		p.idle()
		p.look(false)
		p.enter(g)
	}
	if p.using.Load() != p.of {
		p.using.Store(p.of)
	}
	if !p.hand(a) {
		p.giveBack(a)
	}
}

// giveBack gives an item back that was not taken.
func (p *producer) giveBack(a *arrival) {
	a.again = true
	p.source.giveBack(*a)
	p.idle()
}

// enter has the producer hand over to a generation.
func (p *producer) enter(g *generation) {
	p.of, p.way, p.bursts = g, g.way.sender(p), nil
	if s, ok := p.way.(*sending); ok && !g.recorded {
		p.bursts = s.to
	}
	if p.lane.run.traced {
		p.way = inRegions{p.way, p.lane.verb()}
	}
}

// ended tells whether the producer's goroutine has ended.
func (p *producer) ended() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// await waits until producers have ended, and names one that does not.
func await(all []*producer) error {
	timeout := time.NewTimer(killTime)
	defer timeout.Stop()
	for _, p := range all {
		select {
		case <-p.gone:
		case <-timeout.C:
			return fmt.Errorf("lane %s: publisher %d goes on with item %d: a handler ignores its context",
				p.lane.name, p.id, p.seq.Load())
		}
	}
	return nil
}

// look stamps the item just taken, unless the last stamp still serves.
func (p *producer) look(waited bool) {
	if p.now == 0 {
		p.now = p.lane.run.clock.Now()
		p.began, p.onTime = p.now, waited
		if waited {
			p.woke = p.now
		}
	}
}

// recordLateness records how late the pacer let an item go. One that stood behind the
// producer's own work as well was late by as much as it had waited before that.
func (p *producer) recordLateness(at time.Duration) {
	if p.onTime {
		p.lateness.Record(int64(p.now - at))
	} else if at <= p.woke {
		p.lateness.Record(int64(p.woke - at))
	}
}

// hand hands one item over, and tells whether it was taken. A producer that is
// to go waits at a full queue all the same: what it has handed to some of the
// handlers the others must get as well.
func (p *producer) hand(a *arrival) bool {
	if a.try != nil && p.of.drops(a.try) {
		p.handed, p.tried = p.handed+1, p.tried+1
		return true
	}
	if p.bursts != nil {
		if p.stages(a) {
			p.put(&a.item)
			return true
		}
		if !p.launch() {
			return false
		}
	}
	p.d.item, p.d.sent, p.d.rec = a.item, p.now, nil
	if p.of.recorded || a.item.Payload > 0 || a.try != nil {
		p.d.rec = newRecord(p.of, a.item.Payload, a.try)
		if p.lane.run.traced {
			p.d.rec.task.Store(p.of.newTask(&a.item))
		}
	}
	if p.handed == 0 {
		p.show(&a.item)
	}
	p.told = p.lane.run.sampling.Wants(a.item.Seq)
	if p.told {
		p.tellArrived()
	}
	if !p.way.send(&p.d) {
		p.alone, p.stands, p.stood = false, false, 0
		return false
	}
	if p.told {
		p.tellAccepted()
	}
	p.handed++
	if a.try != nil {
		p.tried++
	}
	if p.alone {
		p.alone = false
		p.recordStood()
		return true
	}
	if p.grouped++; p.grouped >= groupMost {
		p.book()
	}
	return true
}

// recordStood measures a hand-over in which the producer stood. It is one, at however
// many queues that was.
func (p *producer) recordStood() {
	if p.stands {
		p.publish.Record(p.stood)
		p.stands, p.stood = false, 0
	}
}

// show makes the item in hand visible.
func (p *producer) show(it *engine.Item) {
	p.seq.Store(it.Seq)
	p.key.Store(it.Key)
	p.since.Store(int64(p.now))
	p.busy.Store(true)
}

// idle ends the group before the producer waits.
func (p *producer) idle() {
	p.flush()
	if p.way != nil {
		p.way.idle()
	}
	p.now, p.onTime = 0, false
	p.busy.Store(false)
	p.using.Store(nil)
}

// flush hands over what is staged, and books the group.
func (p *producer) flush() {
	p.launch()
	p.book()
}

// book counts what was handed over, and measures the group, each item by the
// group's mean.
func (p *producer) book() {
	p.accepted.Add(p.handed)
	if p.of != nil {
		for _, h := range p.of.absent {
			h.spared.Add(p.handed - p.tried)
		}
	}
	p.handed, p.tried = 0, 0
	if n := p.grouped; n > 0 {
		p.now = p.lane.run.clock.Now()
		p.publish.RecordN(p.wall(p.now-p.began)/n, n)
		p.began, p.grouped = p.now, 0
	}
}

// published measures an inline publish, which is stamped by itself. An item begun
// with it that arrived before the publisher was through with the last one has
// waited for it.
func (p *producer) published(begun bool, at, start, end time.Duration) {
	p.publish.Record(p.wall(end - start))
	p.now, p.alone = end, true
	if begun && at < p.free {
		p.waited.Add(1)
	}
	p.free, p.onTime = end, false
	if p.handed >= groupMost || end-start > brief*groupMost {
		p.flush()
	}
}

// wall is the wall time of a stretch of lane time in which nothing was paused,
// in nanoseconds.
func (p *producer) wall(d time.Duration) int64 {
	if x := p.lane.run.clock.Speed(); x != 1 {
		return int64(float64(d) / x)
	}
	return int64(d)
}

// Block is called when the hand-over is about to wait at a full queue.
func (p *producer) Block() {
	p.book()
	p.now = p.lane.run.clock.Now()
	p.show(&p.d.item)
	p.stuck.Store(int64(p.now) + 1)
}

// Unblock is called when the wait is over.
func (p *producer) Unblock() {
	start := p.now
	p.now = p.lane.run.clock.Now()
	p.stuck.Store(0)
	p.stood += p.wall(p.now - start)
	p.blocked.Add(int64(p.now - start))
	p.began, p.onTime, p.alone, p.stands = p.now, false, true, true
}

// nap sleeps in lane time.
func (p *producer) nap(ctx context.Context, d time.Duration) error {
	return p.lane.run.clock.SleepUntil(ctx, p.lane.run.clock.Now()+d)
}
