package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/broker"
	"duet/engine/broker/remotework"
	"duet/engine/measure"
	"duet/engine/message"
	"duet/engine/script"
)

// How long a broker may take.
const (
	brokerOpening = 3 * time.Second // to be there, with all queues
	brokerAnswer  = time.Second     // to answer a question, or to delete what was made
	brokerPublish = 2 * time.Second // to confirm a message
)

// remote is the hand-over of a message lane whose queues are in a broker: one for
// each handler, or one for all of them together. What is outstanding is remembered
// here, so that a message carries little more than its number, and whatever the
// broker delivers twice, or loses, is known.
type remote struct {
	gen      *generation
	kind     engine.Broker
	server   broker.Server
	can      broker.Capabilities
	confirms bool // a send waits for the broker's word
	queues   []*remoteQueue
	options  broker.Options // of the queues, but for their limits
	office   *office        // nil: nobody can come from elsewhere

	ctx    context.Context // ends with the hand-over, or when it is killed
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	closed  bool
	closing chan struct{} // closed when it is
	sending int           // sends under way

	ending sync.Mutex     // held to end it
	ended  bool           // guarded by ending
	asking sync.WaitGroup // who asks the broker

	told                atomic.Pointer[brokerFigures]
	last                atomic.Pointer[engine.BrokerSnapshot] // when it had ended
	publishing          measure.Shared                        // wall time until a message was taken
	published           atomic.Pointer[publishTimes]
	down, unknown, full atomic.Int64 // publishes: not sent, not confirmed, refused
	repeats             atomic.Int64 // deliveries of what was done or in hand
	lost                atomic.Int64 // messages that the broker had and has no more
}

func newRemote(g *generation, spec *engine.Lane) (*remote, error) {
	l := g.lane
	if l.run.dial == nil {
		return nil, fmt.Errorf("its queue is in %s, and this program has no brokers: %w", spec.Queue.Broker, engine.ErrUnsupported)
	}
	ctx, cancel := context.WithTimeout(context.Background(), brokerOpening)
	defer cancel()
	server, err := l.run.dial(ctx, &spec.Queue)
	if err != nil {
		return nil, err
	}
	r := &remote{
		gen: g, kind: spec.Queue.Broker, server: server, can: server.Capabilities(), confirms: spec.Queue.Confirms,
		closing: make(chan struct{}),
	}
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	number := int(l.opened.Add(1))
	if !engine.Embedded(spec.Queue.URL) {
		r.office, err = r.opens(ctx, number)
	}
	if err == nil {
		err = r.subscribeAll(ctx, number, spec)
	}
	if err != nil {
		return nil, errors.Join(err, r.kill())
	}
	r.asking.Go(r.ask)
	r.office.begin()
	return r, nil
}

// subscribeAll makes the queues, until one cannot be made.
func (r *remote) subscribeAll(ctx context.Context, number int, spec *engine.Lane) error {
	if r.gen.together {
		return r.subscribe(ctx, number, "together", nil, spec)
	}
	for _, h := range r.gen.handlers {
		if err := r.subscribe(ctx, number, h.name, h, spec); err != nil {
			return err
		}
	}
	return nil
}

// subscribe makes the queue of a handler, or with h nil of all together, and starts
// its workers.
func (r *remote) subscribe(ctx context.Context, number int, title string, h *handler, spec *engine.Lane) error {
	name := remotework.Work(r.gen.lane.run.name, r.gen.lane.name, title, number)
	o := broker.Options{Prefetch: spec.Queue.Prefetch, Partitions: spec.Queue.Partitions, Unconfirmed: !spec.Queue.Confirms}
	if r.can.Limit {
		_, o.Limit = script.Sizes(spec, title)
	}
	r.options = o
	queue, err := r.server.Queue(ctx, name, o)
	if err != nil {
		return err
	}
	runs := r.gen.runs(h)
	q := &remoteQueue{
		remote: r, name: title, queue: queue, runs: runs, watch: &watch{gen: r.gen, h: h, runs: runs},
		work: r.gen.work(h), position: len(r.queues), parcels: make(map[uint64]*parcel), room: make(chan struct{}),
	}
	r.queues = append(r.queues, q)
	q.adjust(spec)
	return nil
}

// adjust implements [handover].
func (r *remote) adjust(spec *engine.Lane) error {
	r.gen.discards.Store(spec.Queue.DropExpired)
	for _, q := range r.queues {
		q.adjust(spec)
	}
	return nil
}

// of is the queue whose workers run the handler at a position.
func (r *remote) of(position int) *remoteQueue {
	if r.gen.together {
		position = 0
	}
	return r.queues[position]
}

// depth implements [handover]. It is what the broker has taken and is in nobody's
// hands: the broker's own figures are some time old.
func (r *remote) depth(position int) int {
	q := r.of(position)
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting
}

