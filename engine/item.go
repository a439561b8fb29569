package engine

import "time"

// Item is one unit of work. It is a small value that is copied through
// channels and calls; what it demands of each handler is a pure function of
// the seed, Seq and Epoch, which engine/workload computes.
type Item struct {
	Seq     int64         // 1, 2, 3, ... in the order of intended arrival
	At      time.Duration // intended arrival, lane time
	Key     int32         // 0 to Keys.Count-1
	Epoch   int32         // which entry of the log of load changes was in force
	Payload int32         // bytes
	Class   int32         // index into Load.Classes: 0 is the most urgent; 0 without classes
}
