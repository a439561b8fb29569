//go:build race

package virtual

// Under the race detector everything takes ten times as long, and a simulation has
// one goroutine: there is nothing to find in a long one that is not in a short one.
func init() { shorter = 10 }
