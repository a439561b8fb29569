package kafka

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"duet/engine/broker"
)

// part is a partition for as long as a worker has it. If it comes back to the worker
// later it is another one. The worker's mu guards it.
type part struct {
	lost bool
	line []*held         // what was taken from it and is not committed for sure, in the log's order
	head kgo.EpochOffset // all before it is settled
	owed bool            // head is to be committed
}

// held is a record in the worker's hands. The worker's mu guards it.
type held struct {
	worker  *worker
	part    *part
	record  *kgo.Record
	settled bool // the one who has it has said what becomes of it
	done    bool // and that has happened
}

// delivery is what is handed out.
func (h *held) delivery() broker.Delivery {
	m, _ := message(h.record)
	_, redelivered := header(h.record, again)
	return broker.Delivery{Message: m, Redelivered: redelivered, Settle: h.settle}
}

// header finds a header of a record.
func header(r *kgo.Record, key string) (value []byte, ok bool) {
	for _, h := range r.Headers {
		if h.Key == key {
			return h.Value, true
		}
	}
	return nil, false
}

// settle is [broker.Delivery.Settle]. A group knows no more of a partition than how far
// it was read: what is to be tried again, or was given up, is published anew, and then
// it is done with here.
func (h *held) settle(v broker.Verdict, pause time.Duration) error {
	w := h.worker
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone || h.part.lost || h.settled {
		return broker.ErrStale
	}
	h.settled = true
	switch v {
	case broker.Ack:
		w.done(h)
	case broker.Drop:
		w.running.Go(func() { h.move(w.queue.topic+dead, nil, 0) })
	case broker.Retry:
		w.running.Go(func() { h.move(w.queue.topic, []kgo.RecordHeader{{Key: again}}, pause) })
	}
	return nil
}

// move publishes what is held to a topic after a pause, however long that takes, and
// is done with it then.
func (h *held) move(topic string, headers []kgo.RecordHeader, rest time.Duration) {
	w := h.worker
	for fails := 0; broker.Wait(w.ctx, rest); fails++ {
		r := &kgo.Record{Topic: topic, Key: h.record.Key, Value: h.record.Value, Headers: headers}
		err := w.queue.server.publish(w.ctx, w.queue.server.client, r)
		if err == nil || errors.Is(err, broker.ErrGone) {
			break
		}
		rest = broker.Backoff(fails)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx.Err() == nil && !h.part.lost {
		w.done(h)
	}
}

// done is done with a record: there is room again, and what is settled without a gap
// is to be committed. The caller holds mu.
func (w *worker) done(h *held) {
	h.settled, h.done = true, true
	w.room.Free(1)
	p := h.part
	for len(p.line) > 0 && p.line[0].done {
		r := p.line[0].record
		p.head, p.owed = kgo.EpochOffset{Epoch: r.LeaderEpoch, Offset: r.Offset + 1}, true
		p.line = p.line[1:]
	}
	if p.owed {
		signal(w.owed)
	}
}

// flying adds up what of each partition is in flight.
func (w *worker) flying(n map[int32]int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone {
		return
	}
	for id, p := range w.parts {
		for _, h := range p.line {
			if !h.done {
				n[id]++
			}
		}
	}
}

// commit tells the broker how far the partitions are done with, whenever that has
// changed, and not more often than it must.
func (w *worker) commit() {
	rest := commitPause
	for fails := 0; ; {
		select {
		case <-w.ctx.Done():
			return
		case <-w.owed:
		}
		ctx, cancel := context.WithTimeout(w.ctx, answer)
		if w.flush(ctx, w.owing(nil)) {
			fails, rest = 0, commitPause
		} else {
			rest = broker.Backoff(fails)
			fails++
			signal(w.owed)
		}
		cancel()
		if !broker.Wait(w.ctx, rest) {
			return
		}
	}
}

// owing is what is to be committed of so many partitions, nil: of all. It is taken to
// be committed from now on.
func (w *worker) owing(of []int32) map[int32]kgo.EpochOffset {
	w.mu.Lock()
	defer w.mu.Unlock()
	heads := make(map[int32]kgo.EpochOffset)
	for id, p := range w.parts {
		if p.owed && (of == nil || slices.Contains(of, id)) {
			heads[id], p.owed = p.head, false
		}
	}
	return heads
}

// flush commits. False: something was not taken, and is owed again, if the partition is
// still there.
func (w *worker) flush(ctx context.Context, heads map[int32]kgo.EpochOffset) (ok bool) {
	if len(heads) == 0 {
		return true
	}
	failed := heads
	all := map[string]map[int32]kgo.EpochOffset{w.queue.topic: heads}
	w.client.CommitOffsetsSync(ctx, all, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, answer *kmsg.OffsetCommitResponse, err error) {
		if err == nil {
			failed = refused(answer, heads)
		}
	})
	if len(failed) == 0 {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range failed {
		if p := w.parts[id]; p != nil {
			p.owed = true
		}
	}
	return false
}

// refused is what the broker has not committed.
func refused(answer *kmsg.OffsetCommitResponse, heads map[int32]kgo.EpochOffset) map[int32]kgo.EpochOffset {
	failed := make(map[int32]kgo.EpochOffset)
	for _, t := range answer.Topics {
		for _, p := range t.Partitions {
			if kerr.ErrorForCode(p.ErrorCode) != nil {
				failed[p.Partition] = heads[p.Partition]
			}
		}
	}
	return failed
}

// assigned is called when the worker is given partitions.
func (w *worker) assigned(_ context.Context, client *kgo.Client, given map[string][]int32) {
	_, generation := client.GroupMetadata()
	w.queue.mu.Lock()
	w.queue.generation = max(w.queue.generation, generation)
	w.queue.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range given[w.queue.topic] {
		w.parts[id] = &part{}
	}
}

// revoked is called when partitions go to another worker, which happens only when it
// has returned: what was settled is committed before.
func (w *worker) revoked(ctx context.Context, _ *kgo.Client, taken map[string][]int32) {
	ids := taken[w.queue.topic]
	if len(ids) == 0 {
		return
	}
	heads := w.owing(ids)
	w.lose(ids)
	if w.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(ctx, leaving)
		defer cancel()
		w.flush(ctx, heads)
	}
}

// lost is called when the broker has given partitions to others already.
func (w *worker) lost(_ context.Context, _ *kgo.Client, taken map[string][]int32) {
	w.lose(taken[w.queue.topic])
}

// lose throws away what was taken from partitions and is not settled: it comes again,
// elsewhere.
func (w *worker) lose(ids []int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		p := w.parts[id]
		if p == nil {
			continue
		}
		p.lost = true
		delete(w.parts, id)
		for _, h := range p.line {
			if !h.done {
				w.room.Free(1)
			}
		}
	}
	lost := func(h *held) bool { return h.part.lost }
	w.fetched, w.ready = slices.DeleteFunc(w.fetched, lost), slices.DeleteFunc(w.ready, lost)
	signal(w.stir)
}
