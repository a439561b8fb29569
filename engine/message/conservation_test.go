package message_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"duet/engine/message"
)

// step is one thing done to a running subscription.
type step struct {
	what  string
	n     int
	pause time.Duration // before the next step
}

var steps = []string{
	"send", "send", "send", "capacity", "workers", "crash", "crash before ack", "restart",
	"policy", "retry", "plain", "depth", "visibility", "visibility", "burst", "burst",
}

func drawSteps(t *rapid.T) []step {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			what:  rapid.SampledFrom(steps).Draw(t, "what"),
			n:     rapid.IntRange(0, 12).Draw(t, "n"),
			pause: time.Duration(rapid.IntRange(0, 4).Draw(t, "pause")) * time.Millisecond,
		}
	}), 1, 60).Draw(t, "steps")
}

// chaos runs steps and keeps the books.
type chaos struct {
	topic    *message.Topic[int]
	sub      *message.Subscription[int]
	rec      *recorder
	next     int
	accepted chan int
	refused  chan int

	discarded chan int
}

func (c *chaos) do(s step) {
	switch s.what {
	case "send": // by a goroutine of its own: it may block
		first := c.next
		c.next += s.n
		go func() {
			for v := first; v < first+s.n; v++ {
				if c.topic.Send(context.Background(), v) == nil {
					c.accepted <- v
				} else {
					c.refused <- v
				}
			}
		}()
	case "burst":
		vs := make([]int, s.n)
		for i := range vs {
			vs[i] = c.next + i
		}
		c.next += s.n
		go func() {
			n := c.topic.Sender(nil).Burst(vs)
			for i, v := range vs {
				if i < n {
					c.accepted <- v
				} else {
					c.refused <- v
				}
			}
		}()
	case "capacity":
		_ = c.sub.SetCapacity(s.n) // refused at 0 with DropOldest
	case "workers":
		_ = c.sub.SetWorkers(s.n) // refused above the partitions
	case "crash":
		_, _ = c.sub.Crash(0, message.CrashDuring, time.Duration(s.n-1)*time.Millisecond)
	case "crash before ack":
		_, _ = c.sub.Crash(s.n, message.CrashBeforeAck, time.Duration(s.n-1)*time.Millisecond)
	case "restart":
		_ = c.sub.Restart(s.n)
	case "policy":
		_ = c.sub.SetWhenFull(message.Policy(s.n % 3))
	case "retry":
		_ = c.sub.SetAck(message.AckAfter)
		_ = c.sub.SetAttempts(1 + s.n%4)
	case "visibility":
		_ = c.sub.SetVisibility(time.Duration(s.n-2) * time.Millisecond) // refused below 0
	case "plain":
		_ = c.sub.SetVisibility(0)
		_ = c.sub.SetAttempts(1)
		_ = c.sub.SetAck(message.Ack(s.n % 3))
	case "depth":
		c.sub.Depth()
	}
	time.Sleep(s.pause)
}

// mood is how many milliseconds a message takes, 0 to 4: several in a row the same.
func mood(v int) int { return v / 7 % 5 }

// moody panics over one message in eleven, and fails those that take 3 ms.
func moody(ctx context.Context, v int) error {
	if err := sleep(ctx, time.Duration(mood(v))*time.Millisecond); err != nil {
		return err
	}
	if v%11 == 7 {
		panic("moody")
	}
	if mood(v) == 3 {
		return errors.New("moody")
	}
	return nil
}

