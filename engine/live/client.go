package live

import (
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/account"
)

// client is who wants an item done, in a lane whose clients do not wait for
// ever. Servers know nothing of it: they handle tries, also those that it has
// given up.
type client struct {
	item    engine.Item
	state   atomic.Int64    // the number of the try that it waits for, and the bits below
	results []atomic.Uint32 // of each handler of the scenario: see result
	first   try
}

// What a client's state tells besides its try.
const (
	clientBegun = 1 << (32 + iota) // some try was begun while it was waited for
	clientEnded                    // the item has ended
)

// try is one try of a client: what producers hand over.
type try struct {
	client *client // nil: it had been given up before a producer took it
	n      int64   // from 1
	at     time.Duration
	until  time.Duration // when the client gives it up; never: it waits for ever
}

// arrived is when the item arrived that it is for or, of a client that is there, the
// try. A try that is nil is none.
func (t *try) arrived(it *engine.Item) time.Duration {
	if t != nil && t.client != nil {
		return t.at
	}
	return it.At
}

// forsaken is a try that nobody waits for any more.
var forsaken = new(try)

func newClient(it engine.Item, handlers int, until time.Duration) *client {
	c := &client{item: it, results: make([]atomic.Uint32, handlers)}
	c.first = try{client: c, n: 1, at: it.At, until: until}
	c.state.Store(1)
	return c
}

// wanted tells whether a client waits for the try at a time. At the end of its
// patience it does not.
func (t *try) wanted(now time.Duration) bool {
	return t.client != nil && now < t.until && t.current(t.client.state.Load())
}

// current tells whether a client in a state waits for this try.
func (t *try) current(state int64) bool { return state&^clientBegun == t.n }

// begin notes that the try is in hand, and tells whether the item is thereby
// begun for the first time, as far as its client knows.
func (t *try) begin(now time.Duration) (first bool) {
	for t.wanted(now) {
		state := t.client.state.Load()
		if !t.current(state) || state&clientBegun != 0 {
			return false
		}
		if t.client.state.CompareAndSwap(state, state|clientBegun) {
			return true
		}
	}
	return false
}

// end ends the item with the try, and tells whether it did: not if the client has
// given it up.
func (t *try) end(now time.Duration) (begun, ended bool) {
	if !t.wanted(now) {
		return false, false
	}
	return t.replace(func(state int64) int64 { return state | clientEnded })
}

// giveUp has the client wait for its next try instead, or for none any more. It
// does nothing if the item has ended.
func (t *try) giveUp(again bool) (begun, given bool) {
	return t.replace(func(state int64) int64 {
		if again {
			return state + 1
		}
		return state | clientEnded
	})
}

// replace puts another state in the place of the present one, while the client
// waits for the try.
func (t *try) replace(by func(int64) int64) (begun, replaced bool) {
	for {
		state := t.client.state.Load()
		if !t.current(state) {
			return false, false
		}
		if t.client.state.CompareAndSwap(state, by(state)) {
			return state&clientBegun != 0, true
		}
	}
}

// note notes how the delivery to a handler ended, by its index in the scenario.
func (t *try) note(handler int, out account.Outcome) {
	t.client.results[handler].Store(uint32(t.n)<<8 | uint32(out))
}

// result is how the delivery of the try to a handler ended. One that has not is
// expired, if the item has.
func (t *try) result(handler int) account.Outcome {
	r := t.client.results[handler].Load()
	if int64(r>>8) != t.n {
		return account.Expired
	}
	return account.Outcome(r & 0xff)
}
