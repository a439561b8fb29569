package live

import (
	"time"

	"duet/engine"
	"duet/engine/script"
)

// queueAge knows how long the oldest item that has not been begun has waited.
// Items arrive in order, so it is enough to remember when the schedule stood
// at which item: a channel cannot be looked into.
type queueAge struct {
	known []passage // oldest first; the first is at or before the oldest that waits
	every time.Duration
}

// passage is when the schedule had come to an item.
type passage struct {
	at  time.Duration
	seq int64
}

// mostKnown bounds what is remembered. Beyond, every second passage is
// forgotten, and the age is less fine.
const mostKnown = 4096

// push notes that so many items have arrived, of which so many no longer wait.
func (q *queueAge) push(now time.Duration, arrived, begun int64) {
	if n := len(q.known); n == 0 || arrived > q.known[n-1].seq && now >= q.known[n-1].at+q.every {
		q.known = append(q.known, passage{now, arrived})
	}
	passed := 0
	for passed+1 < len(q.known) && q.known[passed+1].seq <= begun {
		passed++
	}
	q.known = append(q.known[:0], q.known[passed:]...)
	if arrived <= begun {
		q.every = 0
	}
	if len(q.known) > mostKnown {
		kept := q.known[:0]
		for i := 0; i < len(q.known); i += 2 {
			kept = append(kept, q.known[i])
		}
		q.known = kept
		q.every = max(2*q.every, 2*readEvery)
	}
}

// oldest is the age of the item after the begun ones, interpolated.
func (q *queueAge) oldest(now time.Duration, arrived, begun int64) time.Duration {
	if arrived <= begun || len(q.known) == 0 {
		return 0
	}
	a := q.known[0]
	if len(q.known) == 1 || a.seq > begun {
		return max(0, now-a.at)
	}
	b := q.known[1]
	part := float64(begun+1-a.seq) / float64(max(1, b.seq-a.seq))
	return max(0, now-a.at-time.Duration(part*float64(b.at-a.at)))
}

// passed is the item behind which the oldest comes that has not been begun.
// Where one queue keeps what waits together, counting tells. A stack can be looked into. Where the newest are
// dropped, that waits which came after the latest that was begun; and where keys
// have queues of their own, after the earliest in hand, at most.
func (m *laneSampler) passed() int64 {
	begun := m.now.Items.Begun()
	spec, g := &m.lane.crew.Load().spec, m.lane.current.Load()
	if c, ok := g.way.(*channel); ok && spec.Queue.Order == engine.LIFO {
		return min(begun, c.bottom()-1)
	}
	apart := g.partitions > 0 || spec.PublishBy == script.ByKey
	if begun >= m.now.Offered || !apart && spec.Queue.WhenFull != engine.DropNewest {
		return begun
	}
	latest, earliest := int64(0), begun
	for _, s := range g.all() {
		seq := s.seq.Load()
		latest = max(latest, seq)
		if engine.WorkerState(s.state.Load()).AtWork() {
			earliest = min(earliest, seq)
		}
	}
	if apart {
		return earliest
	}
	return min(begun, latest)
}
