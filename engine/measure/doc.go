// Package measure is what figures are made of: histograms that the hot path
// writes, and what a sampler derives from them.
//
// # Who may call what
//
// There are two kinds of types.
//
// Written by the hot path, without a lock and without allocation once warm:
// [Histogram] has one writer, [Shared] and [Order] any number. Any goroutine may
// read them at any time.
//
// Owned by one goroutine, the sampler, that calls every method: [Counts],
// [Interval], [Recent], [Past], [RecentOrder], [Integral], [Batches] and [Track]. They have no lock;
// whoever shows their contents to others copies them, or guards them.
//
// All times are lane time unless a name says otherwise.
package measure
