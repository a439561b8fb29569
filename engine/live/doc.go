// Package live runs a scenario in real time, on real goroutines: it implements
// [engine.Run] on engine/message and engine/event.
//
// # How it flows
//
// One stream of items (engine/workload) feeds every lane. In a lane three
// things are kept apart, so that any of them can be replaced:
//
//   - the source (source.go) holds back each item until its intended time and
//     never waits for the lane;
//   - the hand-over (handover.go; channel.go for a topic, bus.go for a bus)
//     takes the item from a producer to whoever handles it;
//   - the execution (execute.go; own.go for a person's own functions) does a
//     handler's work, with its faults.
//
// # Who owns which goroutine
//
// A Run owns its sampler (sampler.go), which also walks the timeline, and the
// lanes. A lane owns its producers (producer.go) and its hand-overs; these own
// their workers or observers. Close ends them from the producers inwards.
//
// # Measuring
//
// Whoever does the work counts it, in a place of its own (server.go): counters
// and histograms that the sampler reads and nobody locks. engine/account makes
// figures of what it reads (reading.go, lanesampler.go). Handlers that take
// less than about a microsecond are stamped in groups, because a clock reading
// costs more than they do.
package live
