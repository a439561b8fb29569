package event_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine/event"
)

// holding is an observer whose calls are held until the test lets them go on, or
// their context ends.
type holding struct {
	entered chan int
	release chan struct{}
}

func newHolding() holding {
	return holding{entered: make(chan int, 100), release: make(chan struct{})}
}

func (h holding) handle(ctx context.Context, v int) error {
	h.entered <- v
	select {
	case <-h.release:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// callDiary is a CallProbe that writes down what one goroutine did.
type callDiary struct{ *diary }

func (p callDiary) Start(v int)          { p.write("start%d", v) }
func (p callDiary) End(v int, err error) { p.write("end%d:%v", v, err) }
func (p callDiary) Idle()                { p.write("idle") }

func watched(d *diary) event.SubscribeOption {
	return event.Watch(func() event.CallProbe[int] { return callDiary{d} })
}

func closed(t *testing.T, bus *event.Bus[int]) {
	t.Helper()
	if left, err := bus.Close(context.Background()); err != nil {
		t.Errorf("Close left %v: %v", left, err)
	}
}

func TestGoroutinesAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		bus := event.NewBus[int](event.Options{Dispatch: event.Goroutine, Limit: 5})
		h := newHolding()
		for range 3 {
			subscribe(t, bus, "placed", h.handle)
		}
		p := bus.Event("placed").Publisher(diaryProbe{diary: &d})
		if err := p.Publish(t.Context(), 1); err != nil || bus.Running() != 3 {
			t.Errorf("%d are running, want 3: %v", bus.Running(), err)
		}
		if err := p.Publish(t.Context(), 2); !errors.Is(err, event.ErrLimit) || bus.Running() != 5 {
			t.Errorf("%d are running, want 5 and ErrLimit: %v", bus.Running(), err)
		}
		bus.SetLimit(0)
		if err := p.Publish(t.Context(), 3); err != nil || bus.Running() != 8 {
			t.Errorf("%d are running, want 8: %v", bus.Running(), err)
		}
		d.expect(t, "begin1/3 end1 begin2/3 skipped2-3 end2 begin3/3 end3")
		close(h.release)
		synctest.Wait()
		if bus.Running() != 0 {
			t.Errorf("%d are still running", bus.Running())
		}
		closed(t, bus)
	})
}

func TestPanicsOnTheBussGoroutines(t *testing.T) {
	for _, dispatch := range []event.Dispatch{event.Goroutine, event.Buffered} {
		for _, recovers := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				var d, told diary
				bus := event.NewBus[int](event.Options{
					Dispatch: dispatch, Capacity: 4, Recover: recovers,
					OnPanic: func(observer string, v any, stack []byte) {
						told.write("%s:%v,%v", observer, v, strings.Contains(string(stack), "TestPanicsOnTheBussGoroutines"))
					},
				})
				subscribe(t, bus, "placed", func(_ context.Context, v int) error {
					if v == 1 {
						panic("a bug")
					}
					return nil
				}, event.As("charge"), watched(&d))
				synctest.Wait()
				d = nil // idle, if buffered
				for v := range 3 {
					publish(t, bus, "placed", v+1)
					if dispatch == event.Goroutine {
						synctest.Wait()
					}
				}
				synctest.Wait()
				got := strings.ReplaceAll(strings.Join(d, " "), " idle", "")
				wantTold, wantLeft := "charge:a bug,true", 0
				want := "start1 end1:panic: a bug start2 end2:<nil> start3 end3:<nil>"
				switch {
				case recovers:
					wantTold = ""
				case dispatch == event.Buffered: // its goroutine has ended
					want, wantLeft = "start1 end1:panic: a bug", 2
				}
				if got != want {
					t.Errorf("dispatch %v, recover %v: got %s, want %s", dispatch, recovers, got, want)
				}
				told.expect(t, wantTold)
				left, err := bus.Close(context.Background())
				if left.Buffered() != wantLeft || (err != nil) != (wantLeft > 0) {
					t.Errorf("dispatch %v, recover %v: left %v, %v", dispatch, recovers, left, err)
				}
			})
		}
	}
}

func TestFullChannels(t *testing.T) {
	for _, c := range []struct {
		name     string
		policy   event.Policy
		capacity int
		probe    string
		handled  string
	}{
		{"newest", event.DropNewest, 2, "begin4/1 dropped0:4,false end4", "1 2 3"},
		{"oldest", event.DropOldest, 2, "begin4/1 dropped0:2,true end4", "1 3 4"},
		{"oldest of none", event.DropOldest, 0, "begin4/1 dropped0:4,false end4", "1"},
		{"block", event.Block, 2, "begin4/1 block unblock end4", "1 2 3 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var d, handled diary
				bus := event.NewBus[int](event.Options{Dispatch: event.Buffered, Capacity: c.capacity, WhenFull: c.policy})
				release := make(chan struct{})
				subscribe(t, bus, "placed", func(_ context.Context, v int) error {
					<-release
					handled.write("%d", v)
					return nil
				})
				p := bus.Event("placed").Publisher(diaryProbe{diary: &d})
				synctest.Wait()
				for v := range 4 {
					if v == 3 {
						d = nil
						time.AfterFunc(time.Second, func() { close(release) })
					}
					if err := p.Publish(t.Context(), v+1); err != nil {
						t.Error(err)
					}
					if v == 0 {
						synctest.Wait() // the observer has it in hand
					}
				}
				d.expect(t, c.probe)
				<-release
				closed(t, bus)
				handled.expect(t, c.handled)
			})
		})
	}
}

func TestShrinkingKeepsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		bus := event.NewBus[int](event.Options{Dispatch: event.Buffered, Capacity: 10, WhenFull: event.DropNewest})
		h := newHolding()
		subscribe(t, bus, "placed", h.handle)
		p := bus.Event("placed").Publisher(diaryProbe{diary: &d})
		send := func(v int) {
			t.Helper()
			if err := p.Publish(t.Context(), v); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
		for v := range 7 {
			send(v)
		}
		for _, capacity := range []int{2, 0, 3, 6} { // 6 wait
			bus.SetCapacity(capacity)
			if got := bus.Event("placed").Depths(nil); got[0] != 6 {
				t.Errorf("capacity %d: %d wait, want 6", capacity, got[0])
			}
		}
		d = nil
		send(7)
		d.expect(t, "begin7/1 dropped0:7,false end7")
		bus.SetCapacity(0)
		bus.SetWhenFull(event.DropOldest)
		d = nil
		send(70)
		d.expect(t, "begin70/1 dropped0:70,false end70") // nothing would find room by dropping another
		bus.SetCapacity(7)
		bus.SetCapacity(3)
		d = nil
		send(8)
		d.expect(t, "begin8/1 dropped0:1,true dropped0:2,true dropped0:3,true dropped0:4,true end8")
		close(h.release)
		closed(t, bus)
		close(h.entered)
		var handled diary
		for v := range h.entered {
			handled.write("%d", v)
		}
		handled.expect(t, "0 5 6 8")
	})
}

func TestABlockedPublishIsFreed(t *testing.T) {
	for name, c := range map[string]struct {
		free func(bus *event.Bus[int], cancelCtx, cancelObserver func())
		want error
	}{
		"by its context": {func(_ *event.Bus[int], cancel, _ func()) { cancel() }, context.Canceled},
		"by Kill":        {func(bus *event.Bus[int], _, _ func()) { bus.Kill() }, event.ErrClosed},
		"by cancelling":  {func(_ *event.Bus[int], _, cancel func()) { cancel() }, nil},
		"by capacity":    {func(bus *event.Bus[int], _, _ func()) { bus.SetCapacity(2) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bus := event.NewBus[int](event.Options{Dispatch: event.Buffered})
				h := newHolding()
				discarded := 0
				cancelObserver := subscribe(t, bus, "placed", h.handle, event.OnDiscard(func(int) { discarded++ }))
				synctest.Wait()
				publish(t, bus, "placed", 1)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				freed := make(chan error, 1)
				go func() { freed <- bus.Publish(ctx, "placed", 2) }()
				synctest.Wait()
				if len(freed) != 0 {
					t.Error("Publish did not block")
				}
				c.free(bus, cancel, cancelObserver)
				synctest.Wait()
				if len(freed) != 1 {
					t.Error("Publish is still blocked")
				} else if err := <-freed; !errors.Is(err, c.want) {
					t.Errorf("Publish returned %v, want %v", err, c.want)
				}
				close(h.release)
				closed(t, bus)
				if discarded != 0 {
					t.Errorf("%d discarded that were never handed over", discarded)
				}
			})
		})
	}
}

func TestACancelledObserverDiscardsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		bus := event.NewBus[int](event.Options{Dispatch: event.Buffered, Capacity: 10})
		h := newHolding()
		var cancel func()
		cancel = subscribe(t, bus, "placed", func(ctx context.Context, v int) error {
			defer cancel() // from inside its own call
			return h.handle(ctx, v)
		}, event.OnDiscard(func(v int) { d.write("%d", v) }))
		for v := range 4 {
			publish(t, bus, "placed", v)
		}
		close(h.release)
		synctest.Wait()
		d.expect(t, "1 2 3")
		if bus.Running() != 0 || len(h.entered) != 1 {
			t.Errorf("%d goroutines and %d calls, want none and 1", bus.Running(), len(h.entered))
		}
		closed(t, bus)
	})
}

func TestHandlersOnTheBusOutliveThePublishersContext(t *testing.T) {
	for _, dispatch := range []event.Dispatch{event.Goroutine, event.Buffered} {
		synctest.Test(t, func(t *testing.T) {
			bus := event.NewBus[int](event.Options{Dispatch: dispatch, Capacity: 1})
			h := newHolding()
			var d diary
			subscribe(t, bus, "placed", h.handle, watched(&d))
			ctx, cancel := context.WithCancel(t.Context())
			if err := bus.Publish(ctx, "placed", 1); err != nil {
				t.Error(err)
			}
			cancel()
			synctest.Wait()
			close(h.release)
			closed(t, bus)
			if got := strings.Join(d, " "); !strings.Contains(got, "start1 end1:<nil>") {
				t.Errorf("dispatch %v: %s", dispatch, got)
			}
		})
	}
}
