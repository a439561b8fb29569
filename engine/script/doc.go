// Package script is what every run of a scenario does alike, whoever runs it:
// its timeline, the events that its conditions raise, the log of changes, and
// what the settings of a lane come to.
//
// Nothing here is safe for concurrent use, but for [Marks].
package script
