package jetstream

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
)

// askFor is how long one request for messages stands. After a lost connection
// this is how long it takes at most until there is a new one.
const askFor = time.Second

// pull asks for messages whenever there is room for any.
func (w *worker) pull(from jetstream.Consumer) {
	for {
		n := w.room.Take(w.ctx, w.queue.options.Prefetch)
		if n == 0 {
			return
		}
		w.room.Free(n - len(w.ask(from, n)))
	}
}

// ask asks for so many messages, and passes on what comes while the request stands. If
// that cannot be it takes as long.
func (w *worker) ask(from jetstream.Consumer, n int) (got []*held) {
	ctx, cancel := context.WithTimeout(w.ctx, askFor)
	defer cancel()
	batch, err := from.Fetch(n, jetstream.FetchContext(ctx))
	if err == nil {
		got = w.pass(batch)
		err = batch.Error()
	}
	if err != nil {
		<-ctx.Done()
	}
	return got
}

// look asks for a message, if there is one just now.
func (w *worker) look(from jetstream.Consumer) []*held {
	batch, err := from.FetchNoWait(1)
	if err != nil {
		broker.Wait(w.ctx, askFor)
		return nil
	}
	return w.pass(batch)
}

// join gets the consumer of a partition, however long that takes. Nil: the worker ends
// before.
func (w *worker) join(part int) jetstream.Consumer {
	for fails := 0; ; fails++ {
		ctx, cancel := context.WithTimeout(w.ctx, askFor)
		from, err := w.js.Consumer(ctx, w.queue.stream, w.queue.consumer(part))
		cancel()
		if err == nil {
			return from
		}
		if !broker.Wait(w.ctx, broker.Backoff(fails)) {
			return nil
		}
	}
}

// pass passes on what comes, and returns it.
func (w *worker) pass(batch jetstream.MessageBatch) (got []*held) {
	for msg := range batch.Messages() {
		if h := w.take(msg); h != nil {
			got = append(got, h)
		}
	}
	return got
}

// take passes a message on. There is room for as many as it has asked for. Nil: it is not
// one of ours, or the worker is closed.
func (w *worker) take(msg jetstream.Msg) *held {
	data := msg.Data()
	if len(data) < idBytes+keyBytes {
		_ = msg.Term()
		return nil
	}
	h := &held{worker: w, msg: msg, signed: time.Now(), over: make(chan struct{})} //nolint:forbidigo // a broker lives in wall time
	d := broker.Delivery{Settle: h.settle, Message: broker.Message{
		ID: binary.BigEndian.Uint64(data), Key: binary.BigEndian.Uint32(data[idBytes:]), Body: data[idBytes+keyBytes:],
	}}
	if m, err := msg.Metadata(); err == nil {
		d.Redelivered = m.NumDelivered > 1
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone {
		return nil
	}
	w.held[h] = struct{}{}
	w.out <- d
	return h
}
