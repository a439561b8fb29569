// Package diagnose names what is happening in a run: each finding is one
// sentence with the numbers that it rests on.
//
// It looks at snapshots only, keeps nothing between calls, and decides with
// what a snapshot measured over its recent window. Chance alone makes a queue
// rise and fall; a trend is named only when it exceeds what chance would do,
// so that a stable lane is not called unstable every other second.
//
// # Order
//
// The worst comes first, and of equally bad ones the cause before what it leads
// to: a cause is as bad as the worst that it explains in its lane. In this order:
//
//	lane down       it died of a panic; nothing else is told of it
//	goroutine limit goroutine dispatch may start no more
//	losing silently items were accepted and are gone without an outcome, and nobody was held up
//	crowded         more goroutines burn CPU at once than there are cores
//	broker away     the broker in which the queue is cannot be reached
//	broker blocked  it takes no messages
//	broker silent   it does not answer
//	broker slow     it takes so long to confirm that producers cannot keep up
//	head of line    one call, or one full queue, keeps others from servers that are free
//	short of slots  all of a resource is taken, and handlers stand in line for it
//	worker down     crashed workers
//	faulted         a handler is stalled, slowed, failing or panicking
//	metastable      the first tries fit, nothing is broken, and yet most work is for clients that gave up
//	retry storm     clients that give up and try again ask for more than the servers can do
//	wasting         most work is for clients that gave up, but their tries do not keep it going
//	hot partition   one queue of several is full of work, and its server cannot keep up while others could
//	dropping        a full queue throws items away
//	blocked         producers or publishers stand at a full queue, or before a broker
//	unstable        more arrives than can be done, and nothing bounds what waits
//	growing         more comes than goes
//	stopped         the producers are stopped
//	bus saturated   publishers cannot keep up with what another lane's workers do with ease
//	survivors       the oldest item waits longer than the percentiles of finished ones show
//	catching up     what had piled up is being worked off
//	idle            nothing arrives
//	healthy         none of these
//
// # Reasons
//
// Unstable: utilisation of 1 or more has no steady state; the fluid rule gives
// the growth (Kleinrock: Queueing Systems 2, 1976, section 2.7). What would
// help is the least number of servers that makes it less than 1. The service
// time is measured, and one standard error of it decides against the finding,
// and against a remedy that is too small.
//
// Head of line: a call counts as far beyond its handler's times when it lasts
// three times their p99, of which one in a million exponential ones does, and
// for a person's tenth of a second. It holds others back where no other server
// could take them: at the only server, at all at once, or at the one that their
// key belongs to. A full queue that blocks does the same to the subscriptions
// beside it.
//
// Hot partition: where utilisation is 0.9 one queue in six hundred is 60 long,
// M/M/1's chance of more than n being 0.9 to the n+1. Sixty, ten times the
// median of the others, and no fewer than before is therefore load and not chance.
//
// Retry storm, metastable: when every client gives up and tries again R times,
// (1+R) rho arrives, and if that is more than 1, all go on to give up after
// what began it is gone (Bronson, Aghayev, Charapko, Zhu: Metastable Failures in
// Distributed Systems, HotOS 2021). A retry budget makes R so much less.
//
// Survivors: percentiles of finished items say nothing of those that still wait.
package diagnose
