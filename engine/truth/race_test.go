//go:build race

package truth_test

// Under the race detector everything takes ten times as long. There is nothing for
// it to find in a long simulation that it would not find in a short one.
func init() { shorter = 50 }
