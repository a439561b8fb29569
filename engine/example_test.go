package engine_test

import (
	"fmt"

	"duet/engine"
)

// A scenario is read with everything it leaves out filled in, changed by
// paths, and written back.
func Example() {
	scenario, err := engine.Decode("shop.yaml", []byte(`
load: {rate: 120/s}
handlers:
  - {name: charge, service: {mean: 20ms}}
lanes:
  - {model: message, workers: 4}
expect:
  - message.lost == 0
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(scenario.Name, scenario.Load.Rate, scenario.Lanes[0].Queue.Capacity)

	busier, err := scenario.With("load.rate", "180/s")
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := busier.With("lanes.message.workers", "four"); err != nil {
		fmt.Println(err)
	}
	text, err := engine.Encode(busier)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// shop 120/s 100
	// lanes.message.workers is "four": a whole number from 0 to 100,000 is needed
	// duet: 1
	// load:
	//   rate: 180/s
	// handlers:
	//   - name: charge
	//     service:
	//       mean: 20ms
	// lanes:
	//   - model: message
	// expect:
	//   - "message.lost == 0"
}
