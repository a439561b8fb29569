package export

import (
	"fmt"
	"slices"
	"strings"

	"duet/engine"
)

// What the pieces ask of a lane: expressions of the program, and words about it.

// Counts tells whether several handlers of an item end on their own, and it is
// the ledger that puts them together.
func (l *lane) Counts() bool { return !l.Clients && l.Answers() > 1 }

// Answers is how many ends an item has.
func (l *lane) Answers() int {
	switch {
	case l.Model == engine.Message:
		return len(l.Subs)
	case l.Dispatch == engine.Inline:
		return 1
	default:
		return len(l.Handlers)
	}
}

// NewQueue is the expression for a new queue, or new partitions.
func (l *lane) NewQueue(capacity int) string {
	switch {
	case l.LIFO():
		return fmt.Sprintf("newStack(%d)", capacity)
	case l.Classes() > 0:
		return l.newClassQueues(capacity)
	case l.Partitions > 0 && l.Attempts > 0:
		return fmt.Sprintf("newPartitionQueues(%d, %d)", l.Partitions, capacity)
	case l.Partitions > 0:
		return fmt.Sprintf("newPartitions(%d, %d)", l.Partitions, capacity)
	case l.Attempts > 0:
		return fmt.Sprintf("newQueue(%d)", capacity)
	case capacity == 0:
		return "make(chan Item)"
	default:
		return fmt.Sprintf("make(chan Item, %d)", capacity)
	}
}

// Queue is the variable of the queue, or queues, of the only subscription.
func (l *lane) Queue() string {
	if l.Many() {
		return "queues"
	}
	return "queue"
}

// Queues is where the partitions are.
func (l *lane) Queues() string { return l.of("queues") }

// of is something of a subscription: a variable where there is only one.
func (l *lane) of(name string) string {
	if len(l.Subs) > 1 {
		return "s." + name
	}
	return name
}

// Field is what a subscription calls its queue, or queues.
func (l *lane) Field() string { return l.Queue() }

// QueueType is the type of that.
func (l *lane) QueueType() string {
	t := "chan Item"
	switch {
	case l.LIFO():
		return "*Stack"
	case l.Classes() > 0:
		return fmt.Sprintf("[%d]%s", l.Classes(), t)
	case l.Attempts > 0:
		t = "Queue"
	}
	if l.Partitions > 0 {
		return "[]" + t
	}
	return t
}

// Take is the queue that a worker receives from.
func (l *lane) Take() string {
	switch {
	case l.LIFO():
		return l.of("queue") + ".take()"
	case l.Pooled():
		return "share(worker, " + l.of("queues") + ")"
	case l.Classes() > 0:
		return taking(l.Order, l.of("queues"), l.rooms.Shared, l.Classes())
	}
	if l.Partitions > 0 {
		return "queue"
	}
	return l.of("queue")
}

// Shared tells whether a worker has several partitions.
func (l *lane) Shared() bool {
	return l.Partitions > 0 && slices.ContainsFunc(l.Subs, func(s subscription) bool { return max(1, s.Workers) < l.Partitions })
}

// Counted tells whether a subscription has to know how many workers it has.
func (l *lane) Counted() bool { return l.Partitions == 0 || l.Shared() || l.Zero }

// Workers is the expression for how many workers a subscription has.
func (l *lane) Workers() string {
	switch {
	case len(l.Subs) == 1:
		return fmt.Sprint(max(1, l.Subs[0].Workers))
	case l.Zero:
		return "max(1, s.workers)"
	default:
		return "s.workers"
	}
}

// Turn is the number of a partition's worker.
func (l *lane) Turn() string { return "p%" + strings.ReplaceAll(l.Workers(), ", ", ",") }

// Loop is the loop that starts workers; empty: there is one.
func (l *lane) Loop() string {
	switch {
	case l.Shared():
		return "for p, queue := range " + l.Queues()
	case l.Partitions > 0:
		return "for _, queue := range " + l.Queues()
	case l.Pooled():
		return "for worker := range " + l.Workers()
	case l.Workers() == "1":
		return ""
	default:
		return "for range " + l.Workers()
	}
}

