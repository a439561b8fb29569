package trial

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duet/engine/broker"
)

// What goes through a way in a measurement.
const (
	publishers = 16 // each waits until what it has published is confirmed
	batch      = 2000

	Consumers = 4  // each over a connection of its own, and confirms what it has got
	Prefetch  = 64 // of each consumer
	BodyBytes = 128
)

// Way is one to get messages through a broker.
type Way struct {
	Publish func(id uint64) error // of a body of [BodyBytes]; returns when it is confirmed
	Arrived *atomic.Int64         // counts those that consumers have got and confirmed
	sent    int64
}

// Through is the way through a queue, with workers that end with the benchmark.
func Through(b *testing.B, q broker.Queue) *Way {
	b.Helper()
	arrived, stop := new(atomic.Int64), make(chan struct{})
	var running sync.WaitGroup
	for i := range Consumers {
		w, err := q.Worker(b.Context(), strconv.Itoa(i))
		if err != nil {
			b.Fatal(err)
		}
		running.Go(func() {
			defer w.Close(false)
			for {
				select {
				case d := <-w.Deliveries():
					if d.Settle(broker.Ack, 0) == nil {
						arrived.Add(1)
					}
				case <-stop:
					return
				}
			}
		})
	}
	b.Cleanup(func() {
		close(stop)
		running.Wait()
	})
	body, ctx := make([]byte, BodyBytes), context.Background()
	return &Way{Arrived: arrived, Publish: func(id uint64) error {
		return q.Publish(ctx, broker.Message{ID: id, Key: uint32(id), Body: body}) //nolint:gosec // it goes round
	}}
}

// send publishes so many messages, and waits until all have arrived. It tells how long
// that took.
func (w *Way) send(b *testing.B, n int) time.Duration {
	b.Helper()
	start := time.Now() //nolint:forbidigo // a broker lives in wall time
	var next atomic.Int64
	var running sync.WaitGroup
	for range publishers {
		running.Go(func() {
			for id := next.Add(1); id <= int64(n); id = next.Add(1) {
				if err := w.Publish(uint64(w.sent + id)); err != nil { //nolint:gosec // positive
					b.Error(err)
				}
			}
		})
	}
	running.Wait()
	w.sent += int64(n)
	for w.Arrived.Load() < w.sent && !b.Failed() {
		time.Sleep(100 * time.Microsecond) //nolint:forbidigo // as above
	}
	return time.Since(start)
}

// Compare has messages go through duet's queue and through the bare library, a batch
// each in turn. Its last figure is what the queue leaves of the library's throughput.
func Compare(b *testing.B, duet, bare *Way) {
	b.Helper()
	for _, w := range []*Way{bare, duet} {
		w.send(b, batch/10) // until all consumers are there
	}
	var ours, theirs time.Duration
	messages := 0
	for b.Loop() {
		theirs += bare.send(b, batch)
		ours += duet.send(b, batch)
		messages += batch
	}
	b.ReportMetric(float64(messages)/ours.Seconds(), "duet/s")
	b.ReportMetric(float64(messages)/theirs.Seconds(), "bare/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "duet/bare")
	b.ReportMetric(0, "ns/op")
}
