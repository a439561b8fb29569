// Package export writes a scenario as a Go program of its own: what a person
// would write by hand with these settings, in one file, on the standard library
// alone.
//
// The program is put together from the pieces in pieces/, of which each is there
// only when some setting needs it, so that a bare channel with a few workers
// stays short. What such a program cannot or should not do (faults of the
// timeline, claims, what stands on the screen) is listed in the comment at its
// beginning, and so is every setting that has no piece yet: nothing is left out
// in silence.
//
// The program draws its items from the scenario's seed, but from a generator of
// the standard library: they are alike in distribution, not one by one.
package export
