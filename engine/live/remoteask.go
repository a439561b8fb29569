package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/broker"
	"duet/engine/measure"
)

const (
	// askEvery is how often a broker is asked how much it holds.
	askEvery = 200 * time.Millisecond
	// lostAfter is how long a broker must say that it holds nothing, until what it has
	// taken before and not delivered is lost.
	lostAfter = 2 * time.Second
)

// brokerFigures are what the broker has said of itself.
type brokerFigures struct {
	ready, inFlight, dead int64
	partitions            []engine.BrokerPartition
	rebalances            int64
	at                    time.Time
	took                  time.Duration
}

// ask has the broker say every now and then how much it holds, and tells of what
// happens to it.
func (r *remote) ask() {
	ticker := time.NewTicker(askEvery)
	defer ticker.Stop()
	measured := publishing{began: time.Now(), recent: measure.NewRecent(account.Window)} //nolint:forbidigo // a broker lives in wall time
	var told told
	for {
		r.askOnce(r.ctx)
		measured.merge(r)
		r.tell(&told)
		select {
		case <-r.ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// publishing follows how long publishes take.
type publishing struct {
	began  time.Time
	recent *measure.Recent
	counts measure.Counts
}

func (p *publishing) merge(r *remote) {
	p.counts.Reset()
	r.publishing.AddTo(&p.counts)
	p.recent.Push(time.Since(p.began), &p.counts)
	r.published.Store(&publishTimes{p.recent.Summary(), p.counts.Summary()})
}

// publishTimes are how long publishes took, in the recent window and on the whole.
type publishTimes struct{ recent, whole engine.Summary }

func (r *remote) askOnce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, brokerAnswer)
	defer cancel()
	start := time.Now() //nolint:forbidigo // as above
	var all brokerFigures
	for i, q := range r.queues {
		d, err := q.queue.Depth(ctx)
		if err != nil {
			for _, unasked := range r.queues[i:] {
				unasked.mu.Lock()
				unasked.emptySince = time.Time{} // who says nothing does not say that there is nothing
				unasked.mu.Unlock()
			}
			if errors.Is(err, broker.ErrGone) {
				q.gone()
			}
			return // what it said last grows old
		}
		all.add(q.name, &d)
		q.miss(&d, start)
	}
	all.at = time.Now() //nolint:forbidigo // as above
	all.took = all.at.Sub(start)
	r.told.Store(&all)
}

// add adds what a broker says of one of its queues.
func (f *brokerFigures) add(name string, d *broker.Depth) {
	f.ready, f.inFlight, f.dead = known(f.ready, d.Ready), known(f.inFlight, d.InFlight), known(f.dead, d.Dead)
	f.rebalances += d.Rebalances
	for i, p := range d.Partitions {
		f.partitions = append(f.partitions, engine.BrokerPartition{Queue: name, Number: i, Lag: p.Lag, Holder: p.Holder})
	}
}

// known adds two figures, each of which may not be known.
func known(a, b int64) int64 {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}

// miss books as lost what the broker had, and has no more: it has said for a while
// that it holds nothing, and yet there is something that nobody has got.
func (q *remoteQueue) miss(d *broker.Depth, asked time.Time) {
	q.mu.Lock()
	if d.Ready != 0 || d.InFlight != 0 {
		q.emptySince = time.Time{}
	} else if q.emptySince.IsZero() {
		q.emptySince = asked
	}
	since := q.emptySince
	q.mu.Unlock()
	if since.IsZero() || asked.Sub(since) < lostAfter {
		return
	}
	left := q.abandon(func(p *parcel) bool { return p.in && asked.Sub(p.at) >= lostAfter })
	q.lost.Add(int64(len(left)))
	q.book(left)
}

// gone has the lane die of it that the queue is no longer in the broker.
func (q *remoteQueue) gone() {
	q.mu.Lock()
	again := q.deleted
	n := q.waiting
	q.deleted = true
	q.mu.Unlock()
	if again || q.ctx.Err() != nil {
		return
	}
	q.lost.Add(int64(n))
	q.gen.lane.die(fmt.Sprintf("%s lost: the queue of %s was deleted by someone, or the broker came back empty", messages(n), q.name))
}

func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}

// fill describes the broker. When the hand-over has ended it is as it was then.
func (r *remote) fill(dst *engine.BrokerSnapshot) {
	if last := r.last.Load(); last != nil {
		*dst = *last
		return
	}
	s, now := r.server.State(), time.Now() //nolint:forbidigo // as above
	*dst = engine.BrokerSnapshot{
		Kind: r.kind, Address: r.server.Address(), Connected: s.Connected, Since: now.Sub(s.Since), Trouble: s.Trouble, Blocked: s.Blocked,
		Can:   engine.BrokerCan{Limit: r.can.Limit, DeadLetters: r.can.DeadLetters, Durable: r.can.Durable, Order: r.can.InOrder, Back: r.can.Back, Retry: r.can.Retry, Cannot: r.can.Cannot},
		Ready: -1, InFlight: -1, Dead: -1, Age: -1, Unconfirmed: !r.confirms,
		Down: r.down.Load(), Unknown: r.unknown.Load(), Full: r.full.Load(), Repeats: r.repeats.Load(), Lost: r.lost.Load(),
	}
	if r.office != nil {
		dst.Run, dst.Elsewhere, dst.Nonsense = r.gen.lane.run.name, int(r.elsewhere()), r.office.nonsense.Load()
		for _, s := range r.gen.all() {
			if s.id >= guestIDs {
				dst.DoneElsewhere += s.finished(r.gen.together)
			}
		}
	}
	if p := r.published.Load(); p != nil {
		dst.Publish, dst.WholePublish = p.recent, p.whole
	}
	if t := r.told.Load(); t != nil {
		dst.Ready, dst.InFlight, dst.Dead, dst.Age, dst.Asking = t.ready, t.inFlight, t.dead, now.Sub(t.at), t.took
		dst.Partitions, dst.Rebalances = t.partitions, t.rebalances // never changed
	}
}

// freeze keeps what there is to say of the broker, before what was made in it is
// removed.
func (r *remote) freeze() {
	var last engine.BrokerSnapshot
	r.fill(&last)
	r.last.Store(&last)
}
