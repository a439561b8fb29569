package event_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duet/engine/event"
)

// adding returns an observer with a little state of its own.
func adding() event.Handler[int] {
	sum := new(int)
	return func(_ context.Context, v int) error {
		*sum += v
		return nil
	}
}

// bare is what a publish cannot be cheaper than: a copy-on-write list of
// functions.
type bare struct {
	handlers atomic.Pointer[[]event.Handler[int]]
}

func (b *bare) publish(ctx context.Context, v int) (err error) {
	for _, h := range *b.handlers.Load() {
		if e := h(ctx, v); e != nil {
			err = e
		}
	}
	return err
}

// textbook is the bus that everyone writes first.
type textbook struct {
	mu       sync.RWMutex
	handlers map[string][]event.Handler[int]
}

func (b *textbook) publish(ctx context.Context, name string, v int) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var errs []error
	for _, h := range b.handlers[name] {
		if err := h(ctx, v); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// stamped is a probe that does what measuring does in an untimed publish: it
// counts, and reads the clock once.
type stamped struct {
	quiet
	base            time.Time
	last            time.Duration
	publishes, fine int
}

func (p *stamped) Begin(_ int, n int) bool { p.publishes++; p.fine += n; return false }
func (p *stamped) Failed(int, error)       { p.fine-- }
func (p *stamped) End(int)                 { p.last = time.Since(p.base) }

// quiet is a probe that does nothing.
type quiet struct{}

func (quiet) Begin(int, int) bool    { return false }
func (quiet) Call(int)               {}
func (quiet) Return(int, error)      {}
func (quiet) Failed(int, error)      {}
func (quiet) Skipped(int, int)       {}
func (quiet) Dropped(int, int, bool) {}
func (quiet) Block()                 {}
func (quiet) Unblock()               {}
func (quiet) End(int)                {}

func observed(b *testing.B, n int, o event.Options) *event.Bus[int] {
	b.Helper()
	bus := event.NewBus[int](o)
	for range n {
		if _, err := bus.Subscribe("placed", adding()); err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(func() { bus.Close(context.Background()) })
	return bus
}

func BenchmarkInline(b *testing.B) {
	ctx := context.Background()
	for _, n := range []int{1, 4, 16} {
		hs := make([]event.Handler[int], n)
		for i := range hs {
			hs[i] = adding()
		}
		run := func(name string, publish func() error) {
			b.Run(fmt.Sprintf("observers=%d/%s", n, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := publish(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		var list bare
		list.handlers.Store(&hs)
		run("bare", func() error { return list.publish(ctx, 1) })
		locked := textbook{handlers: map[string][]event.Handler[int]{"placed": hs}}
		run("map+RWMutex", func() error { return locked.publish(ctx, "placed", 1) })

		bus := observed(b, n, event.Options{})
		run("name", func() error { return bus.Publish(ctx, "placed", 1) })
		ev := bus.Event("placed")
		run("event", func() error { return ev.Publish(ctx, 1) })
		mute := ev.Publisher(nil)
		run("publisher", func() error { return mute.Publish(ctx, 1) })
		safe := observed(b, n, event.Options{Recover: true})
		watched := safe.Event("placed").Publisher(quiet{})
		run("probe", func() error { return watched.Publish(ctx, 1) })
		measured := safe.Event("placed").Publisher(&stamped{base: time.Now()})
		run("probe+stamp", func() error { return measured.Publish(ctx, 1) })
	}
}

func BenchmarkGoroutine(b *testing.B) {
	var wg sync.WaitGroup
	bus := event.NewBus[int](event.Options{Dispatch: event.Goroutine})
	bus.Subscribe("placed", func(context.Context, int) error { wg.Done(); return nil })
	ev, ctx := bus.Event("placed"), context.Background()
	for b.Loop() {
		wg.Add(1)
		ev.Publish(ctx, 1)
	}
	wg.Wait()
	bus.Close(ctx)
}

func BenchmarkBuffered(b *testing.B) {
	ctx := context.Background()
	b.Run("bare", func(b *testing.B) {
		ch, done := make(chan int, 1024), make(chan struct{})
		go func() {
			defer close(done)
			h := adding()
			for v := range ch {
				h(ctx, v)
			}
		}()
		for b.Loop() {
			ch <- 1
		}
		close(ch)
		<-done
	})
	for _, n := range []int{1, 4} {
		b.Run(fmt.Sprintf("observers=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			bus := event.NewBus[int](event.Options{Dispatch: event.Buffered, Capacity: 1024})
			for range n {
				bus.Subscribe("placed", func(context.Context, int) error { return nil })
			}
			p := bus.Event("placed").Publisher(quiet{})
			for b.Loop() {
				p.Publish(ctx, 1)
			}
			bus.Close(ctx)
		})
	}
}

func BenchmarkDepths(b *testing.B) {
	ev := observed(b, 8, event.Options{Dispatch: event.Buffered, Capacity: 8}).Event("placed")
	var dst []int
	b.ReportAllocs()
	for b.Loop() {
		dst = ev.Depths(dst[:0])
	}
}
