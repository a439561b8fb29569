// Package event is the event-driven model as a small library: a bus on which
// something is published by name, and observers that are called when it is.
//
//	bus := event.NewBus[Order](event.Options{})
//	cancel, err := bus.Subscribe("order.placed", func(ctx context.Context, o Order) error {
//		return charge(ctx, o)
//	})
//	...
//	err = bus.Publish(ctx, "order.placed", Order{ID: 7})
//	...
//	cancel()
//	left, err := bus.Close(ctx)
//
// # Who runs an observer
//
// [Inline], the default: the publisher itself, one observer after another,
// before Publish returns. There is no queue, and so the publisher is the queue:
// whoever calls Publish waits for the slowest of the observers. [Goroutine]: a
// goroutine of its own for each call; Publish waits for nothing, and nothing
// but [Options.Limit] bounds how many there are. [Buffered]: one goroutine for
// each observer, with a bounded channel before it; when the channel is full a
// [Policy] decides.
//
// # Order
//
// The observers of a name are called, or handed the value, in the order in
// which they subscribed. What one goroutine publishes under one name, each
// inline or buffered observer sees in that order (but see below for publishing
// while publishing). With a goroutine for each call there is no order at all. Between goroutines that publish at the same
// time there is none either, and an inline observer is then called by both at
// once: it must be safe for that. A buffered observer is never called twice at
// a time.
//
// # Loss
//
// Inline, Publish returns when every observer has been called: nothing is ever
// waiting, nothing is lost. With Goroutine and Buffered a nil error says that
// the value was handed over, not that it was handled. A value that a policy
// drops is not an error. Publishing a name that nobody observes is not an error
// either; it is counted in [Bus.Unobserved].
//
// # Errors and panics
//
// Inline, Publish returns what the observers returned, joined, each as an
// [*ObserverError]; an error of one observer does not keep the others from
// being called. With Goroutine and Buffered the publisher has gone on, and only
// a [CallProbe] sees the errors.
//
// With [Options.Recover] a panic of an observer becomes that observer's error,
// a [*PanicError], and the others still run. Without, it does what a panic
// does: inline it goes through Publish to the publisher, and the observers
// behind the panicking one are not called; on a goroutine of the bus it ends
// the program, unless [Options.OnPanic] is set.
//
// # Publishing while publishing
//
// An observer may publish. Inline, the inner publish runs to its end, depth
// first, before the outer one goes on to its next observer: that one sees the
// inner event before the outer. A buffered observer that publishes to itself
// while its channel is full and the policy is Block waits for itself; its
// context, or [Bus.Close], frees it.
//
// # Subscribing and cancelling while publishing
//
// A publish calls those who were subscribed when it began: a new observer is
// called from the next publish on. A cancelled observer is not called any more
// once its cancel has returned; calls under way (and goroutines already
// started) run to their end and are not waited for, so that an observer may
// cancel itself. Values that wait in a cancelled observer's channel are
// discarded; see [OnDiscard].
//
// # Contexts
//
// An inline observer gets the context that Publish was given, unchanged. With
// Goroutine and Buffered the call may outlive the publisher: the observer gets
// the bus's own context, which ends with the bus; the publisher's context then
// only bounds how long Publish may block.
//
// # Events from figures
//
// [When] raises an event when a figure that the program measures, and gives to
// [Condition.Feed], reaches something, and again only after it was well below that.
//
// # The end
//
// [Bus.Close] refuses further publishes, waits until everything handed over has
// been handled, and says what was left if that took too long. [Bus.Kill] drops
// everything at once, as the end of a process would.
//
// All methods may be called from any goroutine, but for those of [Publisher].
package event
