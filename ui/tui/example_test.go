package tui_test

import (
	"context"
	"log"

	"duet/engine"
	"duet/engine/live"
	"duet/ui/tui"
)

// charge is what your program does for an order.
func charge(ctx context.Context, order engine.Item) error { return bank.Charge(ctx, order.Key) }

// A function of your own in place of a handler's synthetic work, in a lane of each
// model, watched on the screen until you quit.
func Example() {
	shop, err := engine.Decode("shop.yaml", []byte("{load: {rate: 50/s}, handlers: [{name: charge}]}"))
	if err != nil {
		log.Fatal(err)
	}
	run, err := live.New(shop, live.Options{Endless: true, Handlers: map[string]live.Func{"charge": charge}})
	if err != nil {
		log.Fatal(err)
	}
	if err := tui.Watch(context.Background(), run, terminal...); err != nil {
		log.Fatal(err)
	}
	// Output:
}
