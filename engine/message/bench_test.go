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
func (p *tally) Several(*item) {}
func (p *tally) Handled(vs []item) {
	p.started += int64(len(vs))
	p.done += int64(len(vs))
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

// produce splits b.N sends over so many goroutines, each of which sends what it is given,
// at once or in the end.
func produce(b *testing.B, producers int, send func() (put func(item), end func())) {
	var wg sync.WaitGroup
	for p := range producers {
		n := b.N / producers
		if p == 0 {
			n += b.N % producers
		}
		wg.Go(func() {
			put, end := send()
			for i := range n {
				put(item{Seq: int64(i), Key: int32(i)})
			}
			end()
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
	produce(b, producers, func() (put func(item), end func()) { return func(v item) { ch <- v }, func() {} })
	close(ch)
	wg.Wait()
}

// benchTopic sends so many messages at once.
func benchTopic(b *testing.B, producers, workers, atOnce int, probe message.Probe[item], sender message.SenderProbe) {
	b.ReportAllocs()
	ctx := context.Background()
	var quick func(*item) bool
	if atOnce > 1 {
		quick = func(*item) bool { return true }
	}
	t := message.NewTopic[item]("bench")
	_, err := t.Subscribe("workers", func(context.Context, item) error { return nil }, message.Options[item]{
		Capacity: benchCapacity, Workers: workers, Recover: true, Probe: probe, Quick: quick,
	})
	if err != nil {
		b.Fatal(err)
	}
	produce(b, producers, func() (put func(item), end func()) {
		s := t.Sender(sender)
		var waiting []item
		end = func() {
			n := 0
			if atOnce > 1 {
				n = s.Burst(waiting)
			}
			for i := range waiting[n:] {
				if err := s.Send(ctx, &waiting[n+i]); err != nil {
					b.Error(err)
				}
			}
			waiting = waiting[:0]
		}
		return func(v item) {
			if waiting = append(waiting, v); len(waiting) == atOnce {
				end()
			}
		}, end
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
		b.Run(name+"/topic", func(b *testing.B) { benchTopic(b, c.producers, c.workers, 1, nil, nil) })
		b.Run(name+"/topic-probed", func(b *testing.B) { benchTopic(b, c.producers, c.workers, 1, tallies{}, new(blocks)) })
		b.Run(name+"/topic-bursts", func(b *testing.B) { benchTopic(b, c.producers, c.workers, 64, tallies{}, new(blocks)) })
	}
}
