// Package size finds the least that holds a target: how many workers and how
// long a queue, how many publishers, how many goroutines.
//
// A [Question] has an arrival rate, how long the work takes, and targets for
// latency, wait, loss or utilisation. [Question.Answer] answers it for each
// [Design]: a queue with workers, an inline bus, a bus with a buffer for each
// observer, and a goroutine for each event.
//
// # How
//
// Theory proposes: the least servers, and for these the least room, of which a
// closed form says that the targets are held. Where theory has no distribution of
// the wait, it is taken as exponential for those who wait at all (exact in M/M/c),
// and where it has no loss, as that of M/M/c/K with the room made smaller by the
// variability of the services; both are guesses to begin with and nothing else.
//
// Simulation decides. Each proposal is run in replications until every target is
// clearly held or clearly missed: until its 95 % confidence interval lies on one
// side of the limit, but at most [MostRuns] times. What is still not clear then
// counts as missed, so that an answer is on the safe side; and so does what is so
// near overload, or so large, that no run is long enough to forget how it began. From the proposal the
// search goes down while less holds, or up until more does; of one less it
// is said by which target it fails. Looking again and again at a growing number of
// runs makes an interval somewhat less sure than it says.
//
// Only ratios of times matter to a queue, so runs are made at a rate that is
// convenient, and their times scaled back.
//
// # What it assumes
//
// Poisson arrivals, independent services, a steady state, nothing that breaks:
// the least is a lower bound, and how near the edge it is, is said beside it.
package size
