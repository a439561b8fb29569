package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	mill "github.com/ThreeDotsLabs/watermill"
	millmessage "github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"
	"github.com/alitto/pond/v2"
	"github.com/cskr/pubsub/v2"
	"github.com/nats-io/nats-server/v2/server"
	natsio "github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc/pool"

	"duet/engine/budget"
)

// handle is what a worker does: nothing, but the letter has come.
//
//go:noinline
func handle(budget.Letter) {}

// pooled gives each letter to a pool of goroutines.
func pooled(c budget.Crew, name string, n int, prepare func(workers int) (submit func(func()), end func(), err error)) budget.Arm {
	return handing(name, c.Producers, n, func(int) (hand func(budget.Letter), end func(), err error) {
		submit, end, err := prepare(c.Workers)
		return func(l budget.Letter) { submit(func() { handle(l) }) }, end, err
	})
}

func newPond(workers int) (submit func(func()), end func(), err error) {
	p := pond.NewPool(workers, pond.WithQueueSize(1024))
	return func(f func()) { must(p.Go(f)) }, p.StopAndWait, nil
}

func newConc(workers int) (submit func(func()), end func(), err error) {
	p := pool.New().WithMaxGoroutines(workers)
	return p.Go, p.Wait, nil
}

func newAnts(workers int) (submit func(func()), end func(), err error) {
	p, err := ants.NewPool(workers)
	if err != nil {
		return nil, nil, err
	}
	return func(f func()) { must(p.Submit(f)) }, func() { must(p.ReleaseTimeout(time.Minute)) }, nil
}

// natsServer is a server in the process that nobody else can reach.
func natsServer(o *server.Options) (*server.Server, *natsio.Conn, error) {
	o.DontListen, o.NoSigs, o.NoLog = true, true, true
	s, err := server.NewServer(o)
	if err != nil {
		return nil, nil, err
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return nil, nil, fmt.Errorf("the server is not ready")
	}
	c, err := natsio.Connect("", natsio.InProcessServer(s))
	return s, c, err
}

func encode(l *budget.Letter) []byte {
	return binary.LittleEndian.AppendUint64(nil, uint64(l.Item.Seq))
}

// nats is core NATS with a queue group.
func nats(c budget.Crew) budget.Arm {
	return handing("NATS core, in process", c.Producers, 30_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		var done atomic.Int64
		s, conn, err := natsServer(&server.Options{})
		if err != nil {
			return nil, nil, err
		}
		for range c.Workers {
			sub, err := conn.QueueSubscribe("item", "workers", func(*natsio.Msg) { done.Add(1) })
			if err != nil {
				return nil, nil, err
			}
			if err := sub.SetPendingLimits(-1, -1); err != nil {
				return nil, nil, err
			}
		}
		return func(l budget.Letter) { must(conn.Publish("item", encode(&l))) }, func() {
			must(conn.Flush())
			await(&done, n)
			conn.Close()
			s.Shutdown()
		}, conn.Flush()
	})
}

// jetstream is a stream in memory with acks on both sides.
func jetstream() budget.Arm {
	return handing("JetStream in memory, in process", 1, 5_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		var done atomic.Int64
		folder, err := os.MkdirTemp("", "benchmarks")
		if err != nil {
			return nil, nil, err
		}
		s, conn, err := natsServer(&server.Options{JetStream: true, StoreDir: folder})
		if err != nil {
			return nil, nil, err
		}
		stream, err := js.New(conn, js.WithPublishAsyncMaxPending(256))
		if err != nil {
			return nil, nil, err
		}
		ctx := context.Background()
		if _, err := stream.CreateStream(ctx, js.StreamConfig{Name: "ITEMS", Subjects: []string{"item"}, Storage: js.MemoryStorage}); err != nil {
			return nil, nil, err
		}
		consumer, err := stream.CreateConsumer(ctx, "ITEMS", js.ConsumerConfig{Durable: "work", AckPolicy: js.AckExplicitPolicy, MaxAckPending: 1024})
		if err != nil {
			return nil, nil, err
		}
		consuming, err := consumer.Consume(func(m js.Msg) { must(m.Ack()); done.Add(1) })
		return func(l budget.Letter) {
				_, err := stream.PublishAsync("item", encode(&l))
				must(err)
			}, func() {
				await(&done, n)
				consuming.Stop()
				conn.Close()
				s.Shutdown()
				must(os.RemoveAll(folder))
			}, err
	})
}

// watermill is its gochannel, with acks that the publisher does not wait for.
func watermill() budget.Arm {
	return handing("watermill v1.5.1 gochannel", 1, 5_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		var done atomic.Int64
		p := gochannel.NewGoChannel(gochannel.Config{OutputChannelBuffer: 1024}, mill.NopLogger{})
		messages, err := p.Subscribe(context.Background(), "item")
		if err != nil {
			return nil, nil, err
		}
		go func() {
			for m := range messages {
				m.Ack()
				done.Add(1)
			}
		}()
		return func(l budget.Letter) { must(p.Publish("item", millmessage.NewMessage("1", encode(&l)))) },
			func() { await(&done, n); must(p.Close()) }, nil
	})
}

// bareFanOut sends each letter to all of several channels.
func bareFanOut(subscribers int) budget.Arm {
	return handing("bare channels, one each", 1, 30_000, func(int) (hand func(budget.Letter), end func(), err error) {
		channels := make([]chan budget.Letter, subscribers)
		var all sync.WaitGroup
		for i := range channels {
			channels[i] = make(chan budget.Letter, 1024)
			all.Go(func() {
				for range channels[i] {
				}
			})
		}
		return func(l budget.Letter) {
				for _, ch := range channels {
					ch <- l
				}
			}, func() {
				for _, ch := range channels {
					close(ch)
				}
				all.Wait()
			}, nil
	})
}

// cskr is its pubsub with a channel for each subscriber.
func cskr(subscribers int) budget.Arm {
	return handing("cskr/pubsub v2.0.2", 1, 30_000, func(int) (hand func(budget.Letter), end func(), err error) {
		p := pubsub.New[string, budget.Letter](1024)
		var all sync.WaitGroup
		for range subscribers {
			letters := p.Sub("item")
			all.Go(func() {
				for range letters {
				}
			})
		}
		return func(l budget.Letter) { p.Pub(l, "item") }, func() { p.Shutdown(); all.Wait() }, nil
	})
}
