//go:build !linux

package work

import "runtime"

// yield lets other goroutines run.
func yield() { runtime.Gosched() }
