package live

import (
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
	"duet/engine/workload"
)

// classTally counts what became of the items of one class, as a tally does of all.
type classTally struct {
	ended  [account.Outcomes]atomic.Int64
	inHand atomic.Int64 // came into hand, less those that no longer are
}

// latencies are those of the items of one class.
type latencies [banks]measure.Shared

// carry books that an item comes into hand, or for -1 that it no longer is.
func (s *server) carry(it *engine.Item, n int64) {
	if s.classes != nil {
		s.classes[it.Class].inHand.Add(n)
	}
}

// addClasses adds what a server has counted by class.
func (r *reading) addClasses(s *server) {
	for i := range s.classes {
		c := &r.Classes[i]
		c.InHand += s.classes[i].inHand.Load()
		for o := range c.Ended {
			c.Ended[o] += s.classes[i].ended[o].Load()
		}
	}
}

// takeClasses adds what another server has counted by class, which counts no more.
func (s *server) takeClasses(o *server) {
	for i := range s.classes {
		s.classes[i].inHand.Add(o.classes[i].inHand.Load())
		for out := range s.classes[i].ended {
			s.classes[i].ended[out].Add(o.classes[i].ended[out].Load())
		}
	}
}

// byClass counts the items of each class that have arrived, and knows how long the
// oldest of each has waited. Without classes it does nothing.
type byClass struct {
	schedule *workload.Cursor
	ages     []queueAge
	due      [batch]engine.Item
}

func newByClass(st *workload.Stream, classes int) *byClass {
	if classes == 0 {
		return nil
	}
	return &byClass{schedule: st.Cursor(), ages: make([]queueAge, classes)}
}

// count counts what has arrived until a time.
func (b *byClass) count(r *account.Reading, now, until time.Duration) {
	if b == nil {
		return
	}
	for n := batch; n == batch; {
		n = b.schedule.Next(until, b.due[:])
		for i := range b.due[:n] {
			r.Classes[b.due[i].Class].Offered++
		}
	}
	for i := range b.ages {
		b.ages[i].push(now, r.Classes[i].Offered, passed(&r.Classes[i]))
	}
}

// oldest is the age of the oldest item of any class that has not been begun.
func (b *byClass) oldest(r *account.Reading, now time.Duration) (age time.Duration) {
	for i := range b.ages {
		age = max(age, b.ages[i].oldest(now, r.Classes[i].Offered, passed(&r.Classes[i])))
	}
	return age
}

// passed is how many items of a class do not wait.
func passed(c *account.ClassReading) (n int64) {
	for _, ended := range c.Ended {
		n += ended
	}
	return min(c.Offered, n+c.InHand)
}

// drops books a client's try that was given up before a publisher has taken it, if
// such are thrown away, and tells whether it was.
func (g *generation) drops(t *try) bool {
	if g.lane.model != engine.EventModel || !g.discards.Load() || t.wanted(g.lane.run.clock.Now()) {
		return false
	}
	g.lane.handlers[0].loose.items.forsaken.Add(1)
	return true
}
