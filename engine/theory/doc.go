// Package theory is queueing theory's closed forms: what a lane would measure
// if it ran for ever, as far as somebody has proved it.
//
// [ForLane] picks the model of a lane by itself and says which. A [Result] says
// when it does not apply, and why, in a sentence; what a model does not say is
// NaN, never a guess. Where the answer is an approximation its name is in
// Method.
//
// # Models
//
//	M/M/c       MMc       waits, with their distribution (Erlang C)
//	M/G/1       MG1       mean wait (Pollaczek and Khinchine); M/D/1 is MG1 with scv 0
//	D/M/1       DM1       evenly spaced arrivals
//	G/G/c       GGc       mean wait, approximately (Allen and Cunneen)
//	M/M/c/K     MMcK      a bounded queue that turns items away
//	M/G/c/c     MGcc      no queue at all (Erlang B)
//	M/G/inf     MGInf     a goroutine for each item
//	M/G/1 prio  Priority  classes, without interrupting what is in service
//	fluid       Fluid     more arrives than can be done: growth, filling, draining
//
// [Harmonic] and [AnyOf] are about the slowest of several,
// [RetryStorm] about clients that give up and try again.
//
// # Units and ranges
//
// Times are seconds and rates are a second, as float64 going in and as
// [engine.Figure] coming out: the form of a report. scv is a squared
// coefficient of variation: variance over squared mean; 0 is constant, 1 that of
// an exponential. Rates, times and scv are 0 to 1e12, servers 1 to
// [MaxServers]; anything else is refused by the result, never by a panic.
//
// All functions are pure and may be called from any goroutine. Most take
// microseconds; Erlang's formulas take about 5 ns for each server, and the slowest
// of handlers that differ, or a hundred thousand skewed keys, about a
// millisecond.
//
// # Sources
//
// Kleinrock: Queueing Systems, volume 1 (Wiley 1975) and 2 (1976). Gross,
// Shortle, Thompson, Harris: Fundamentals of Queueing Theory, 4th edition
// (Wiley 2008), in short Gross. Sections are of these editions. Papers are cited where they are used.
package theory
