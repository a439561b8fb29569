// Package voices holds three answers to one question against each other: what
// theory says that a lane does in the long run, what the simulation does, and what
// goroutines do in real time.
//
// # How they are compared
//
// The simulation has many long runs with a seed each. Theory must lie in the
// confidence interval of their mean. Intervals are as wide as it takes for all
// comparisons of a table to hold together with 99 %, when all is right
// (Bonferroni's inequality: Law, Simulation Modeling and Analysis, 5th edition,
// section 9.7).
//
// Real runs are short, so that their own interval is wide. Therefore each is
// simulated too, with the same items: the difference of the two is what
// goroutines, timers and this machine add, and has a narrow interval (common
// random numbers: Law, section 11.2). It must not be beyond [Tolerance].
//
// It runs nothing by itself: live and virtual runs are given to it.
package voices
