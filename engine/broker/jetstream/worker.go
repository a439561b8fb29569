package jetstream

import (
	"context"
	"encoding/hex"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
)

// The signs of life of a worker. What it holds, in hand or prefetched, comes again
// when the server has heard nothing of it for ackWait. When the worker could not say
// anything for lease, it takes it to be somebody else's.
const (
	ackWait   = 2 * time.Second
	signEvery = ackWait / 4
	lease     = ackWait * 3 / 4
)

// worker receives over a connection of its own. It asks for so many messages that
// with those it holds it never has more than the prefetch.
type worker struct {
	queue *queue
	conn  *nats.Conn
	js    jetstream.JetStream
	out   chan broker.Delivery // has room for all that it may hold
	room  broker.Room
	turn  chan struct{} // holds one when partitions may have been dealt out anew

	ctx     context.Context // ends with the worker
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu    sync.Mutex
	held  map[*held]struct{}
	reads map[int]bool // the partitions that it asks for
	gone  bool
}

// held is a message that is not settled.
type held struct {
	worker *worker
	msg    jetstream.Msg
	signed time.Time     // when the server heard of it last; guarded by the worker's mu
	over   chan struct{} // closed when it is held no more
}

// Worker implements [broker.Queue].
func (q *queue) Worker(ctx context.Context, name string) (broker.Worker, error) {
	conn, err := q.server.dial(q.subject + " worker " + name)
	if err != nil {
		return nil, q.wrong(err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
		return nil, q.wrong(err)
	}
	first, err := js.Consumer(ctx, q.stream, q.consumer(0))
	if err != nil {
		conn.Close()
		return nil, q.wrong(err)
	}
	w := &worker{
		queue: q, conn: conn, js: js, out: make(chan broker.Delivery, q.options.Prefetch), room: broker.NewRoom(q.options.Prefetch),
		turn: make(chan struct{}, 1), held: make(map[*held]struct{}), reads: make(map[int]bool),
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.running.Go(w.signs)
	if q.options.Partitions == 0 {
		w.running.Go(func() { w.pull(first) })
		return w, nil
	}
	w.running.Go(w.follow)
	q.dealer.join(member{Name: name, Since: time.Now().UnixNano(), process: q.presence.process, worker: w}) //nolint:forbidigo // a broker lives in wall time
	q.presence.say()
	return w, nil
}

// Deliveries implements [broker.Worker].
func (w *worker) Deliveries() <-chan broker.Delivery { return w.out }

// settle is [broker.Delivery.Settle].
func (h *held) settle(v broker.Verdict, pause time.Duration) (err error) {
	w := h.worker
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.held[h]; !ok || w.gone {
		return broker.ErrStale
	}
	w.forget(h) // there is room for all that it may hold
	if h.lapsed() {
		return broker.ErrStale
	}
	switch v {
	case broker.Ack:
		err = h.msg.Ack()
	case broker.Drop:
		w.running.Go(h.bury)
	case broker.Retry:
		err = h.msg.NakWithDelay(pause)
	}
	if err != nil {
		return broker.ErrStale
	}
	return nil
}

// forget notes that a message is held no more. The caller holds mu.
func (w *worker) forget(h *held) {
	delete(w.held, h)
	close(h.over)
	w.room.Free(1)
}

// lapsed tells whether the server may have given the message to somebody else. The
// caller holds mu.
func (h *held) lapsed() bool { return time.Since(h.signed) > lease }

// bury puts a message among the dead letters, and only then is done with it. If that
// cannot be, it comes again.
func (h *held) bury() {
	ctx, cancel := context.WithTimeout(context.Background(), askFor) // also when the worker is about to end
	defer cancel()
	id := hex.EncodeToString(h.msg.Data()[:idBytes])
	q := h.worker.queue
	if _, err := h.worker.js.Publish(ctx, q.subject+deadSubject, h.msg.Data(), jetstream.WithMsgID(id)); err == nil {
		_ = h.msg.Ack() // lost: it is given up once more, and the server knows it
	}
}

// signs tells the server every now and then that what is held is held still.
func (w *worker) signs() {
	ticker := time.NewTicker(signEvery)
	defer ticker.Stop()
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-ticker.C:
		}
		w.sign()
	}
}

// sign says it once. If for too long it could not be said of something, all that was
// received so far comes again: it is thrown away, and what is in hand is stale.
func (w *worker) sign() {
	w.mu.Lock()
	defer w.mu.Unlock()
	lost := false
	for h := range w.held {
		if h.lapsed() {
			lost = true
		} else if h.msg.InProgress() == nil {
			h.signed = time.Now() //nolint:forbidigo // a broker lives in wall time
		}
	}
	if !lost {
		return
	}
	for h := range w.held {
		w.forget(h)
	}
	for {
		select {
		case <-w.out:
		default:
			return
		}
	}
}

// Close implements [broker.Worker].
func (w *worker) Close(crash bool) {
	if w.queue.presence != nil {
		w.queue.dealer.leave(w)
		w.queue.presence.say()
	}
	w.mu.Lock()
	left := w.held
	w.gone, w.held = true, nil
	w.mu.Unlock()
	if crash {
		w.conn.Close() // first: nothing more gets out
	}
	w.cancel()
	w.running.Wait()
	if crash {
		return
	}
	for h := range left {
		_ = h.msg.Nak()
	}
	_ = w.conn.FlushTimeout(askFor)
	w.conn.Close()
}
