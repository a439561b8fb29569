package workload_test

import (
	"fmt"
	"time"

	"duet/engine"
	"duet/engine/workload"
)

// A lane takes what is due; a change of the rate reaches it at once.
func Example() {
	scenario := engine.Scenario{
		Seed: 1,
		Load: engine.Load{Rate: 2, Arrivals: engine.Constant, Keys: engine.Keys{Count: 1}},
		Handlers: []engine.Handler{
			{Name: "charge", Service: engine.Service{Dist: engine.DistConstant, Mean: 20 * time.Millisecond}},
		},
	}
	stream, err := workload.New(&scenario)
	if err != nil {
		fmt.Println(err)
		return
	}
	cursor := stream.Cursor()
	due := make([]engine.Item, 10)
	for _, item := range due[:cursor.Next(time.Second, due)] {
		fmt.Println("item", item.Seq, "at", item.At, "takes", stream.Demand(item, 0))
	}

	faster := scenario
	faster.Load.Rate = 10
	fmt.Println("10/s from", stream.Change(1250*time.Millisecond, &faster))
	next, _ := cursor.Peek()
	fmt.Println("half a gap is left: next at", next)
	// Output:
	// item 1 at 500ms takes 20ms
	// item 2 at 1s takes 20ms
	// 10/s from 1.25s
	// half a gap is left: next at 1.3s
}
