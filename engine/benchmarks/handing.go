package main

import (
	"runtime"
	"sync"
	"sync/atomic"

	"duet/engine/budget"
)

// await waits until n letters were handled, as those count who handle them. They
// share the counter, which costs less than any library here.
func await(handled *atomic.Int64, n int) {
	for handled.Load() < int64(n) {
		runtime.Gosched()
	}
}

// handing hands letters over from so many goroutines. prepare prepares a round of n: hand
// takes a letter, and end returns when all were handled.
func handing(name string, producers, n int, prepare func(n int) (hand func(budget.Letter), end func(), err error)) budget.Arm {
	return budget.Arm{Name: name, N: n, Ready: func(n int) (run, clear func(), err error) {
		hand, end, err := prepare(n)
		if err != nil {
			return nil, nil, err
		}
		return func() {
			var all sync.WaitGroup
			for i := range producers {
				all.Go(func() {
					l := budget.Write()
					for k := i; k < n; k += producers {
						l.Item.Seq = int64(k)
						hand(l)
					}
				})
			}
			all.Wait()
			end()
		}, nil, nil
	}}
}
