package script

import (
	"slices"

	"duet/engine"
)

// Rooms say how the classes of items are dealt to the queues of a subscription,
// and which of the workers take from which. Without Of there is one queue for
// all.
type Rooms struct {
	Of     []int // the queue of each class
	Own    []int // the queues of the workers that take from one only, from the first worker on
	Shared []int // those that all other workers take from, the most urgent first
}

// RoomsOf are those of the subscriptions of a lane.
func RoomsOf(l *engine.Lane, classes []string) (r Rooms) {
	apart := l.Queue.Order.ByClass()
	if l.Model != engine.Message || !apart && !Pooled(l) {
		return r
	}
	queues := 0
	next := func() int { queues++; return queues - 1 }
	for _, name := range classes {
		switch own := l.Pools[name]; {
		case own > 0:
			r.Of = append(r.Of, next())
			r.Own = append(r.Own, slices.Repeat(r.Of[len(r.Of)-1:], own)...)
		case apart || len(r.Shared) == 0:
			r.Of = append(r.Of, next())
			r.Shared = append(r.Shared, r.Of[len(r.Of)-1])
		default:
			r.Of = append(r.Of, r.Shared[0])
		}
	}
	return r
}

// Pooled tells whether some class has workers of its own.
func Pooled(l *engine.Lane) bool {
	for _, n := range l.Pools {
		if n > 0 {
			return true
		}
	}
	return false
}

// Queues is how many there are in a subscription.
func (r *Rooms) Queues() int {
	if r.Of == nil {
		return 1
	}
	return slices.Max(r.Of) + 1
}

// Queue is the one for a class.
func (r *Rooms) Queue(class int32) int {
	if r.Of == nil {
		return 0
	}
	return r.Of[class]
}

// Serves tells whether a worker, by its number from 1, takes from a queue.
func (r *Rooms) Serves(worker, queue int) bool {
	if worker <= len(r.Own) {
		return r.Own[worker-1] == queue
	}
	return r.Of == nil || slices.Contains(r.Shared, queue)
}

// Least is how many workers are needed for every queue to have one.
func (r *Rooms) Least() int {
	if len(r.Own) == 0 || len(r.Shared) == 0 {
		return len(r.Own)
	}
	return len(r.Own) + 1
}
