// Package virtual runs a scenario in simulated time: it implements [engine.Run]
// as a discrete-event simulation of the same lanes that engine/live runs on
// goroutines, and counts the same things in the same way (engine/account).
//
// # What is simulated, and what is left out
//
// Everything that a scenario can say: both models, every dispatch, policy, order
// of acknowledgement, retry, fault, and change while running. The items are
// those of engine/workload, which a real run of the same scenario gets as well.
// What a machine adds is left out: scheduling, garbage collection, the time
// that handing over and measuring take. So publish times are 0 but for what is
// simulated (an inline observer's work, the wait at a full queue), the pacer is
// never late, and work that burns a core takes as long as work that waits.
//
// Where a real run leaves a choice to chance, a simulated one always chooses
// alike: of several that wait, who has waited longest is served; of several
// things at one time, first come those that were planned before, then arrivals.
// A change at a time comes before all that happens at that time.
//
// # Who owns which goroutine
//
// A Run owns one goroutine, the driver (driver.go), which lets lane time follow
// the wall by the run's speed. What it drives (machine.go) is a plain value
// without goroutines or locks. The driver holds the run's lock for a
// millisecond or so at a time; whoever reads or changes takes the same lock.
//
// # What it depends on
//
// Figures are a function of the scenario, its seed, and the changes with their
// lane times, to the last byte on one architecture with one version of Go: not
// of the speed, the number of processors, or when somebody looked. Figures are
// followed at fixed lane times for that reason, and levels are integrated
// exactly, event by event.
package virtual
