// Package engine is duet's language: the scenario that says what to run, the
// item that travels, the change that a person or a timeline makes while it
// runs, the snapshot that a screen or a report reads, and the Run that ties
// them together.
//
// The package starts no goroutine and runs no model. The models are in
// engine/message and engine/event; engine/live runs a scenario on them in real
// time. Whoever shows a run (ui/tui, ui/report) knows only this package and is
// handed a [Run].
//
// # Scenarios
//
// [Decode] and [Open] read a scenario file strictly and fill in every default;
// [Encode] writes one back, and [Schema] describes them to an editor. A setting
// has a path, such as load.rate or lanes.message.workers: [Scenario.Params] lists
// what can be set, [Scenario.With] makes a changed copy. Files, keys, timelines
// and cases all go through one table of rules and the same checks. What is wrong
// with something a person wrote is told by an [InputError].
//
// # Figures
//
// What a run did is read as [LaneFigures], in the shape of the JSON report.
// Claims ([Claim.Check]) and conditions ([ParseCondition]) are expressions
// over the same figures under the same names; see [Expr].
//
// # Time
//
// All times of a run are lane time: a [time.Duration] since the run began,
// which stands still while the run is paused and passes slower than the wall
// clock in slow motion. The one exception is publish time, the caller's cost,
// which is always wall time.
package engine
