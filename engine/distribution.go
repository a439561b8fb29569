package engine

import "time"

// Distributor is a Run that tells how latencies are spread, beyond what a
// [Summary] says of them. Runs in real time and simulated ones are.
type Distributor interface {
	Run

	// Distribution fills dst with the latencies of a lane, by its index, in the
	// recent window, as they were merged up to 100 ms ago. It
	// takes no lock that the models' hot paths take. The caller owns and reuses
	// dst, and asks only while somebody looks: it takes some ten microseconds.
	// There is nothing in it for an index without a lane.
	Distribution(dst *Distribution, lane int)
}

// Distribution is how many durations there were of each length, within 0.8 %.
type Distribution struct {
	From, To time.Duration // lane time of the window
	Count    int64         // of all
	Buckets  []Bucket      // ascending, apart from each other; those with something in them
}

// Bucket is how many durations were from Low to High, both included.
type Bucket struct {
	Low, High time.Duration
	Count     int64
}
