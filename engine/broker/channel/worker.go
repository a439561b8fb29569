package channel

import (
	"context"
	"slices"
	"time"

	"duet/engine/broker"
)

// worker receives from a queue. All of it is guarded by the server's mu, but for out.
type worker struct {
	queue *queue
	name  string
	out   chan broker.Delivery // has room for the prefetch
	held  map[*held]struct{}
	gone  bool
}

// held is a message in a worker's hands, or on its way there.
type held struct {
	*message
	worker *worker
	pause  *time.Timer // until it comes again; nil: it does not
}

// Worker implements [broker.Queue].
func (q *queue) Worker(_ context.Context, name string) (broker.Worker, error) {
	s := q.server
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.state.Connected:
		return nil, broker.ErrDown
	case q.gone:
		return nil, broker.ErrGone
	}
	w := &worker{queue: q, name: name, out: make(chan broker.Delivery, max(1, q.options.Prefetch)), held: make(map[*held]struct{})}
	q.workers = append(q.workers, w)
	q.deal()
	q.deliver()
	return w, nil
}

// Deliveries implements [broker.Worker].
func (w *worker) Deliveries() <-chan broker.Delivery { return w.out }

// room tells whether it may be given one more.
func (w *worker) room() bool { return len(w.held) < cap(w.out) }

// give hands a message to the worker, which has room for it.
func (w *worker) give(m *message) {
	h := &held{message: m, worker: w}
	w.held[h] = struct{}{}
	w.out <- broker.Delivery{Message: m.Message, Redelivered: m.redelivered, Settle: h.settle}
	m.redelivered = true
}

// settle is [broker.Delivery.Settle].
func (h *held) settle(v broker.Verdict, pause time.Duration) error {
	w, q := h.worker, h.worker.queue
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	if _, ok := w.held[h]; !ok || h.pause != nil {
		return broker.ErrStale
	}
	if v == broker.Retry && pause > 0 {
		h.pause = time.AfterFunc(pause, h.back) // it is in flight meanwhile
		return nil
	}
	w.release(h)
	switch v {
	case broker.Retry:
		q.put(h.message)
	case broker.Drop:
		q.dead++
	case broker.Ack:
	}
	q.deliver()
	return nil
}

// back gives a message back when its pause is over.
func (h *held) back() {
	w, q := h.worker, h.worker.queue
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	if _, ok := w.held[h]; !ok {
		return
	}
	w.release(h)
	q.put(h.message)
	q.deliver()
}

// release takes a message out of the worker's hands.
func (w *worker) release(h *held) {
	delete(w.held, h)
	h.part.inFlight--
}

// drop gives back all that the worker holds, and throws away what it has not yet
// taken: that comes again.
func (w *worker) drop() {
	for len(w.out) > 0 {
		<-w.out
	}
	for h := range w.held {
		if h.pause != nil {
			h.pause.Stop()
		}
		w.release(h)
		w.queue.put(h.message)
	}
}

// Close implements [broker.Worker].
func (w *worker) Close(bool) {
	q := w.queue
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	if w.gone {
		return
	}
	w.gone = true
	q.workers = slices.DeleteFunc(q.workers, func(x *worker) bool { return x == w })
	w.drop()
	q.deal()
	q.deliver()
}
