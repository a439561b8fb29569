package message

import (
	"fmt"
	"strings"
	"time"
)

// Remainder is what was left of a subscription when it ended.
type Remainder struct {
	Subscription string
	Queued       int   // in the queue, or waiting there to be delivered again
	Delayed      int   // waiting for their backoff
	InHand       int   // with workers whose handlers were cut off
	Stuck        []int // workers whose handlers did not return; their messages are among InHand
}

// Left is what was left, for each subscription in order.
type Left []Remainder

// Total is how many messages were left in all.
func (l Left) Total() (n int) {
	for _, r := range l {
		n += r.Queued + r.Delayed + r.InHand
	}
	return n
}

// StuckError names the workers whose handlers ignore their context.
type StuckError struct {
	Topic   string
	Workers []string
	Grace   time.Duration // what they were given
}

func (e *StuckError) Error() string {
	named, rest := e.Workers, ""
	if n := len(named) - mostNamed; n > 0 {
		named, rest = named[:mostNamed], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("message: topic %q: the handler did not return within %v of its context being cancelled: %s%s",
		e.Topic, e.Grace, strings.Join(named, ", "), rest)
}

// mostNamed is how many workers an error names.
const mostNamed = 10

// stuck is the error that names stuck workers, which were given so long; nil without any.
func (l Left) stuck(topic string, grace time.Duration) error {
	e := &StuckError{Topic: topic, Grace: grace}
	for _, r := range l {
		for _, id := range r.Stuck {
			e.Workers = append(e.Workers, fmt.Sprintf("%s worker %d", r.Subscription, id))
		}
	}
	if e.Workers == nil {
		return nil
	}
	return e
}
