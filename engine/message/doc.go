// Package message is the message-driven model as a small library: a topic is
// where messages are sent, every subscription of it has a queue, which is a Go
// channel, and workers, which are goroutines that handle what is in it.
//
//	orders := message.NewTopic[Order]("orders")
//	orders.Subscribe("charge", charge, message.Options[Order]{Capacity: 100, Workers: 4})
//	orders.Send(ctx, order)
//	orders.Close(ctx) // drains
//
// # Order
//
// A queue is first in, first out. Messages that one goroutine sends, or whose
// Sends follow one another, are taken in this order, also across changes of
// capacity; several workers may finish them in another. With one worker, or
// within a key with partitions, they are handled in this order. A message that
// is delivered again, after a failure or a crash, comes before what waits in
// the channel. With Options.Order LIFO a queue is a stack behind a lock in place of a
// channel. With Options.Classes each class of messages has a queue, with room, of its
// own: order holds within a class. Send serves subscriptions in the order of subscribing; a
// subscription made while a Send is under way does not get its message.
//
// # Blocking
//
// Send blocks while a queue is full and its policy is Block, and then holds
// back the subscriptions after it too. It is woken by room, by a change of
// capacity, policy or workers, by Close (which lets it go on where some have
// its message already), and by its context. With capacity 0 it
// returns when a worker has taken the message. Nothing else blocks on a full
// queue: a retry goes to a list beside the channel, which counts as depth.
//
// # Bursts
//
// The lock inside a channel is what a message costs most where handling it takes next
// to nothing. [Sender.Burst] sends several messages one right after the other. Where
// Options.Quick handles messages in next to no time, a worker takes several so. Each
// is a send and a receive of its own, and handled by itself: the two sides only keep
// out of each other's way. A crash hits one of them, and what a worker has not come to
// by then, or before a message that takes its time, goes back to the front of the
// queue, which may then hold more than its capacity: behind what is delivered again, in
// its order, and before what another worker put back earlier. It is not dropped for
// newer messages.
//
// # Loss
//
// Every message that Send accepted has one end: handled ([Done]), failed
// ([Failed]), handed to the dead letter function ([Dead]), dropped by policy,
// lost with a crashed worker ([Lost]), or left when the subscription ended
// ([Left]). With AckAfter a crash loses nothing, but what was handled and not yet
// acknowledged is handled twice. The memory of what is held is this process's:
// it does not outlive it.
//
// # Visibility
//
// With Options.Visibility a message that a worker has in hand for longer is
// delivered again, after what else is to be, while that worker goes on, as in SQS:
// several may have it in hand at once (with partitions only one after the other).
// This is no failed attempt. The first to handle it well ends it, and a
// copy that still waits is taken back. What the others make of it changes nothing:
// it is a [Duplicate], or [Superseded] if they did not handle it well. The same
// holds of a failure, or a crash, while a copy waits or was taken since. So what
// takes too long and fails each time is delivered for ever.
//
// # Panics
//
// A panic of a handler passes through and ends the program, unless Recover
// makes it that message's failure or OnPanic takes it. A handler that ends its
// goroutine (runtime.Goexit) loses its message and its worker, until Restart.
//
// # Ending
//
// [Topic.Close] waits for everything accepted to be handled, retries included,
// and before that for the Sends that have reached some of the subscriptions to
// reach the others, until its context is done; [Topic.Kill] waits for nothing. Either reports
// what was left, and returns when all goroutines have ended, but for handlers
// that ignore their context for longer than [Grace].
//
// # Concurrency
//
// All methods may be called from any goroutine, handlers included, but Close,
// Kill and Unsubscribe wait for handlers and must not be called from one.
// Handlers of a subscription run at the same time, one on each worker. As long
// as nothing blocks, fails or is changed, a message costs the sender a
// non-blocking send and the worker a non-blocking receive, each with a look at
// a flag, and no allocation; with several subscriptions a Send is counted while
// it is under way. With a visibility the worker takes a lock twice for each message.
package message
