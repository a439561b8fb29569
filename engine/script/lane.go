package script

import (
	"maps"
	"slices"

	"duet/engine"
)

// ByKey is the value of publish_by that pins keys to publishers.
const ByKey = "key"

// Pinned tells whether each key of the lane has its publisher.
func Pinned(l *engine.Lane) bool { return l.Model == engine.EventModel && l.PublishBy == ByKey }

// Producers is how many producers or publishers a lane has.
func Producers(l *engine.Lane) int {
	if l.Model == engine.Message {
		return l.Producers
	}
	return l.Publishers
}

// Sizes are the workers and the capacity of a handler's subscription.
func Sizes(l *engine.Lane, handler string) (workers, capacity int) {
	workers, capacity = l.Workers, l.Queue.Capacity
	if o, ok := l.Subscriptions[handler]; ok {
		if o.Workers != nil {
			workers = *o.Workers
		}
		if o.Capacity != nil {
			capacity = *o.Capacity
		}
	}
	return workers, capacity
}

// Restructured tells whether two settings differ in what cannot change while
// items are on their way: the new one then takes the new items while the old
// one drains.
func Restructured(a, b *engine.Lane) bool {
	return a.Dispatch != b.Dispatch || a.Recover != b.Recover || a.Handlers.Together != b.Handlers.Together ||
		a.Queue.Partitions != b.Queue.Partitions || a.Queue.Order != b.Queue.Order || !maps.Equal(a.Pools, b.Pools) ||
		!slices.Equal(a.Handlers.Names, b.Handlers.Names) || a.Queue.Remote() && !alikeInSize(a, b)
}

// alikeInSize tells whether the queues of two settings are: a broker is told how long
// a queue may be when it is made.
func alikeInSize(a, b *engine.Lane) bool {
	return a.Queue.Capacity == b.Queue.Capacity && maps.EqualFunc(a.Subscriptions, b.Subscriptions, func(x, y engine.Subscription) bool {
		return x.Capacity == y.Capacity || x.Capacity != nil && y.Capacity != nil && *x.Capacity == *y.Capacity
	})
}
