package live_test

import (
	"context"
	"fmt"
	"sync/atomic"

	"duet/engine"
	"duet/engine/live"
)

// A person's own function takes the place of a handler's synthetic work.
func Example() {
	shop, _ := engine.Decode("shop.yaml", []byte("{duration: 100ms, load: {rate: 1000/s, arrivals: constant}, handlers: [{name: charge}]}"))
	var charges atomic.Int64
	charge := func(ctx context.Context, order engine.Item) error { charges.Add(1); return nil }
	run, err := live.New(shop, live.Options{Handlers: map[string]live.Func{"charge": charge}})
	if err != nil {
		panic(err)
	}
	defer run.Close()
	<-run.Done()
	var now engine.Snapshot
	run.Snapshot(&now)
	for _, lane := range now.Lanes {
		fmt.Println(lane.Name, "has done", lane.Ledger.Done, "of", lane.Ledger.Offered)
	}
	fmt.Println(charges.Load(), "charges")
	// Output:
	// message has done 99 of 99
	// event has done 99 of 99
	// 198 charges
}
