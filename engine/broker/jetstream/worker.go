package jetstream

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
)

// The signs of life of a worker. What it holds, in hand or prefetched, comes again
// when the server has heard nothing of it for ackWait.
const (
	ackWait   = 2 * time.Second
	signEvery = ackWait / 4
)

// askFor is how long one request for messages stands. After a lost connection
// this is how long it takes at most until there is a new one.
const askFor = time.Second

// worker receives over a connection of its own. It asks for so many messages that
// with those it holds it never has more than the prefetch.
type worker struct {
	conn *nats.Conn
	js   jetstream.JetStream
	from jetstream.Consumer
	dead string // subject of what is given up
	out  chan broker.Delivery
	room chan struct{} // holds one for each message that may still be asked for

	ctx     context.Context // ends with the worker
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu   sync.Mutex
	held map[*held]struct{}
	gone bool
}

// held is a message that is not settled.
type held struct {
	worker *worker
	msg    jetstream.Msg
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
	from, err := js.Consumer(ctx, q.stream, consumer)
	if err != nil {
		conn.Close()
		return nil, q.wrong(err)
	}
	w := &worker{
		conn: conn, js: js, from: from, dead: q.subject + deadSubject, out: make(chan broker.Delivery, q.options.Prefetch), room: make(chan struct{}, q.options.Prefetch),
		held: make(map[*held]struct{}),
	}
	for range q.options.Prefetch {
		w.room <- struct{}{}
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.running.Go(w.pull)
	w.running.Go(w.signs)
	return w, nil
}

// Deliveries implements [broker.Worker].
func (w *worker) Deliveries() <-chan broker.Delivery { return w.out }

// pull asks for messages whenever there is room for any.
func (w *worker) pull() {
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-w.room:
		}
		got, n := 0, 1+w.spare()
		ctx, cancel := context.WithTimeout(w.ctx, askFor)
		batch, err := w.from.Fetch(n, jetstream.FetchContext(ctx))
		if err == nil {
			for msg := range batch.Messages() {
				w.take(msg)
				got++
			}
			err = batch.Error()
		}
		<-w.after(ctx, err)
		cancel()
		for range n - got {
			w.room <- struct{}{}
		}
	}
}

// spare is how much more room there is now; it is taken.
func (w *worker) spare() (n int) {
	for {
		select {
		case <-w.room:
			n++
		default:
			return n
		}
	}
}

// after is when to ask again: at once, but after an error only when the time of the
// request is over.
func (w *worker) after(ctx context.Context, err error) <-chan struct{} {
	if err != nil {
		return ctx.Done()
	}
	now := make(chan struct{})
	close(now)
	return now
}

// take passes a message on. There is room for as many as it has asked for.
func (w *worker) take(msg jetstream.Msg) {
	data := msg.Data()
	if len(data) < idBytes {
		_ = msg.Term() // not ours
		w.room <- struct{}{}
		return
	}
	h := &held{w, msg}
	if !w.hold(h) {
		return
	}
	d := broker.Delivery{Message: broker.Message{ID: binary.BigEndian.Uint64(data), Body: data[idBytes:]}, Settle: h.settle}
	if m, err := msg.Metadata(); err == nil {
		d.Redelivered = m.NumDelivered > 1
	}
	w.out <- d
}

// hold notes that the worker has a message, unless it is closed.
func (w *worker) hold(h *held) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.gone {
		w.held[h] = struct{}{}
	}
	return !w.gone
}

// settle is [broker.Delivery.Settle].
func (h *held) settle(v broker.Verdict, pause time.Duration) (err error) {
	w := h.worker
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.held[h]; !ok || w.gone {
		return broker.ErrStale
	}
	delete(w.held, h)
	switch v {
	case broker.Ack:
		err = h.msg.Ack()
	case broker.Drop:
		w.running.Go(h.bury)
	case broker.Retry:
		err = h.msg.NakWithDelay(pause)
	}
	w.room <- struct{}{} // it has room for all that it may hold
	if err != nil {
		return broker.ErrStale
	}
	return nil
}

// bury puts a message among the dead letters, and only then is done with it. If that
// cannot be, it comes again.
func (h *held) bury() {
	ctx, cancel := context.WithTimeout(context.Background(), askFor) // also when the worker is about to end
	defer cancel()
	id := hex.EncodeToString(h.msg.Data()[:idBytes])
	if _, err := h.worker.js.Publish(ctx, h.worker.dead, h.msg.Data(), jetstream.WithMsgID(id)); err == nil {
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
		w.mu.Lock()
		for h := range w.held {
			_ = h.msg.InProgress() // without a connection it comes again
		}
		w.mu.Unlock()
	}
}

// Close implements [broker.Worker].
func (w *worker) Close(crash bool) {
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
