package event_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"duet/engine/event"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fates is a probe that counts how every observer of every publish fared.
type fates struct {
	timed                                          func(v int) bool
	isTimed                                        bool
	publishes, ended, blocks, unblocks             int
	observers, fine, failed, skipped               int
	calls, returns, droppedNewest, droppedOldest   int
	failedInThis, skippedInThis, newestInThis, all int
}

func (f *fates) Begin(v, n int) bool {
	f.publishes++
	f.observers += n
	f.all = n
	f.failedInThis, f.skippedInThis, f.newestInThis = 0, 0, 0
	f.isTimed = f.timed(v)
	return f.isTimed
}
func (f *fates) Call(int) { f.calls++ }

func (f *fates) Return(i int, err error) {
	f.returns++
	if err != nil {
		f.failedInThis++
	}
}
func (f *fates) Failed(int, error)    { f.failedInThis++ }
func (f *fates) Skipped(from, to int) { f.skippedInThis += to - from }
func (f *fates) Block()               { f.blocks++ }
func (f *fates) Unblock()             { f.unblocks++ }

func (f *fates) Dropped(_, _ int, oldest bool) {
	if oldest {
		f.droppedOldest++
	} else {
		f.newestInThis++
	}
}

func (f *fates) End(int) {
	f.ended++
	f.failed += f.failedInThis
	f.skipped += f.skippedInThis
	f.droppedNewest += f.newestInThis
	f.fine += f.all - f.failedInThis - f.skippedInThis - f.newestInThis
}

// outcomes is a CallProbe that counts, for all observers of a test together.
type outcomes struct{ started, fine, failed, abandoned atomic.Int64 }

func (o *outcomes) Start(int) { o.started.Add(1) }
func (o *outcomes) Idle()     {}

func (o *outcomes) End(_ int, err error) {
	switch {
	case err == nil:
		o.fine.Add(1)
	case errors.Is(err, event.ErrAbandoned):
		o.abandoned.Add(1)
	default:
		o.failed.Add(1)
	}
}

var errRefused = errors.New("refused")

