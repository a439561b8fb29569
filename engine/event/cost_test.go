package event_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"duet/engine/event"
)

func TestPublishingAllocatesNothing(t *testing.T) {
	ctx := context.Background()
	for _, o := range []event.Options{
		{},
		{Recover: true},
		{Dispatch: event.Buffered, Capacity: 8, WhenFull: event.DropOldest, Recover: true},
		{Dispatch: event.Buffered, Capacity: 8, WhenFull: event.Block},
	} {
		bus := event.NewBus[int](o)
		for range 4 {
			subscribe(t, bus, "placed", func(context.Context, int) error { return nil })
		}
		p := bus.Event("placed").Publisher(quiet{})
		if n := testing.AllocsPerRun(1000, func() { p.Publish(ctx, 1) }); n != 0 {
			t.Errorf("%+v: %v allocations for each publish", o, n)
		}
		if n := testing.AllocsPerRun(1000, func() { bus.Publish(ctx, "placed", 1) }); n != 0 {
			t.Errorf("%+v: %v allocations for each publish by name", o, n)
		}
		var depths []int
		if n := testing.AllocsPerRun(100, func() { depths = bus.Event("placed").Depths(depths[:0]) }); n != 0 {
			t.Errorf("%+v: %v allocations for each look at the depths", o, n)
		}
		closed(t, bus)
	}
}

// Neither Recover nor OnPanic: a panic on a goroutine of the bus is what it
// always is. The test runs itself in a process that dies of it.
func TestAPanicCrashesTheProgram(t *testing.T) {
	const mark = "EVENT_TEST_CRASH"
	if mode := os.Getenv(mark); mode != "" {
		dispatch := map[string]event.Dispatch{"goroutine": event.Goroutine, "buffered": event.Buffered}[mode]
		bus := event.NewBus[int](event.Options{Dispatch: dispatch, Capacity: 1})
		subscribe(t, bus, "placed", func(context.Context, int) error { panic("a bug of " + mode) })
		publish(t, bus, "placed", 1)
		closed(t, bus)
		return
	}
	for _, mode := range []string{"goroutine", "buffered"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAPanicCrashesTheProgram$")
		cmd.Env = append(os.Environ(), mark+"="+mode)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "panic: a bug of "+mode) {
			t.Errorf("%s: the process ended with %v:\n%s", mode, err, out)
		}
	}
}