// TestEveryMessageEndsOnce: whatever is done to a subscription, each message
// that Send accepted has exactly one final outcome and the others have none.
func TestEveryMessageEndsOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		todo := drawSteps(rt)
		end := rapid.SampledFrom([]string{"drain", "close", "kill", "unsubscribe"}).Draw(rt, "end")
		o := message.Options[int]{
			Capacity:   rapid.SampledFrom([]int{0, 1, 2, 5, 10, 100}).Draw(rt, "capacity"),
			Partitions: rapid.SampledFrom([]int{0, 0, 1, 5}).Draw(rt, "partitions"),
			Key:        func(v int) uint64 { return uint64(v % 7) },
			Recover:    true,
			Backoff:    func(v, failed int) time.Duration { return time.Duration(v%3*failed) * time.Millisecond },
			Order:      rapid.SampledFrom([]message.Order{message.FIFO, message.FIFO, message.LIFO, message.ByPriority, message.ByChance}).Draw(rt, "order"),
		}
		if o.Order > message.LIFO || o.Partitions == 0 && rapid.Bool().Draw(rt, "classes") {
			o.Partitions, o.Classes, o.Class = 0, 3, func(v int) int { return v % 3 }
			o.Pools = rapid.SampledFrom([][]int{nil, {1}, {0, 2}, {1, 1, 1}}).Draw(rt, "pools")
		}
		if o.Order == message.LIFO {
			o.Capacity = max(1, o.Capacity)
		}
		if rapid.Bool().Draw(rt, "workers") {
			o.Workers = 1
		}
		discards := rapid.Bool().Draw(rt, "discards")
		if rapid.Bool().Draw(rt, "visible") {
			o.Ack, o.Visibility = message.AckAfter, time.Duration(rapid.IntRange(1, 4).Draw(rt, "visibility"))*time.Millisecond
		}
		if rapid.Bool().Draw(rt, "dead letters") {
			o.DeadLetter = func(int, error) {}
		}
		var err error
		synctest.Test(t, func(*testing.T) { _, err = runChaos(todo, end, o, discards) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// TestEveryMessageOfABurstEndsOnce is the same where several messages are taken at once.
func TestEveryMessageOfABurstEndsOnce(t *testing.T) {
	bursts := 0
	rapid.Check(t, func(rt *rapid.T) {
		todo := append([]step{{what: "burst", n: 30}}, drawSteps(rt)...)
		end := rapid.SampledFrom([]string{"drain", "close", "kill", "unsubscribe"}).Draw(rt, "end")
		o := message.Options[int]{
			Capacity: rapid.SampledFrom([]int{20, 100}).Draw(rt, "capacity"),
			Workers:  rapid.IntRange(0, 3).Draw(rt, "workers"),
			Ack:      rapid.SampledFrom([]message.Ack{message.AckNone, message.AckAfter}).Draw(rt, "ack"),
			Recover:  true,
		}
		var err error
		synctest.Test(t, func(*testing.T) {
			var c *chaos
			c, err = runChaos(todo, end, o, false)
			bursts += len(c.rec.bursts)
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
	if bursts == 0 {
		t.Error("there were none")
	}
}

func runChaos(todo []step, end string, o message.Options[int], discards bool) (*chaos, error) {
	c := &chaos{
		topic: message.NewTopic[int]("chaos"), rec: newRecorder(),
		accepted: make(chan int, 1000), refused: make(chan int, 1000), discarded: make(chan int, 1000),
	}
	o.Clock, o.Probe = newClock(), c.rec
	o.Quick = func(v *int) bool { return mood(*v) == 0 && *v%11 != 7 }
	var err error
	if c.sub, err = c.topic.Subscribe("all", moody, o); err != nil {
		return c, err
	}
	if discards {
		c.sub.SetDiscard(func(v *int) bool {
			if *v%6 != 1 {
				return false
			}
			c.discarded <- *v
			return true
		})
	}
	for _, s := range todo {
		c.do(s)
	}
	left, err := c.end(end, &o)
	if err != nil {
		return c, err
	}
	synctest.Wait()
	return c, c.check(left, end == "unsubscribe")
}

func (c *chaos) end(how string, o *message.Options[int]) (message.Left, error) {
	patience := 3 * time.Millisecond
	switch how {
	case "kill":
		return c.topic.Kill(), nil
	case "unsubscribe":
		left := c.sub.Unsubscribe()
		_, err := c.topic.Close(context.Background())
		return left, err
	case "drain": // with all that is needed to get empty
		_ = c.sub.SetVisibility(0) // what always takes longer and fails is delivered for ever
		_ = c.sub.SetWorkers(1)
		if o.Classes > 0 {
			_ = c.sub.SetWorkers(3) // one for every pool, and for the rest
		}
		time.Sleep(20 * time.Millisecond) // workers are back
		for id := range c.sub.Workers() {
			_ = c.sub.Restart(id + 1)
		}
		patience = time.Hour
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	left, err := c.topic.Close(ctx)
	if (err != nil) != (left.Total() > 0) {
		return left, fmt.Errorf("Close left %+v, with the error %v", left, err)
	}
	if how == "drain" && err != nil {
		return left, fmt.Errorf("did not drain: %w", err)
	}
	return left, nil
}

// check compares what Send said, what the probe saw and what was reported.
// Sent after Unsubscribe, a message goes nowhere.
func (c *chaos) check(left message.Left, unsubscribed bool) error {
	ends := make([]int, c.next)
	abandoned := 0
	for v, outs := range c.rec.outcomes {
		for i, out := range outs {
			switch out {
			case message.Retried, message.Requeued, message.DoneUnacked, message.Superseded, message.Duplicate:
			case message.Abandoned:
				abandoned++
				fallthrough
			default:
				ends[v]++
				if slices.ContainsFunc(outs[i+1:], func(o message.Outcome) bool { return o != message.Superseded && o != message.Duplicate }) {
					return fmt.Errorf("message %d went on after its end: %v", v, outs)
				}
			}
		}
		for i, n := range c.rec.attempts[v] {
			if n != i+1 {
				return fmt.Errorf("message %d was delivered with the numbers %v", v, c.rec.attempts[v])
			}
		}
	}
	for _, v := range slices.Concat(c.rec.dropped, c.rec.left) {
		ends[v]++
	}
	for range len(c.discarded) {
		ends[<-c.discarded]++
	}
	accepted := len(c.accepted)
	if accepted+len(c.refused) != c.next {
		return fmt.Errorf("%d of %d sends have returned", accepted+len(c.refused), c.next)
	}
	for range accepted {
		if v := <-c.accepted; ends[v] != 1 && (ends[v] != 0 || !unsubscribed) {
			return fmt.Errorf("message %d was accepted and ended %d times", v, ends[v])
		}
	}
	for range len(c.refused) {
		if v := <-c.refused; ends[v] != 0 {
			return fmt.Errorf("message %d was refused and ended %d times", v, ends[v])
		}
	}
	if n := len(c.rec.left) + abandoned; left.Total() != n || c.rec.working != 0 {
		return fmt.Errorf("left %+v, but the probe saw %d; %d handlers did not end", left, n, c.rec.working)
	}
	for v, n := range c.rec.inHand {
		if n != 0 {
			return fmt.Errorf("message %d is in hand %d times after the end: %v", v, n, c.rec.outcomes[v])
		}
	}
	if hands, copies := c.sub.Spare(); hands != 0 || copies != 0 {
		return fmt.Errorf("%d hands and %d copies to spare after the end", hands, copies)
	}
	if d := c.sub.Depth(); d != 0 {
		return fmt.Errorf("depth %d after the end", d)
	}
	return nil
}
