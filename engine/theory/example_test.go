package theory_test

import (
	"fmt"

	"duet/engine"
	"duet/engine/theory"
)

func ExampleForLane() {
	s, err := engine.Decode("example.yaml", []byte(`
duet: 1
load: {rate: 160/s}
handlers: [{name: charge, service: {mean: 20ms}}]
lanes:
  - {model: message, workers: 4}
  - {model: event, publishers: 2}
`))
	if err != nil {
		panic(err)
	}
	for i, lane := range s.Lanes {
		r := theory.ForLane(s, i, 0)
		if !r.Applies {
			fmt.Printf("%s: %s: %s; it grows by %.0f/s\n", lane.Name, r.Model, r.Why, r.Growth)
			continue
		}
		fmt.Printf("%s: %s: %.0f %% busy, latency %.1f ms, p99 %.0f ms\n",
			lane.Name, r.Model, 100*r.Utilisation, 1000*r.LatencyMean, 1000*r.Latency.P99)
	}
	// Output:
	// message: M/M/4: 80 % busy, latency 34.9 ms, p99 138 ms
	// event: M/M/2: no steady state: 160/s arrive, and 2 servers finish at most 100/s; it grows by 60/s
}
