package kafka

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"duet/engine/broker"
)

const (
	heartbeat   = 300 * time.Millisecond
	fetchWait   = 500 * time.Millisecond // how long the broker waits for something to deliver before it says that there is nothing
	fetchBytes  = 4 << 20                // how much it delivers at once, at most
	leaving     = time.Second            // how long the last words of a worker may take
	commitPause = 5 * time.Millisecond   // between commits
	atOnce      = 256                    // how many records are taken from the library together, at most
)

// worker is a member of the group. Three goroutines are at work: one takes records in
// as long as there is room, one hands them out, and one commits.
type worker struct {
	queue  *queue
	client *kgo.Client
	link   *link
	drop   context.CancelFunc // ends the client, whatever it is at
	out    chan broker.Delivery
	room   broker.Room
	stir   chan struct{} // holds one when there is something new to hand out, or no longer
	owed   chan struct{} // holds one when there is something to commit

	ctx     context.Context // ends with the worker
	cancel  context.CancelFunc
	running sync.WaitGroup
	closing sync.Once

	mu      sync.Mutex
	parts   map[int32]*part
	fetched []*held // for which there is no room yet: they are still the broker's
	ready   []*held // to be handed out
	gone    bool
}

// Worker implements [broker.Queue]. It returns before the worker is a member of the
// group.
func (q *queue) Worker(_ context.Context, name string) (broker.Worker, error) {
	if _, ok := q.server.watch.up(); !ok {
		return nil, broker.ErrDown
	}
	w := &worker{
		queue: q, link: newLink(q.server.at), parts: make(map[int32]*part),
		out: make(chan broker.Delivery), room: broker.NewRoom(q.options.Prefetch),
		stir: make(chan struct{}, 1), owed: make(chan struct{}, 1),
	}
	alive, drop := context.WithCancel(context.Background())
	w.drop = drop
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.mu.Lock() // until there is a client that what it calls can use
	client, err := kgo.NewClient(append(q.server.options(name, w.link),
		kgo.WithContext(alive), kgo.ConsumerGroup(q.topic), kgo.ConsumeTopics(q.topic),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(),
		kgo.SessionTimeout(q.server.session), kgo.RebalanceTimeout(q.server.session), kgo.HeartbeatInterval(heartbeat),
		kgo.FetchMaxWait(fetchWait), kgo.FetchMaxBytes(fetchBytes),
		kgo.OnPartitionsAssigned(w.assigned), kgo.OnPartitionsRevoked(w.revoked), kgo.OnPartitionsLost(w.lost),
	)...)
	w.client = client
	w.mu.Unlock()
	if err != nil {
		drop()
		w.cancel()
		return nil, q.wrong(err)
	}
	q.mu.Lock()
	q.workers[w] = struct{}{}
	q.mu.Unlock()
	w.running.Go(w.take)
	w.running.Go(w.hand)
	w.running.Go(w.commit)
	return w, nil
}

// Deliveries implements [broker.Worker].
func (w *worker) Deliveries() <-chan broker.Delivery { return w.out }

// member is what the broker calls the worker; empty: it is in no group.
func (w *worker) member() string {
	id, _ := w.client.GroupMetadata()
	return id
}

// take takes in records as long as there is room. The library does not let partitions
// go between the moment that it passes records on and the one in which they are noted.
func (w *worker) take() {
	for {
		n := w.room.Take(w.ctx, w.queue.options.Prefetch)
		if n == 0 {
			return
		}
		got := w.admit(n)
		if got == 0 {
			w.fetch()
			got = w.admit(n)
		}
		w.room.Free(n - got)
	}
}

// fetch waits for records. They come many at a time.
func (w *worker) fetch() {
	fetched := w.client.PollRecords(w.ctx, atOnce)
	defer w.client.AllowRebalance()
	for _, e := range fetched.Errors() {
		if w.ctx.Err() == nil && !errors.Is(e.Err, context.Canceled) {
			w.queue.server.watch.trouble(e.Err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range fetched.Records() {
		if p := w.parts[r.Partition]; p != nil && !w.gone {
			w.fetched = append(w.fetched, &held{worker: w, part: p, record: r})
		}
	}
}

// admit puts so many records, or fewer, where they are handed out from, and tells how
// many there were.
func (w *worker) admit(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n = min(n, len(w.fetched))
	if n == 0 || w.gone {
		return 0
	}
	for _, h := range w.fetched[:n] {
		h.part.line = append(h.part.line, h)
		w.ready = append(w.ready, h)
	}
	w.fetched = w.fetched[n:]
	signal(w.stir)
	return n
}

// signal says that something is to be looked at.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// hand hands out what was taken in, in order. Without a connection it does not: nobody
// could be told what became of it, and somebody else may be given it.
func (w *worker) hand() {
	for {
		h := w.first()
		changed, up := w.queue.server.watch.up()
		var out chan broker.Delivery
		var d broker.Delivery
		if h != nil && up {
			out, d = w.out, h.delivery()
		}
		select {
		case out <- d:
			w.handed(h)
		case <-w.stir:
		case <-changed:
		case <-w.ctx.Done():
			return
		}
	}
}

// first is what is to be handed out next; nil: nothing. What is not ours is passed
// over.
func (w *worker) first() *held {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.ready) > 0 {
		h := w.ready[0]
		if _, ok := message(h.record); ok {
			return h
		}
		w.ready = w.ready[1:]
		w.done(h)
	}
	return nil
}

// handed notes that it was handed out, if it is not lost already.
func (w *worker) handed(h *held) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ready) > 0 && w.ready[0] == h {
		w.ready = w.ready[1:]
	}
}

// Close implements [broker.Worker].
func (w *worker) Close(crash bool) {
	w.closing.Do(func() { w.close(crash) })
}

func (w *worker) close(crash bool) {
	w.mu.Lock()
	w.gone = true
	w.mu.Unlock()
	if crash {
		w.link.sever() // first: nothing more gets out
		w.drop()
	}
	w.cancel()
	w.running.Wait()
	if !crash {
		ctx, cancel := context.WithTimeout(context.Background(), leaving)
		w.flush(ctx, w.owing(nil))
		cancel()
		timer := time.AfterFunc(leaving, w.drop)
		defer timer.Stop()
	}
	member := w.member()
	w.client.CloseAllowingRebalance()
	w.drop()
	if !crash && member != "" {
		ctx, cancel := context.WithTimeout(context.Background(), leaving)
		_ = w.queue.server.showOut(ctx, w.queue.topic, member) // one that was about to join may be let in after it has left
		cancel()
	}
	w.queue.mu.Lock()
	delete(w.queue.workers, w)
	w.queue.mu.Unlock()
}
