package event_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"duet/engine/event"
)

// diary is what observers and probes write into, in order.
type diary []string

func (d *diary) write(format string, args ...any) { *d = append(*d, fmt.Sprintf(format, args...)) }

func (d *diary) expect(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(*d, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	*d = nil
}

// writing returns an observer that writes its name and the value.
func (d *diary) writing(name string) event.Handler[int] {
	return func(_ context.Context, v int) error {
		d.write("%s%d", name, v)
		return nil
	}
}

func subscribe(t *testing.T, bus *event.Bus[int], name string, h event.Handler[int], o ...event.SubscribeOption) func() {
	t.Helper()
	cancel, err := bus.Subscribe(name, h, o...)
	if err != nil {
		t.Fatal(err)
	}
	return cancel
}

func publish(t *testing.T, bus *event.Bus[int], name string, v int) {
	t.Helper()
	if err := bus.Publish(t.Context(), name, v); err != nil {
		t.Fatal(err)
	}
}

// diaryProbe writes down what it is told.
type diaryProbe struct {
	*diary
	timed bool
}

func (p diaryProbe) Begin(v, n int) bool     { p.write("begin%d/%d", v, n); return p.timed }
func (p diaryProbe) Call(i int)              { p.write("call%d", i) }
func (p diaryProbe) Return(i int, err error) { p.write("return%d:%v", i, err) }
func (p diaryProbe) Failed(i int, err error) { p.write("failed%d:%v", i, err) }
func (p diaryProbe) Skipped(from, to int)    { p.write("skipped%d-%d", from, to) }
func (p diaryProbe) Dropped(i, v int, oldest bool) {
	p.write("dropped%d:%d,%v", i, v, oldest)
}
func (p diaryProbe) Block()    { p.write("block") }
func (p diaryProbe) Unblock()  { p.write("unblock") }
func (p diaryProbe) End(v int) { p.write("end%d", v) }

func TestObserversAreCalledInTheOrderOfSubscribing(t *testing.T) {
	var d diary
	bus := event.NewBus[int](event.Options{})
	subscribe(t, bus, "placed", d.writing("a"))
	cancel := subscribe(t, bus, "placed", d.writing("b"), event.As("second"))
	subscribe(t, bus, "other", d.writing("x"))
	subscribe(t, bus, "placed", d.writing("c"))
	if got, want := bus.Event("placed").Observers(nil), []string{"placed#1", "second", "placed#4"}; !slices.Equal(got, want) {
		t.Errorf("observers are %v, want %v", got, want)
	}
	publish(t, bus, "placed", 1)
	d.expect(t, "a1 b1 c1")
	cancel()
	cancel()
	subscribe(t, bus, "placed", d.writing("d"))
	publish(t, bus, "placed", 2)
	d.expect(t, "a2 c2 d2")
}

func TestPublishingWhatNobodyObserves(t *testing.T) {
	var d diary
	bus := event.NewBus[int](event.Options{})
	publish(t, bus, "never seen", 1)
	cancel := subscribe(t, bus, "placed", d.writing("a"))
	publish(t, bus, "placed", 1)
	cancel()
	publish(t, bus, "placed", 2)
	if err := bus.Event("placed").Publisher(diaryProbe{diary: &d}).Publish(t.Context(), 3); err != nil {
		t.Error(err)
	}
	d.expect(t, "a1 begin3/0 end3")
	if got := bus.Unobserved(); got != 3 {
		t.Errorf("%d publishes counted as unobserved, want 3", got)
	}
}

func TestSubscribingWhatCannotBe(t *testing.T) {
	bus := event.NewBus[int](event.Options{})
	ok := func(context.Context, int) error { return nil }
	for want, try := range map[string]func() (func(), error){
		"needs the name":        func() (func(), error) { return bus.Subscribe("", ok) },
		"has no handler":        func() (func(), error) { return bus.Subscribe("e", nil) },
		"is watched by a func(": func() (func(), error) { return bus.Subscribe("e", ok, event.Watch[string](nil)) },
		"discards goes to a":    func() (func(), error) { return bus.Subscribe("e", ok, event.OnDiscard(func(string) {})) },
	} {
		if _, err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	if got := bus.Event("e").Observers(nil); len(got) != 0 {
		t.Errorf("%v observe after all", got)
	}
}

func TestErrorsOfAllObserversAreReturned(t *testing.T) {
	var d diary
	refused, declined := errors.New("refused"), errors.New("declined")
	bus := event.NewBus[int](event.Options{})
	subscribe(t, bus, "placed", func(context.Context, int) error { return refused }, event.As("charge"))
	subscribe(t, bus, "placed", d.writing("b"))
	subscribe(t, bus, "placed", func(context.Context, int) error { return declined })
	for _, timed := range []bool{false, true} {
		err := bus.Event("placed").Publisher(diaryProbe{&d, timed}).Publish(t.Context(), 1)
		if !errors.Is(err, refused) || !errors.Is(err, declined) {
			t.Errorf("Publish returned %v, want both errors", err)
		}
		var first *event.ObserverError
		if !errors.As(err, &first) || first.Observer != "charge" || first.Event != "placed" {
			t.Errorf("the first error is %+v", first)
		}
		if want := "event: observer charge of placed: refused\nevent: observer placed#3 of placed: declined"; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
	d.expect(t, "begin1/3 failed0:refused b1 failed2:declined end1 "+
		"begin1/3 call0 return0:refused call1 b1 return1:<nil> call2 return2:declined end1")
}

func TestInlineContextIsThePublishers(t *testing.T) {
	type key struct{}
	bus := event.NewBus[int](event.Options{})
	var got context.Context
	subscribe(t, bus, "placed", func(ctx context.Context, _ int) error { got = ctx; return nil })
	ctx := context.WithValue(t.Context(), key{}, 1)
	if err := bus.Publish(ctx, "placed", 1); err != nil || got != ctx {
		t.Errorf("handler got %v (%v), want the publisher's context", got, err)
	}
}

func TestARecoveredPanicIsAnError(t *testing.T) {
	var d diary
	bus := event.NewBus[int](event.Options{Recover: true})
	subscribe(t, bus, "placed", func(context.Context, int) error { panic("a bug") })
	subscribe(t, bus, "placed", d.writing("b"))
	subscribe(t, bus, "placed", func(context.Context, int) error { panic("another") })
	for _, timed := range []bool{false, true} {
		err := bus.Event("placed").Publisher(diaryProbe{&d, timed}).Publish(t.Context(), 1)
		var panicked *event.PanicError
		if !errors.As(err, &panicked) || !errors.Is(err, event.ErrPanicked) {
			t.Fatalf("Publish returned %v, want a PanicError", err)
		}
		if panicked.Value != "a bug" || !strings.Contains(string(panicked.Stack), "TestARecoveredPanicIsAnError") {
			t.Errorf("panicked with %v at\n%s", panicked.Value, panicked.Stack)
		}
	}
	d.expect(t, "begin1/3 failed0:panic: a bug b1 failed2:panic: another end1 "+
		"begin1/3 call0 return0:panic: a bug call1 b1 return1:<nil> call2 return2:panic: another end1")
	if _, err := bus.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAPanicGoesThroughToThePublisher(t *testing.T) {
	var d diary
	bus := event.NewBus[int](event.Options{})
	subscribe(t, bus, "placed", d.writing("a"))
	subscribe(t, bus, "placed", func(context.Context, int) error { panic("a bug") })
	subscribe(t, bus, "placed", d.writing("c"))
	subscribe(t, bus, "placed", d.writing("d"))
	for _, timed := range []bool{false, true} {
		func() {
			defer func() { d.write("recovered:%v", recover()) }()
			bus.Event("placed").Publisher(diaryProbe{&d, timed}).Publish(t.Context(), 1)
		}()
	}
	d.expect(t, "begin1/4 a1 failed1:"+event.ErrPanicked.Error()+" skipped2-4 end1 recovered:a bug "+
		"begin1/4 call0 a1 return0:<nil> call1 return1:"+event.ErrPanicked.Error()+" skipped2-4 end1 recovered:a bug")
	if _, err := bus.Close(t.Context()); err != nil {
		t.Errorf("a publish that panicked is still counted as under way: %v", err)
	}
}

func TestAnInnerPublishRunsToItsEndFirst(t *testing.T) {
	var d diary
	bus := event.NewBus[int](event.Options{})
	p := bus.Event("placed").Publisher(diaryProbe{diary: &d})
	subscribe(t, bus, "placed", func(ctx context.Context, v int) error {
		d.write("a%d", v)
		if v < 3 {
			return p.Publish(ctx, v+1)
		}
		return nil
	})
	subscribe(t, bus, "placed", d.writing("b"))
	if err := p.Publish(t.Context(), 1); err != nil {
		t.Error(err)
	}
	d.expect(t, "begin1/2 a1 begin2/2 a2 begin3/2 a3 b3 end3 b2 end2 b1 end1")
}

func TestSubscribingAndCancellingDuringAPublish(t *testing.T) {
	var d diary
	bus := event.NewBus[int](event.Options{})
	var cancelSelf, cancelThird func()
	cancelSelf = subscribe(t, bus, "placed", func(_ context.Context, v int) error {
		d.write("a%d", v)
		subscribe(t, bus, "placed", d.writing("new"))
		cancelSelf()
		cancelThird()
		return nil
	})
	subscribe(t, bus, "placed", d.writing("b"))
	cancelThird = subscribe(t, bus, "placed", d.writing("c"))
	subscribe(t, bus, "placed", d.writing("d"))
	p := bus.Event("placed").Publisher(diaryProbe{diary: &d})
	for v := range 2 {
		if err := p.Publish(t.Context(), v); err != nil {
			t.Error(err)
		}
	}
	d.expect(t, "begin0/4 a0 b0 skipped2-3 d0 end0 begin1/3 b1 d1 new1 end1")
}

func TestKillDuringAnInlinePublishSkipsTheRest(t *testing.T) {
	var d diary
	bus := event.NewBus[int](event.Options{})
	var left event.Left
	subscribe(t, bus, "placed", func(context.Context, int) error {
		left = bus.Kill()
		return bus.Publish(t.Context(), "placed", 2)
	}, event.As("killer"))
	subscribe(t, bus, "placed", d.writing("b"))
	err := bus.Event("placed").Publisher(diaryProbe{&d, true}).Publish(t.Context(), 1)
	if !errors.Is(err, event.ErrClosed) {
		t.Errorf("Publish returned %v, want ErrClosed", err)
	}
	if want := "killer of placed: 0 waiting, 1 running"; left.String() != want {
		t.Errorf("Kill left %q, want %q", left, want)
	}
	d.expect(t, "begin1/2 call0 return0:event: the bus is closed skipped1-2 end1")
}

func TestAConditionRaisesItsEventOnce(t *testing.T) {
	above := func(limit int) func(int) bool { return func(x int) bool { return x > limit } }
	below := func(limit int) func(int) bool { return func(x int) bool { return x < limit } }
	for _, c := range []struct {
		name  string
		clear func(int) bool
		want  string
	}{
		{"with hysteresis", below(20), "60 70"},
		{"without", nil, "60 55 51 70"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d diary
			bus := event.NewBus[string](event.Options{})
			if _, err := bus.Subscribe("queue.high", func(_ context.Context, v string) error { d.write("%s", v); return nil }); err != nil {
				t.Fatal(err)
			}
			high := event.When(bus, "queue.high", above(50), c.clear, func(x int) string { return fmt.Sprint(x) })
			for _, x := range []int{10, 60, 80, 45, 55, 30, 51, 19, 50, 70} {
				if err := high.Feed(t.Context(), x); err != nil {
					t.Fatal(err)
				}
				if x > 50 && !high.Raised() || x < 20 && high.Raised() {
					t.Errorf("at %d raised is %v", x, high.Raised())
				}
			}
			d.expect(t, c.want)
		})
	}
}

func TestAConditionFedByManyRaisesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := event.NewBus[int](event.Options{})
		raised := make(chan int, 100)
		subscribe(t, bus, "high", func(_ context.Context, v int) error { raised <- v; return nil })
		high := event.When(bus, "high", func(x int) bool { return x > 0 }, nil, func(x int) int { return x })
		for x := range 50 {
			go func() {
				if err := high.Feed(context.Background(), x+1); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		if len(raised) != 1 {
			t.Errorf("raised %d times, want once", len(raised))
		}
	})
}