// depths implements [handover]. They are the broker's own, and what is in hand is part
// of them.
func (r *remote) depths(position int, dst []int) []int {
	t := r.told.Load()
	if r.gen.partitions == 0 || t == nil {
		return dst
	}
	name := r.of(position).name
	for i := range t.partitions {
		if t.partitions[i].Queue == name {
			dst = append(dst, int(t.partitions[i].Lag))
		}
	}
	return dst
}

// crash implements [handover].
func (r *remote) crash(f *engine.Fault) error {
	if f.Target == engine.TargetBroker {
		return r.crashBroker(f.Restart)
	}
	q := r.queues[0]
	for _, x := range r.queues {
		if x.name == f.Handler {
			q = x
		}
	}
	when := message.CrashDuring
	if f.When == engine.CrashBeforeAck {
		when = message.CrashBeforeAck
	}
	for n := range max(1, f.Count) {
		err := q.crash(f.Worker, when, f.Restart)
		switch {
		case err == nil, f.Worker == 0 && r.office.crash(q, when, f.Restart):
		case n > 0:
			return nil // all there are
		default:
			return err
		}
	}
	return nil
}

// close implements [handover].
func (r *remote) close(ctx context.Context) {
	r.shut()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for !r.empty() {
		select {
		case <-ctx.Done():
			r.cancel(message.ErrClosed)
		case <-r.ctx.Done():
			_ = r.end() // what is left is booked as it is left
			return
		case <-ticker.C:
		}
	}
	r.cancel(message.ErrClosed)
	_ = r.end()
}

// shut lets no sends begin any more.
func (r *remote) shut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.closed = true
		close(r.closing)
	}
}

// empty tells whether nothing is outstanding, nor about to be.
func (r *remote) empty() bool {
	r.mu.Lock()
	sending := r.sending
	r.mu.Unlock()
	for _, q := range r.queues {
		q.mu.Lock()
		sending += len(q.parcels)
		q.mu.Unlock()
	}
	return sending == 0
}

// kill implements [handover].
func (r *remote) kill() error {
	r.shut()
	r.cancel(message.ErrKilled)
	return r.end()
}

// end waits for all goroutines, books what is left, and removes what was made in
// the broker. The context is done.
func (r *remote) end() error {
	r.ending.Lock()
	defer r.ending.Unlock()
	if r.ended {
		return nil
	}
	r.ended = true
	stuck := r.await()
	r.office.leave()
	for _, q := range r.queues {
		q.book(q.abandon(func(*parcel) bool { return true }))
	}
	r.asking.Wait()
	if r.server.State().Connected { // else nobody listens; duet broker clean removes it some time
		ctx, cancel := context.WithTimeout(context.Background(), brokerAnswer)
		defer cancel()
		r.askOnce(ctx)
		r.freeze()
		for _, q := range r.queues {
			_ = q.queue.Close(ctx)
		}
		r.office.close(ctx) // last: what is left without it counts as nobody's
	} else {
		r.freeze()
	}
	r.server.Close()
	if len(stuck) > 0 {
		return &message.StuckError{Topic: r.gen.lane.name, Workers: stuck, Grace: message.Grace}
	}
	return nil
}

// await waits for workers and senders, and names workers that do not end.
func (r *remote) await() (stuck []string) {
	timeout := time.NewTimer(message.Grace)
	defer timeout.Stop()
	over := false
	for _, q := range r.queues {
		for _, w := range q.staff() {
			if over {
				timeout.Reset(0)
			}
			select {
			case <-w.gone:
			case <-timeout.C:
				over = true
				if !w.hasGone() {
					stuck = append(stuck, fmt.Sprintf("worker %d of %s", w.id, q.name))
				}
			}
		}
	}
	for r.sends() > 0 { // the context is done: they are about to return
		time.Sleep(time.Millisecond) //nolint:forbidigo // not the lane's time
	}
	return stuck
}

func (r *remote) sends() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sending
}

// abandon takes out those parcels in nobody's hands that nobody will get. They wait
// until they are booked.
func (q *remoteQueue) abandon(wanted func(*parcel) bool) (left []*parcel) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, p := range q.parcels {
		if p.holder != nil || !wanted(p) {
			continue
		}
		left = append(left, p)
		delete(q.parcels, id)
	}
	q.stir()
	return left
}

// book books as left what was abandoned.
func (q *remoteQueue) book(left []*parcel) {
	slices.SortFunc(left, func(a, b *parcel) int { return cmp.Compare(a.id, b.id) })
	for _, p := range left {
		q.watch.Left(p.d, p.attempt+1)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, p := range left {
		if p.in {
			q.waiting--
		}
	}
}

// sender implements [handover].
func (r *remote) sender(p *producer) sender {
	p.calls.Store(nil)
	return &remoteSending{r, p}
}

// missed books a delivery that did not get into the queue any more.
func (q *remoteQueue) missed(d *delivery) { q.gen.missed(q.runs, d, account.Lost) }

var _ handover = (*remote)(nil)
