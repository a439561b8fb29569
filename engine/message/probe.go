package message

// Outcome is how one handling of a message ended.
type Outcome uint8

// The outcomes. After Retried, Requeued and DoneUnacked the message is
// delivered again; Superseded and Duplicate, which need a visibility, are of what has
// its end elsewhere; the others are final.
const (
	Done        Outcome = iota // handled
	Failed                     // the last attempt failed, and there is no dead letter function
	Retried                    // the attempt failed; another follows
	Dead                       // the last attempt failed; handed to the dead letter function
	Lost                       // the worker crashed over it, and nothing remembers it
	Requeued                   // the worker crashed over it; it goes back to the front
	DoneUnacked                // handled, but the worker crashed before the ack: it goes back to the front, and the next handling is a duplicate
	Abandoned                  // the subscription ended under it; counted as Remainder.InHand
	Superseded                 // not handled, and that makes no difference: it was delivered again meanwhile, or has its end
	Duplicate                  // the same, though it was handled
)

// comesBack tells whether the message is delivered again by this.
func (o Outcome) comesBack() bool { return o == Retried || o == Requeued || o == DoneUnacked }

// Probe watches a subscription, for measuring. Its methods run on the
// goroutine that does the work, must be fast, must not block, and must not
// call the library.
type Probe[T any] interface {
	// Worker is called when a worker starts or is back from a crash, on its
	// goroutine. ids count from 1. What it returns is used by that goroutine
	// only, until Exit.
	Worker(id int) WorkerProbe[T]

	// Dropped is called on the sender's goroutine for each message dropped at
	// the full queue: the one being sent or, with oldest, one that waited.
	Dropped(v T, oldest bool)

	// Reappeared is called when a worker has had a message in hand for longer than
	// the visibility: it is about to be delivered again. attempt is the number of
	// the delivery in hand. It is called on the goroutine that times this, under
	// the subscription's lock.
	Reappeared(v T, worker, attempt int)

	// Left is called for each message still waiting when the subscription
	// ended, on the goroutine that ended it. attempt is the number that its
	// next delivery would have had.
	Left(v T, attempt int)
}

// WorkerProbe watches one worker.
type WorkerProbe[T any] interface {
	// Elsewhere is called right before Start or End, where that makes no difference
	// to where the message is: before Start if another worker has it in hand as
	// well, before End if it is not final and another one still has it in hand or,
	// with over, it has its end and does not come again. Only with a visibility.
	Elsewhere(over bool)

	// Start: the handler is about to be called. attempt counts deliveries of
	// this message from 1. v is valid until the call returns.
	Start(v *T, attempt int)

	// End: the handler has returned, with err, and this is what becomes of the
	// message. It comes before the message can be delivered again. v is valid
	// until the call returns.
	End(v *T, attempt int, out Outcome, err error)

	// Several: the worker handles several messages at once, see [Options.Quick], of
	// which v is the first. v is valid until the call returns.
	Several(v *T)

	// Handled: these of several messages were handled one after another at their first
	// attempt, and all are Done. Start and End are not called for them, but for one
	// that takes its time; and for the one that was handled last, if the worker then
	// looks up: for a crash, an end, or other settings. vs is valid until the call
	// returns.
	Handled(vs []T)

	// Idle: there was nothing to do and the worker is about to block. A
	// message started next did not wait. It may be called again without a
	// Start in between.
	Idle()

	// Exit: the worker's goroutine ends, by a crash or for good.
	Exit(crashed bool)
}

// SenderProbe watches one sending goroutine.
type SenderProbe interface {
	Block()   // the queue is full and the sender is about to block
	Unblock() // it no longer does, whatever the reason
}
