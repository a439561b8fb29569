package message_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"duet/engine/message"
)

// item is as large as what duet sends.
type item struct {
	Seq, At            int64
	Key, Epoch, Length int32
}

// tally is a probe that counts for itself, as a measuring one does.
type tally struct {
	started, done, idle int64
	_                   [64]byte
}

func (p *tally) Start(*item, int) { p.started++ }

func (p *tally) End(_ *item, _ int, out message.Outcome, _ error) {
	if out == message.Done {
		p.done++
	}
}
func (p *tally) Elsewhere(bool) {}
func (p *tally) Idle()          { p.idle++ }
func (p *tally) Exit(bool)      {}

type tallies struct{}

func (tallies) Worker(int) message.WorkerProbe[item] { return new(tally) }
func (tallies) Dropped(item, bool)                   {}
func (tallies) Left(item, int)                       {}
func (tallies) Reappeared(item, int, int)            {}

type blocks struct {
	n int64
	_ [64]byte
}

func (p *blocks) Block()   { p.n++ }
func (p *blocks) Unblock() {}

const benchCapacity = 1024

// produce splits b.N sends over so many goroutines.
func produce(b *testing.B, producers int, send func(p int) func(item)) {
	var wg sync.WaitGroup
	for p := range producers {
		n := b.N / producers
		if p == 0 {
			n += b.N % producers
		}
		wg.Go(func() {
			put := send(p)
			for i := range n {
				put(item{Seq: int64(i), Key: int32(i)})
			}
		})
	}
	wg.Wait()
}

func benchChannel(b *testing.B, producers, workers int) {
	b.ReportAllocs()
	ch := make(chan item, benchCapacity)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range ch {
			}
		})
	}
	produce(b, producers, func(int) func(item) { return func(v item) { ch <- v } })
	close(ch)
	wg.Wait()
}

func benchTopic(b *testing.B, producers, workers int, probe message.Probe[item], sender message.SenderProbe) {
	b.ReportAllocs()
	ctx := context.Background()
	t := message.NewTopic[item]("bench")
	_, err := t.Subscribe("workers", func(context.Context, item) error { return nil }, message.Options[item]{
		Capacity: benchCapacity, Workers: workers, Recover: true, Probe: probe,
	})
	if err != nil {
		b.Fatal(err)
	}
	produce(b, producers, func(int) func(item) {
		s := t.Sender(sender)
		return func(v item) {
			if err := s.Send(ctx, &v); err != nil {
				b.Error(err)
			}
		}
	})
	if _, err := t.Close(ctx); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPath runs the bare channel and the topic in turn: compare within
// one run only.
func BenchmarkPath(b *testing.B) {
	for _, c := range []struct{ producers, workers int }{{1, 1}, {1, 4}, {4, 4}} {
		name := fmt.Sprintf("%dto%d", c.producers, c.workers)
		b.Run(name+"/channel", func(b *testing.B) { benchChannel(b, c.producers, c.workers) })
		b.Run(name+"/topic", func(b *testing.B) { benchTopic(b, c.producers, c.workers, nil, nil) })
		b.Run(name+"/topic-probed", func(b *testing.B) { benchTopic(b, c.producers, c.workers, tallies{}, new(blocks)) })
	}
}
