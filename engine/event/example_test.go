package event_test

import (
	"context"
	"errors"
	"fmt"

	"duet/engine/event"
)

type Order struct {
	ID    int
	Cents int
}

func Example() {
	ctx := context.Background()
	bus := event.NewBus[Order](event.Options{})
	defer bus.Close(ctx)

	bus.Subscribe("order.placed", func(_ context.Context, o Order) error {
		if o.Cents > 10_000 {
			return errors.New("card refused")
		}
		fmt.Println("charge", o.ID, o.Cents)
		return nil
	}, event.As("charge"))
	cancel, _ := bus.Subscribe("order.placed", func(_ context.Context, o Order) error {
		fmt.Println("email", o.ID)
		return nil
	}, event.As("email"))

	bus.Publish(ctx, "order.placed", Order{ID: 1, Cents: 250})
	err := bus.Publish(ctx, "order.placed", Order{ID: 2, Cents: 99_900})
	fmt.Println(err)
	cancel()
	bus.Publish(ctx, "order.placed", Order{ID: 3, Cents: 100})
	// Output:
	// charge 1 250
	// email 1
	// email 2
	// event: observer charge of order.placed: card refused
	// charge 3 100
}

// A condition on figures that the program feeds to it raises an event.
func ExampleWhen() {
	ctx := context.Background()
	bus := event.NewBus[string](event.Options{})
	defer bus.Close(ctx)
	bus.Subscribe("queue.high", func(_ context.Context, what string) error {
		fmt.Println("queue.high:", what)
		return nil
	})

	high := event.When(bus, "queue.high",
		func(depth int) bool { return depth > 50 },
		func(depth int) bool { return depth < 20 },
		func(depth int) string { return fmt.Sprint(depth, " are waiting") })
	for _, depth := range []int{10, 51, 80, 30, 60, 15, 70} {
		high.Feed(ctx, depth)
	}
	// Output:
	// queue.high: 51 are waiting
	// queue.high: 70 are waiting
}

// With a bounded channel before each observer, a slow one delays nobody until
// its channel is full; Close waits until all is handled.
func ExampleOptions_buffered() {
	ctx := context.Background()
	bus := event.NewBus[int](event.Options{Dispatch: event.Buffered, Capacity: 16, WhenFull: event.Block})
	sum := 0
	bus.Subscribe("measured", func(_ context.Context, v int) error {
		sum += v // one call at a time: no lock
		return nil
	})
	measured := bus.Event("measured")
	for v := range 101 {
		measured.Publish(ctx, v)
	}
	_, err := bus.Close(ctx)
	fmt.Println(sum, err)
	// Output: 5050 <nil>
}
