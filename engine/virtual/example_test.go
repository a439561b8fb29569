package virtual_test

import (
	"fmt"
	"math"
	"time"

	"duet/engine"
	"duet/engine/virtual"
)

// An hour of a queue with one worker takes a moment, and comes to the same on
// every machine.
func ExampleNew() {
	s, err := engine.Decode("shop.yaml", []byte(`
duet: 1
duration: 1h
load: {rate: 80/s}
handlers: [{name: charge, service: {mean: 10ms}}]
lanes: [{model: message, workers: 1, queue: {capacity: 1000}}]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := virtual.New(s, virtual.Options{Speed: math.Inf(1)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	<-r.Done()
	var snap engine.Snapshot
	r.Snapshot(&snap)
	l := &snap.Lanes[0]
	fmt.Println(l.Ledger.Offered > 280_000, l.Ledger.Done == l.Ledger.Offered)
	fmt.Println("latency about", l.Whole.Latency.Mean.Round(5*time.Millisecond))
	// Output:
	// true true
	// latency about 50ms
}
