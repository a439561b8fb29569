package rabbitmq

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"duet/engine/broker"
)

// worker receives over a connection of its own.
type worker struct {
	queue *queue
	name  string
	out   chan broker.Delivery

	ctx     context.Context // ends with the worker
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	reader *reader // of the connection that there is now; nil: none
	gone   bool
}

// Worker implements [broker.Queue].
func (q *queue) Worker(ctx context.Context, name string) (broker.Worker, error) {
	w := &worker{queue: q, name: name, out: make(chan broker.Delivery, q.options.Prefetch)}
	first, err := q.server.dialler.dial(ctx, w.title())
	if err != nil {
		return nil, err
	}
	r, err := w.read(ctx, first)
	if err != nil {
		first.close()
		return nil, err
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.reader = r
	w.running.Go(w.run)
	return w, nil
}

// title is what the server shows the connection as.
func (w *worker) title() string { return w.queue.entry.name.String() + " worker " + w.name }

// Deliveries implements [broker.Worker].
func (w *worker) Deliveries() <-chan broker.Delivery { return w.out }

// run is the worker's goroutine: a reader for each connection, one after another.
func (w *worker) run() {
	r := w.reader
	for {
		r.serve(w.ctx)
		w.mu.Lock()
		w.reader = nil
		w.mu.Unlock()
		r.end()
		w.discard()
		for r = nil; r == nil; {
			wire := w.queue.server.dialler.again(w.ctx, w.title(), func(error) {})
			if wire == nil {
				return
			}
			next, err := w.read(w.ctx, wire)
			if err != nil {
				wire.close()
				if errors.Is(err, broker.ErrGone) {
					return
				}
				continue
			}
			r = next
		}
		w.mu.Lock()
		if w.gone {
			w.mu.Unlock()
			r.end()
			return
		}
		w.reader = r
		w.mu.Unlock()
	}
}

// discard throws away what was received and not passed on: it comes again.
func (w *worker) discard() {
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
	w.mu.Lock()
	w.gone = true
	r := w.reader
	w.mu.Unlock()
	if r != nil && crash {
		r.wire.cut() // first: nothing more gets out
	}
	w.cancel()
	w.running.Wait()
}

// reader receives for a worker over one connection, for as long as that lasts. What it
// has delivered can be settled there and nowhere else.
type reader struct {
	worker  *worker
	wire    *wire
	channel *amqp.Channel
	closed  <-chan *amqp.Error
	running sync.WaitGroup
	turn    chan struct{} // has one when partitions may have been dealt out anew

	mu    sync.Mutex
	held  map[*held]struct{}
	parts []int  // how many of each partition are not settled
	flows []bool // whether more of it may come
	over  bool

	reads []bool // which partitions it has asked for; belongs to its goroutine
}

// held is a message that is not settled.
type held struct {
	reader *reader
	tag    uint64
	part   int
	timer  *time.Timer // runs when it is to be tried again some time
}

// read begins to receive over a connection. When ctx is done the connection is cut.
func (w *worker) read(ctx context.Context, on *wire) (*reader, error) {
	stop := context.AfterFunc(ctx, func() { _ = on.net.Close() }) // the library knows of no ctx
	defer stop()
	c, err := on.conn.Channel()
	if err != nil {
		return nil, w.queue.wrong(err)
	}
	q := w.queue
	r := &reader{
		worker: w, wire: on, channel: c, turn: make(chan struct{}, 1), held: make(map[*held]struct{}),
		parts: make([]int, len(q.names)), flows: make([]bool, len(q.names)), reads: make([]bool, len(q.names)),
		closed: c.NotifyClose(make(chan *amqp.Error, 1)),
	}
	// Over all partitions together: the prefetch is of the channel, not of a consumer.
	if err := c.Qos(q.options.Prefetch, 0, q.options.Partitions > 0); err != nil {
		return nil, q.wrong(err)
	}
	if q.options.Partitions > 0 {
		if q.gone.Load() { // it is asked for later, and would be found out over and over
			return nil, broker.ErrGone
		}
		q.dealer.join(r)
		return r, nil
	}
	q.dealer.watch(r)
	if err := r.consume(0); err != nil {
		q.dealer.leave(r)
		return nil, err
	}
	return r, nil
}

// consume begins to receive from a partition.
func (r *reader) consume(part int) error {
	q := r.worker.queue
	q.consumers.Add(1) // before the server counts it
	deliveries, err := r.channel.Consume(q.names[part], tag(part), false, false, false, false, nil)
	if err != nil {
		q.consumers.Add(-1)
		if missing(err) {
			q.gone.Store(true)
			return broker.ErrGone
		}
		return q.wrong(err)
	}
	r.reads[part] = true
	r.flow(part, true)
	r.running.Go(func() {
		for d := range deliveries {
			r.take(&d, part)
		}
		q.consumers.Add(-1)
		r.flow(part, false)
		r.kick()
	})
	return nil
}

func (r *reader) flow(part int, flows bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flows[part] = flows
}

// idle tells whether the reader has nothing of a partition any more, and gets nothing.
func (r *reader) idle(part int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.parts[part] == 0 && !r.flows[part]
}

// serve deals with partitions until the connection is lost or ctx done.
func (r *reader) serve(ctx context.Context) {
	cancelled := r.channel.NotifyCancel(make(chan string, len(r.reads)))
	for {
		select {
		case <-ctx.Done():
			return
		case why := <-r.closed:
			_ = why // whatever it is, there is one remedy
			return
		case <-cancelled: // the queue was deleted, or is being stopped: the next connection finds out
			return
		case <-r.turn:
			if r.follow() != nil {
				return
			}
		}
	}
}

// end ends it: what it holds is given back, or comes again.
func (r *reader) end() {
	r.mu.Lock()
	r.over = true
	for h := range r.held {
		if h.timer != nil {
			h.timer.Stop()
		}
	}
	r.held = nil
	clear(r.parts)
	r.mu.Unlock()
	r.wire.close()
	r.running.Wait()
	r.worker.queue.dealer.leave(r)
}

// take passes a message on. There is room for as many as the prefetch.
func (r *reader) take(m *amqp.Delivery, part int) {
	h := &held{reader: r, tag: m.DeliveryTag, part: part}
	r.mu.Lock()
	if r.over {
		r.mu.Unlock()
		return
	}
	r.held[h] = struct{}{}
	r.parts[part]++
	r.mu.Unlock()
	if len(m.Body) < idBytes+keyBytes {
		_ = h.settle(broker.Drop, 0) // not ours
		return
	}
	d := broker.Delivery{Redelivered: m.Redelivered, Settle: h.settle, Message: broker.Message{
		ID: binary.BigEndian.Uint64(m.Body), Key: binary.BigEndian.Uint32(m.Body[idBytes:]), Body: m.Body[idBytes+keyBytes:],
	}}
	select {
	case r.worker.out <- d:
	case <-r.wire.over: // nobody may be there to make room
	}
}

// settle is [broker.Delivery.Settle].
func (h *held) settle(v broker.Verdict, pause time.Duration) error {
	r := h.reader
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.held[h]; !ok || h.timer != nil || r.channel.IsClosed() {
		return broker.ErrStale
	}
	if v == broker.Retry && pause > 0 {
		h.timer = time.AfterFunc(pause, h.again)
		return nil
	}
	return h.tell(v)
}

// again gives a message back whose pause is over.
func (h *held) again() {
	r := h.reader
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.held[h]; ok {
		_ = h.tell(broker.Retry) // else it comes again in any case
	}
}

// tell tells the server what becomes of a message. The caller holds the reader's mu.
func (h *held) tell(v broker.Verdict) (err error) {
	r := h.reader
	delete(r.held, h)
	if r.parts[h.part]--; r.parts[h.part] == 0 && r.worker.queue.options.Partitions > 0 {
		r.kick() // somebody may wait for this one to be given up
	}
	if v == broker.Ack {
		err = r.channel.Ack(h.tag, false)
	} else {
		err = r.channel.Nack(h.tag, false, v == broker.Retry)
	}
	if err != nil {
		return broker.ErrStale
	}
	return nil
}

// kick has the reader look which partitions it is to read.
func (r *reader) kick() {
	select {
	case r.turn <- struct{}{}:
	default:
	}
}
