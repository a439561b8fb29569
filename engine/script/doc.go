// Package script is what every run of a scenario does alike, whoever runs it:
// its timeline, the events that its conditions raise, the log of changes, which
// settings can change, what those of a lane come to, how it is told what is broken, and
// where it runs.
//
// Nothing here is safe for concurrent use, but for [Marks].
package script
