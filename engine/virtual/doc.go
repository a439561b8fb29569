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
// alike (but for a queue whose order is chance itself: the seed draws that): of
// several that wait, who has waited longest is served; of several
// things at one time, first come clients that lose their patience, then what was
// planned, in the order in which it was, then items that arrive, then tries.
// A change at a time comes before all that happens at that time.
//
// # What begins in the middle
//
// A fork and a forecast begin in the state that a snapshot tells of, also one of a
// real run. What a snapshot does not tell is assumed. Queues hold the latest items
// that are not in the backlog, in the order of their arrival, and none of those was
// tried before. What was handed out again while in hand is in one hand only, and
// idempotent handlers recognise nothing from before. Deliveries that ended while others of their item go on ended well.
// Calls with a goroutine each are those of the latest items that would end last, and
// have slots of what they need in the order of their items.
// Workers that are about to crash do not, and of several handlings that are still to
// stall one does. What is on its way through a hand-over that is being replaced is in the
// backlog. Clients are at the try that the age of their items comes to; what there is more
// to handle than items that have not ended are tries that were given up, the oldest.
//
// # Who owns which goroutine
//
// A Run owns one goroutine, the driver (driver.go), which lets lane time follow
// the wall by the run's speed. What it drives (machine.go) is a plain value
// without goroutines or locks. The driver holds the run's lock for a
// millisecond or so at a time; whoever reads or changes takes the same lock. A
// forecast has as many goroutines as may run at once, until it is made.
//
// # Going back
//
// A run without an end remembers itself every few seconds (checkpoint.go), and
// older moments further apart: so what it remembers grows with the logarithm of
// its length, and that is thinned out to 64 MB, besides its beginning and the latest
// moment (checkpoints.go). Going back takes up the last moment before, and simulates
// from there with the changes that were made (history.go): the fewer are remembered,
// the longer that takes, and nothing else depends on it.
//
// # What it depends on
//
// Figures are a function of the scenario, its seed, and the changes with their
// lane times, to the last byte on one architecture with one version of Go: not
// of the speed, the number of processors, or when somebody looked. Figures are
// followed at fixed lane times for that reason, and levels are integrated
// exactly, event by event.
package virtual