// AtOnce says how many items are worked on at once.
func (l *lane) AtOnce() string {
	var counts []int
	for _, s := range l.Subs {
		if !slices.Contains(counts, s.Workers) {
			counts = append(counts, s.Workers)
		}
	}
	switch {
	case l.PerItem:
		return "whatever comes"
	case l.Model == engine.EventModel:
		return count(l.Producers, "publisher")
	case len(counts) > 1:
		return "as many as a queue has workers"
	case len(l.Subs) > 1:
		return count(counts[0], "worker") + " for each"
	default:
		return count(counts[0], "worker")
	}
}

// Hand says who hands items over when clients wait for them.
func (l *lane) Hand() string {
	what := map[engine.Model]string{engine.Message: "send", engine.EventModel: "publish"}[l.Model]
	if l.AtATime() == 1 {
		return "One may " + what
	}
	return fmt.Sprintf("%d may %s", l.AtATime(), what)
}

// AtATime is how many may hand items over at once.
func (l *lane) AtATime() int {
	if l.PerItem {
		return l.Limit
	}
	return l.Producers
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// WhenFull says what happens at a full queue.
func (l *lane) WhenFull() string {
	who := map[engine.Model]string{engine.Message: "the sender", engine.EventModel: "the publisher"}[l.Model]
	return map[string]string{
		"send":        who + " waits, and with it all that comes after",
		"sendOrDrop":  "nobody waits, and the item is dropped",
		"sendAndDrop": "nobody waits, and what is oldest in it is dropped",
	}[l.put]
}

// Put is the statement that puts an item into a queue.
func (l *lane) Put() string {
	queue := "queue"
	if l.Model == engine.Message {
		if queue = l.of(l.Queue()); l.Partitions > 0 {
			queue += fmt.Sprintf("[it.Key%%%d]", l.Partitions)
		} else if l.Classes() > 0 {
			queue += "[" + l.room() + "]"
		}
		if l.Attempts > 0 {
			queue += ".fresh"
		}
	}
	ctx := ""
	if l.put == "send" {
		ctx = "ctx, "
	}
	if l.LIFO() {
		return fmt.Sprintf("%s.%s(%sit, %s)", queue, l.put, ctx, l.End)
	}
	return fmt.Sprintf("%s(%s%s, it, %s)", l.put, ctx, queue, l.End)
}

// Call is the expression that runs the handlers of a worker or bus, and has
// their error.
func (l *lane) Call() string {
	switch {
	case l.Dispatch == engine.Inline:
		return "bus.Publish(ctx, it)"
	case l.Answers() > 1:
		return l.calling(l.of("handle"))
	case l.Model == engine.EventModel || len(l.Handlers) == 1:
		return l.CallOf(l.Handlers[0])
	}
	calls := make([]string, len(l.Handlers))
	for i, h := range l.Handlers {
		calls[i] = l.CallOf(h)
	}
	return "errors.Join(" + strings.Join(calls, ", ") + ")"
}

// CallOf is the expression that runs one handler.
func (l *lane) CallOf(h *handler) string { return l.calling(h.Func) }

func (l *lane) calling(function string) string {
	if l.safely {
		return "safely(ctx, it, " + function + ")"
	}
	return function + "(ctx, it)"
}

// Observer is the expression for an observer of an inline bus.
func (l *lane) Observer(h *handler) string {
	if l.safely && h.Panics != "" {
		return "func(ctx context.Context, it Item) error { return safely(ctx, it, " + h.Func + ") }"
	}
	return h.Func
}

// Fallible tells whether handlers may fail.
func (l *lane) Fallible() bool {
	return slices.ContainsFunc(l.Handlers, func(h *handler) bool { return !h.Never })
}

// HandlerFuncs lists the handlers' functions.
func (l *lane) HandlerFuncs() string {
	funcs := make([]string, len(l.Handlers))
	for i, h := range l.Handlers {
		funcs[i] = h.Func
	}
	return strings.Join(funcs, ", ")
}
