package live

import (
	"duet/engine"
	"duet/engine/message"
)

// What a worker has in hand for longer than the queue's visibility is in other
// hands as well, or waits for them. What they all do is counted of whoever does it;
// of the item it is counted that it is in hand, or is not.

// wasDone tells whether something was done that is handled again, or was.
func wasDone(out message.Outcome) bool {
	return out == message.DoneUnacked || out == message.Duplicate
}

// inVain tells whether what became of a delivery makes no difference: it was handed
// out again, or has ended.
func inVain(out message.Outcome) bool { return out == message.Superseded || out == message.Duplicate }

// takenBeside counts that an item's only delivery is taken in hand that is in
// another one: that changes nothing for the item.
func (t *tally) takenBeside() {
	t.attempts.Add(1)
	t.repeated.Add(1)
	t.returned.Add(1)
}

// Reappeared implements [message.Probe].
func (w *watch) Reappeared(d delivery, worker, attempt int) {
	l := w.gen.lane
	w.runs[0].loose.items.redelivered.Add(1)
	at := int(w.gen.place(w.runs, worker).at.Load())
	l.note(engine.Retried, &d, at, worker, attempt, l.run.clock.Now())
}

// spare implements [handover].
func (c *channel) spare(position int) (hands, copies int) { return c.sub(position).Spare() }

// spare implements [handover]. A bus delivers once.
func (b *bus) spare(int) (hands, copies int) { return 0, 0 }

// spare implements [handover]. What a worker holds of a broker's stays with it.
func (r *remote) spare(int) (hands, copies int) { return 0, 0 }

// readSpare takes what is there of deliveries more often than once out of a reading.
// Where handlers share their workers it is not known at which of them these are, but
// each of them counts all that these workers have in hand.
func (g *generation) readSpare(r *reading) {
	if !g.visible.Load() {
		return
	}
	for i, h := range g.handlers {
		hands, copies := g.way.spare(i)
		r.Doubled[h.index] += int64(hands)
		r.copies[h.index] += int64(copies)
	}
}
