package message_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"duet/engine/message"
)

// Create a topic, subscribe workers, send, close and drain.
func Example() {
	ctx := context.Background()
	orders := message.NewTopic[string]("orders")
	ship := func(_ context.Context, order string) error {
		fmt.Println("shipping", order)
		return nil
	}
	if _, err := orders.Subscribe("ship", ship, message.Options[string]{Capacity: 10, Workers: 1}); err != nil {
		fmt.Println(err)
		return
	}
	for _, order := range []string{"apples", "pears"} {
		if err := orders.Send(ctx, order); err != nil {
			fmt.Println(err)
		}
	}
	left, err := orders.Close(ctx)
	fmt.Println("left:", left.Total(), err)
	// Output:
	// shipping apples
	// shipping pears
	// left: 0 <nil>
}

// Workers compete for the messages of one queue: each is handled by one of
// them.
func ExampleTopic_Subscribe_competing() {
	ctx := context.Background()
	var sum atomic.Int64
	numbers := message.NewTopic[int]("numbers")
	add := func(_ context.Context, n int) error {
		sum.Add(int64(n))
		return nil
	}
	if _, err := numbers.Subscribe("add", add, message.Options[int]{Capacity: 16, Workers: 4}); err != nil {
		fmt.Println(err)
		return
	}
	for n := 1; n <= 100; n++ {
		if err := numbers.Send(ctx, n); err != nil {
			fmt.Println(err)
		}
	}
	if _, err := numbers.Close(ctx); err != nil {
		fmt.Println(err)
	}
	fmt.Println(sum.Load())
	// Output: 5050
}

// A message that fails at every attempt ends as a dead letter.
func ExampleOptions_deadLetter() {
	ctx := context.Background()
	mail := message.NewTopic[string]("mail")
	deliver := func(_ context.Context, to string) error {
		fmt.Println("trying", to)
		return errors.New("no such address")
	}
	_, err := mail.Subscribe("deliver", deliver, message.Options[string]{
		Capacity: 10, Workers: 1,
		Ack: message.AckAfter, Attempts: 3,
		DeadLetter: func(to string, err error) { fmt.Println("gave up on", to, "because of", err) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := mail.Send(ctx, "nobody"); err != nil {
		fmt.Println(err)
	}
	if _, err := mail.Close(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// trying nobody
	// trying nobody
	// trying nobody
	// gave up on nobody because of no such address
}