// Whatever is subscribed, cancelled, changed, closed or killed meanwhile: every
// observer of every publish has exactly one fate.
func TestNothingIsLostInTheAccounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			dispatch   = rapid.SampledFrom([]event.Dispatch{event.Inline, event.Goroutine, event.Buffered}).Draw(t, "dispatch")
			policies   = rapid.SampledFrom([]event.Policy{event.Block, event.DropNewest, event.DropOldest})
			capacities = rapid.SampledFrom([]int{0, 1, 3, 20})
			timedEvery = rapid.SampledFrom([]int{1, 2, 1000}).Draw(t, "timed every")
			publishers = rapid.IntRange(1, 4).Draw(t, "publishers")
			each       = rapid.IntRange(0, 40).Draw(t, "publishes each")
		)
		bus := event.NewBus[int](event.Options{
			Dispatch: dispatch, Recover: true, WhenFull: policies.Draw(t, "when full"),
			Capacity: capacities.Draw(t, "capacity"), Limit: rapid.IntRange(0, 5).Draw(t, "limit"),
		})
		var (
			called    outcomes     // by handlers themselves
			watched   outcomes     // by call probes
			discarded atomic.Int64 // by OnDiscard
			cancels   []func()
		)
		subscribe := func() {
			kind := rapid.IntRange(2, 9).Draw(t, "fails every")
			cancel, err := bus.Subscribe("e", func(_ context.Context, v int) error {
				called.Start(v)
				runtime.Gosched()
				switch {
				case v%kind == 0:
					return errRefused
				case v%kind == 1:
					panic("as told")
				}
				return nil
			}, event.Watch(func() event.CallProbe[int] { return &watched }), event.OnDiscard(func(int) { discarded.Add(1) }))
			if err == nil {
				cancels = append(cancels, cancel)
			} else if !errors.Is(err, event.ErrClosed) {
				t.Errorf("subscribing: %v", err)
			}
		}
		for range rapid.IntRange(0, 4).Draw(t, "observers") {
			subscribe()
		}

		probes := make([]fates, publishers)
		var accepted atomic.Int64
		var wg sync.WaitGroup
		for n := range probes {
			probes[n].timed = func(v int) bool { return v%timedEvery == 0 }
			p := bus.Event("e").Publisher(&probes[n])
			wg.Go(func() {
				for v := range each {
					if err := p.Publish(context.Background(), v); err != event.ErrClosed {
						accepted.Add(1)
					}
				}
			})
		}
		var left event.Left
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 7).Draw(t, "step") {
			case 0:
				subscribe()
			case 1, 2:
				if len(cancels) > 0 {
					i := rapid.IntRange(0, len(cancels)-1).Draw(t, "cancelled")
					cancels[i]()
				}
			case 3, 4:
				bus.SetCapacity(capacities.Draw(t, "new capacity"))
			case 5:
				bus.SetWhenFull(policies.Draw(t, "new policy"))
			case 6:
				bus.SetLimit(rapid.IntRange(0, 5).Draw(t, "new limit"))
			case 7:
				runtime.Gosched()
			}
		}
		killed := rapid.Bool().Draw(t, "killed")
		if killed {
			left = bus.Kill()
		}
		also, err := bus.Close(context.Background())
		wg.Wait()
		if !killed && (err != nil || len(also.Observers) != 0) {
			t.Errorf("Close without a deadline left %v: %v", also, err)
		}

		var sum fates
		for i := range probes {
			f := &probes[i]
			sum.publishes += f.publishes
			sum.fine += f.fine
			sum.failed += f.failed
			sum.droppedOldest += f.droppedOldest
			if f.observers != f.fine+f.failed+f.skipped+f.droppedNewest {
				t.Errorf("publisher %d: %d observers, but %d fine, %d failed, %d skipped, %d dropped",
					i, f.observers, f.fine, f.failed, f.skipped, f.droppedNewest)
			}
			if f.publishes != f.ended || f.blocks != f.unblocks || f.calls < f.returns {
				t.Errorf("publisher %d: what begins must end: %+v", i, f)
			}
		}
		if int64(sum.publishes) != accepted.Load() {
			t.Errorf("%d publishes were accepted, the probes saw %d", accepted.Load(), sum.publishes)
		}
		if dispatch == event.Inline {
			if got := called.started.Load(); got != int64(sum.fine+sum.failed) {
				t.Errorf("%d calls, but %d fine and %d failed", got, sum.fine, sum.failed)
			}
			return
		}
		if w := &watched; w.started.Load() != w.fine.Load()+w.failed.Load()+w.abandoned.Load() || w.started.Load() != called.started.Load() {
			t.Errorf("calls: %d started, %d fine, %d failed, %d abandoned, %d ran", w.started.Load(), w.fine.Load(), w.failed.Load(), w.abandoned.Load(), called.started.Load())
		}
		if got := watched.started.Load() + int64(sum.droppedOldest) + discarded.Load(); got != int64(sum.fine) {
			t.Errorf("%d handed over, but %d started, %d displaced and %d discarded", sum.fine, watched.started.Load(), sum.droppedOldest, discarded.Load())
		}
		if int64(left.Running()) != watched.abandoned.Load() {
			t.Errorf("Kill left %d running, but %d were abandoned", left.Running(), watched.abandoned.Load())
		}
		if int64(left.Buffered()) > discarded.Load() {
			t.Errorf("Kill left %d waiting, but only %d were discarded", left.Buffered(), discarded.Load())
		}
	})
}

// One publisher's values arrive in order, and all of them, however often the
// capacity changes.
func TestChangingCapacityKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const each = 60
		publishers := rapid.IntRange(1, 3).Draw(t, "publishers")
		bus := event.NewBus[int](event.Options{Dispatch: event.Buffered, Capacity: rapid.IntRange(0, 8).Draw(t, "capacity")})
		next := make([]int, publishers)
		wrong := 0
		if _, err := bus.Subscribe("e", func(_ context.Context, v int) error {
			if who := v / each; v%each != next[who] {
				wrong++
			} else {
				next[who]++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for who := range publishers {
			wg.Go(func() {
				for n := range each {
					if err := bus.Publish(context.Background(), "e", who*each+n); err != nil {
						panic(err)
					}
				}
			})
		}
		for _, capacity := range rapid.SliceOfN(rapid.IntRange(0, 30), 0, 30).Draw(t, "capacities") {
			bus.SetCapacity(capacity)
			runtime.Gosched()
		}
		wg.Wait()
		if _, err := bus.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		for who, n := range next {
			if n != each || wrong > 0 {
				t.Fatalf("publisher %d: %d of %d arrived in order, %d out of order in all", who, n, each, wrong)
			}
		}
	})
}
