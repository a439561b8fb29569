package event_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine/event"
)

func TestCloseWaitsForEverything(t *testing.T) {
	for _, dispatch := range []event.Dispatch{event.Inline, event.Goroutine, event.Buffered} {
		synctest.Test(t, func(t *testing.T) {
			bus := event.NewBus[int](event.Options{Dispatch: dispatch, Capacity: 1})
			handled := make(chan int, 10)
			subscribe(t, bus, "placed", func(ctx context.Context, v int) error {
				time.Sleep(time.Second)
				if err := bus.Publish(ctx, "placed", 0); !errors.Is(err, event.ErrClosed) {
					t.Errorf("publishing from a handler after Close: %v", err)
				}
				handled <- v
				return ctx.Err()
			})
			for v := range 3 {
				go func() {
					if err := bus.Publish(context.Background(), "placed", v+1); err != nil {
						t.Error(err)
					}
				}()
			}
			synctest.Wait()
			closed(t, bus)
			if len(handled) != 3 {
				t.Errorf("dispatch %v: Close returned with %d of 3 handled", dispatch, len(handled))
			}
			if err := bus.Publish(t.Context(), "placed", 4); err != event.ErrClosed {
				t.Errorf("publishing: %v", err)
			}
			if err := bus.Publish(t.Context(), "unknown", 4); err != event.ErrClosed {
				t.Errorf("publishing an unknown name: %v", err)
			}
			if err := bus.Event("new").Publish(t.Context(), 4); err != event.ErrClosed {
				t.Errorf("publishing a new event: %v", err)
			}
			if _, err := bus.Subscribe("placed", func(context.Context, int) error { return nil }); err != event.ErrClosed {
				t.Errorf("subscribing: %v", err)
			}
			bus.SetCapacity(5)
			closed(t, bus)
		})
	}
}

// At the deadline: what waits is discarded, a well-behaved handler is cancelled
// and not reported, one that ignores its context is named.
func TestCloseReportsWhatWasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := event.NewBus[int](event.Options{Dispatch: event.Buffered, Capacity: 1})
		var d diary
		good, deaf := newHolding(), make(chan struct{})
		subscribe(t, bus, "placed", good.handle, event.As("good"))
		subscribe(t, bus, "placed", func(context.Context, int) error { <-deaf; return nil }, event.As("deaf"), watched(&d))
		for v := range 2 {
			publish(t, bus, "placed", v)
			synctest.Wait()
		}
		blocked := make(chan error, 1)
		go func() { blocked <- bus.Publish(context.Background(), "placed", 3) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		left, err := bus.Close(ctx)
		if took := time.Since(start); took != time.Second+event.Grace {
			t.Errorf("Close took %v", took)
		}
		if want := "good of placed: 1 waiting, 0 running; deaf of placed: 1 waiting, 1 running"; left.String() != want {
			t.Errorf("Close left %q, want %q", left, want)
		}
		var lefts *event.LeftError
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &lefts) || !strings.Contains(err.Error(), "deaf of placed") {
			t.Errorf("Close returned %v", err)
		}
		if err := <-blocked; !errors.Is(err, event.ErrClosed) {
			t.Errorf("the blocked Publish returned %v", err)
		}
		close(deaf)
		synctest.Wait()
		if got := d[len(d)-2]; got != "end0:"+event.ErrAbandoned.Error() {
			t.Errorf("the call that was reported as left ended as %s", got)
		}
	})
}

func TestCloseNamesTheInlineObserverThatDoesNotReturn(t *testing.T) {
	for _, c := range []struct {
		timed bool
		want  string
	}{
		{true, "deaf of placed: 0 waiting, 1 running"},
		{false, "some observer of placed: 0 waiting, 1 running"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var d diary
			bus := event.NewBus[int](event.Options{})
			subscribe(t, bus, "placed", func(context.Context, int) error { return nil })
			deaf := make(chan struct{})
			subscribe(t, bus, "placed", func(context.Context, int) error { <-deaf; return nil }, event.As("deaf"))
			subscribe(t, bus, "placed", func(context.Context, int) error { d.write("called"); return nil })
			p := bus.Event("placed").Publisher(diaryProbe{&diary{}, c.timed})
			published := make(chan error, 1)
			go func() { published <- p.Publish(context.Background(), 1) }()
			synctest.Wait()
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			left, err := bus.Close(ctx)
			if left.String() != c.want || !errors.Is(err, context.Canceled) {
				t.Errorf("Close left %q (%v), want %q", left, err, c.want)
			}
			close(deaf)
			if err := <-published; !errors.Is(err, event.ErrClosed) {
				t.Errorf("Publish returned %v, want ErrClosed for the observer it did not reach", err)
			}
			d.expect(t, "")
		})
	}
}

// A buffered observer that publishes to itself on a full channel waits for
// itself; Close frees it.
func TestCloseFreesAnObserverThatWaitsForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := event.NewBus[int](event.Options{Dispatch: event.Buffered})
		inner := make(chan error, 1)
		subscribe(t, bus, "placed", func(_ context.Context, v int) error {
			inner <- bus.Publish(context.Background(), "placed", v+1)
			return nil
		})
		synctest.Wait()
		publish(t, bus, "placed", 1)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if left, err := bus.Close(ctx); err != nil {
			t.Errorf("Close left %v: %v", left, err)
		}
		if err := <-inner; !errors.Is(err, event.ErrClosed) {
			t.Errorf("the inner Publish returned %v", err)
		}
	})
}

func TestKillWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d, discarded diary
		bus := event.NewBus[int](event.Options{Dispatch: event.Buffered, Capacity: 10})
		h := newHolding()
		subscribe(t, bus, "placed", h.handle, event.As("held"), watched(&d), event.OnDiscard(func(v int) { discarded.write("%d", v) }))
		for v := range 3 {
			publish(t, bus, "placed", v)
		}
		synctest.Wait()
		d = nil
		start := time.Now()
		left := bus.Kill()
		if want := "held of placed: 2 waiting, 1 running"; left.String() != want || time.Since(start) != 0 {
			t.Errorf("Kill left %q after %v, want %q at once", left, time.Since(start), want)
		}
		discarded.expect(t, "1 2")
		closed(t, bus) // waits for the call, whose context is done
		d.expect(t, "end0:"+event.ErrAbandoned.Error()+" idle")
	})
}

// A handler that ends its goroutine breaks its own observer at most.
func TestGoexit(t *testing.T) {
	for _, dispatch := range []event.Dispatch{event.Inline, event.Goroutine, event.Buffered} {
		synctest.Test(t, func(t *testing.T) {
			bus := event.NewBus[int](event.Options{Dispatch: dispatch, Capacity: 1, Recover: true})
			subscribe(t, bus, "placed", func(context.Context, int) error { runtime.Goexit(); return nil })
			go func() { bus.Publish(context.Background(), "placed", 1) }()
			synctest.Wait()
			if bus.Running() != 0 {
				t.Errorf("dispatch %v: %d goroutines are left", dispatch, bus.Running())
			}
			closed(t, bus)
		})
	}
}
