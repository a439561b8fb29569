package virtual

// Where each item has a goroutine of its own, a producer is one for an item at a
// time, and the table of them grows as long as the limit of goroutines allows.

// newcomer is a goroutine for one more item; none while there are as many as may
// be.
func (l *lane) newcomer() int32 {
	switch {
	case l.dead != "" || len(l.producers)-l.resting.len() >= l.spec.Limit:
		return none
	case l.resting.len() > 0:
		return l.resting.pop()
	}
	l.producers = append(l.producers, producer{state: idle})
	return int32(len(l.producers) - 1)
}

// isAtLimit tells whether items wait for others to end.
func (l *lane) isAtLimit() bool {
	return l.atLimit.len() > 0 || l.spec.PerItem() && l.dead == "" && len(l.producers)-l.resting.len() >= l.spec.Limit && l.lines[0].len() > 0
}
