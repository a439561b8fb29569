package live

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/account"
)

// The benchmarks of the paths hand items over as fast as it goes, with
// everything measured and nothing to do, beside the bare thing. Compare within
// one run: the ratios are the budget, the nanoseconds are the machine's.

// idleLane starts a run in which nothing arrives, and gives its lane.
func idleLane(b *testing.B, lane string, handlers int) *lane {
	b.Helper()
	text := "duet: 1\nload: {rate: 0/s, keys: {count: 16}}\nlanes:\n  - " + lane + "\nhandlers:\n"
	for i := range handlers {
		text += fmt.Sprintf("  - {name: h%d, service: {dist: constant, mean: 0s}}\n", i)
	}
	s, err := engine.Decode("bench.yaml", []byte(text))
	if err != nil {
		b.Fatal(err)
	}
	r, err := New(s, Options{Endless: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := r.Close(); err != nil {
			b.Error(err)
		}
	})
	r.sampling.SetRate(10_000_000) // as a run that goes on would know by itself
	return r.lanes[0]
}

// pump hands n items over from so many producers, and waits until all ended.
func pump(l *lane, producers, n int) {
	var wg sync.WaitGroup
	for i := range producers {
		wg.Go(func() {
			p := &producer{id: 100 + i, lane: l, cancel: func() {}, gone: make(chan struct{})}
			defer close(p.gone)
			l.edit(func(c *crew) { c.retired = append(c.retired, p) })
			g := l.current.Load()
			p.of, p.way = g, g.way.sender(p)
			a := arrival{item: engine.Item{At: l.run.clock.Now()}}
			for k := i; k < n; k += producers {
				p.look(false)
				a.item.Seq, a.item.Key = int64(k+1), int32(k&15)
				p.hand(&a)
			}
			p.idle()
		})
	}
	wg.Wait()
	for {
		now := account.NewReading(l.run.scenario.Load())
		r := reading{Reading: &now}
		l.read(&r, 0)
		if r.Items.Total() >= int64(n) {
			return
		}
		runtime.Gosched()
	}
}

// bare sends n items through a channel of the same capacity and item.
func bare(producers, workers, n int) {
	ch := make(chan delivery, 1024)
	var in, out sync.WaitGroup
	for range workers {
		out.Go(func() {
			for range ch {
			}
		})
	}
	for i := range producers {
		in.Go(func() {
			var d delivery
			for k := i; k < n; k += producers {
				d.item.Seq = int64(k)
				ch <- d
			}
		})
	}
	in.Wait()
	close(ch)
	out.Wait()
}

func BenchmarkMessagePath(b *testing.B) {
	for _, c := range []struct{ producers, workers int }{{1, 4}, {4, 4}} {
		name := fmt.Sprintf("%dto%d", c.producers, c.workers)
		b.Run(name, func(b *testing.B) {
			ratio(b, func(n int) { bare(c.producers, c.workers, n) }, func(n int) func() {
				l := idleLane(b, fmt.Sprintf("{model: message, workers: %d, queue: {capacity: 1024}}", c.workers), 1)
				return func() { pump(l, c.producers, n) }
			})
		})
	}
}

// calls publishes to a copy-on-write list of handlers, which is what an event
// path is compared with.
func calls(observers, n int) {
	var list []func(context.Context, delivery) error
	for range observers {
		var count int
		list = append(list, func(context.Context, delivery) error { count++; return nil })
	}
	var now atomic.Pointer[[]func(context.Context, delivery) error]
	now.Store(&list)
	publish := func(ctx context.Context, d delivery) (err error) {
		for _, f := range *now.Load() {
			if e := f(ctx, d); e != nil {
				err = errors.Join(err, e)
			}
		}
		return err
	}
	var d delivery
	ctx := context.Background()
	for k := range n {
		d.item.Seq = int64(k)
		_ = publish(ctx, d)
	}
}

func BenchmarkEventPath(b *testing.B) {
	for _, observers := range []int{4, 16} {
		b.Run(fmt.Sprint(observers), func(b *testing.B) {
			ratio(b, func(n int) { calls(observers, n) }, func(n int) func() {
				l := idleLane(b, "{model: event}", observers)
				return func() { pump(l, 1, n) }
			})
		})
	}
}

// ratio runs rounds of the bare thing and ours in turn, and reports the best of
// each and their ratio.
func ratio(b *testing.B, bare func(n int), ours func(n int) func()) {
	const n, rounds = 1_000_000, 6
	best := [2]time.Duration{1 << 62, 1 << 62}
	var before, after runtime.MemStats
	var allocated uint64
	for b.Loop() {
		for range rounds {
			start := time.Now()
			bare(n)
			best[0] = min(best[0], time.Since(start))
			run := ours(n)
			runtime.ReadMemStats(&before)
			start = time.Now()
			run()
			best[1] = min(best[1], time.Since(start))
			runtime.ReadMemStats(&after)
			allocated = after.Mallocs - before.Mallocs
		}
	}
	b.ReportMetric(float64(best[0].Nanoseconds())/n, "bare-ns/item")
	b.ReportMetric(float64(best[1].Nanoseconds())/n, "ours-ns/item")
	b.ReportMetric(float64(best[1])/float64(best[0]), "ratio")
	b.ReportMetric(float64(allocated)/n, "allocs/item")
	b.ReportMetric(0, "ns/op")
}
