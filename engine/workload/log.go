package workload

import (
	"sort"
	"time"
)

// log is what was in force when. A log is immutable; a change makes a longer
// one. The epochs it has in common with the older one are shared.
type log struct {
	epochs  []*epoch      // by from, which strictly increases; at least one
	changed chan struct{} // closed when a longer log has taken the place of this
}

// with returns the log longer by e. Where e begins with the last epoch it
// takes its place: that has no items yet, because they would come later.
func (l *log) with(e *epoch) *log {
	epochs := l.epochs
	if n := len(epochs); e.from == epochs[n-1].from {
		epochs = append(make([]*epoch, 0, n+1), epochs[:n-1]...)
	}
	return &log{epochs: append(epochs, e), changed: make(chan struct{})}
}

// latest returns the last epoch.
func (l *log) latest() *epoch { return l.epochs[len(l.epochs)-1] }

// at returns the epoch whose settings are in force at a time.
func (l *log) at(t time.Duration) *epoch {
	return l.epochs[max(0, sort.Search(len(l.epochs), func(i int) bool { return l.epochs[i].from > t })-1)]
}
