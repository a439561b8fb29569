// Package truth holds the two engines, that of goroutines (engine/live) and that
// of simulated time (engine/virtual), against each other and against the
// literature. It has tests only.
//
// # What is proven here
//
//   - The simulation meets worked examples and tables of textbooks and papers, with
//     the figures that are printed there, within stated confidence
//     (textbook_test.go).
//   - Both engines agree in scenarios that leave nothing to chance: on every count of
//     items and deliveries, on order, on every measured mean to the nanosecond, and on
//     the moment of everything that happens to any item. Goroutines run in a
//     bubble of fake time for that (differential_test.go).
//   - What must be true whoever was first holds in both, in any scenario
//     (laws_test.go).
//   - In real time, an item waits as long as in a simulation of the same items with
//     the services that were measured (replay_test.go).
//   - One seed gives the same bytes, however the program was built and on however
//     many processors it runs (bytes_test.go).
//
// # What leaves nothing to chance
//
// Goroutines that are to go on at one moment do so in any order, even in fake
// time. Which of them is first matters where
//
//   - two things happen at one moment that touch: times are drawn from continuous
//     distributions, changes come at odd nanoseconds, and no two copies of an item
//     (of a client that tries again) are put off by the same pause. Services that are
//     all alike are drawn for lanes with one server only, beside arrivals that
//     are not even;
//   - what has piled up is let go at once, as when stopped producers start, into
//     a queue that drops, by several producers, or to a worker with several
//     partitions: how much goes in before a worker takes something? The same when
//     several workers begin at one moment, and let several producers go;
//   - several begin at one moment and stand in line for a slot of a resource, or stand
//     at a queue whose room changes at that moment: a producer, and a worker with what
//     its handler publishes;
//   - who throws away what was given up lets a producer go on that stands at the
//     queue, and goes on itself: of several producers, or where the latest, or the most
//     urgent, is next, what comes now may be first or not. The same where a producer
//     that is let go at one queue brings several to another, whose workers wait;
//   - of several workers one is different, and which of them has an item in hand
//     decides: one is to go, to crash after its next item, or to hang. So
//     numbers of workers grow and do not shrink, and all of them crash or none;
//     partitions bind items to workers, and are free of this;
//   - several workers drop at one moment what they hold, to be delivered again;
//   - two workers have copies of an item, for its visibility is over: the services
//     are alike, so the second is through just when the visibility is over of what
//     the first has taken next. So lanes of several workers with a visibility have
//     queues in which nothing waits but such copies, and nothing fails there; nor does
//     a handler recognise what it has done where clients bring more copies.
//
// Workers that are idle are alike otherwise, and so are callers of an inline
// bus: who of them takes an item, and their numbers in the journal, mean nothing.
// Conditions, the end of a stop and the limit of goroutines are looked at every few
// milliseconds by a real run, and exactly, or at fixed times, by a simulated one;
// they are not drawn, and the timeline is carried out on goroutines from
// without, to the nanosecond. For the same reason the figures of a run that has not
// drained when its time is up are those of another moment: its story alone is
// compared, until then.
package truth
