package live

import (
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/measure"
)

// Booking: whoever handles a delivery books its start and its end at its
// server; the lane follows with the item.

// began books that a handler took a delivery into its hands.
func (h *handler) began(s *server, t *tally, d *delivery, attempt int, now time.Duration) {
	t.attempts.Add(1)
	if attempt > 1 {
		t.redelivered.Add(1)
	} else {
		s.record(&h.bank(s.bank).wait, int64(now-d.arrived()))
	}
	if h.nested && attempt == 1 && d.rec != nil && d.rec.see() {
		s.order.NestedLate()
	}
	h.lane.note(engine.Started, d, h.index, s.id, attempt, now)
}

// ended books that a handler ended a delivery for good.
func (h *handler) ended(s *server, t *tally, d *delivery, start, now time.Duration, out account.Outcome) {
	s.record(&h.bank(s.bank).service, int64(now-start))
	t.returned.Add(1)
	h.memory.forget(d.item.Seq)
	if !h.conclude(t, d, now, out) {
		s.items.wasted.Add(1)
	}
	h.lane.note(out.Happening(), d, h.index, s.id, s.attempt, now)
}

// conclude books how a delivery ended. That of a client's try counts with the
// item's end, if the client still waits for it now; else it returns false.
func (h *handler) conclude(t *tally, d *delivery, now time.Duration, out account.Outcome) (wanted bool) {
	switch x := d.try(); {
	case x == nil:
		t.ended[out].Add(1)
		return true
	case !x.wanted(now):
		return false
	default:
		x.note(h.index, out)
		if out == account.Done {
			t.helped.Add(1)
		}
		return true
	}
}

// put books that a handler is through with a delivery that has not ended with
// that.
func (h *handler) put(s *server, t *tally, start, now time.Duration) {
	s.record(&h.bank(s.bank).service, int64(now-start))
	t.returned.Add(1)
}

// missed books a delivery that no handler will take any more: dropped or lost.
func (h *handler) missed(t *tally, d *delivery, now time.Duration, out account.Outcome) {
	h.memory.forget(d.item.Seq)
	h.conclude(t, d, now, out)
	h.lane.note(out.Happening(), d, h.index, 0, 0, now)
}

// began books that a delivery of an item is in hand, and tells whether it is the
// first time that any is.
func (l *lane) began(s *server, d *delivery, now time.Duration) (first bool) {
	if t := d.try(); t != nil {
		return s.beganTry(d.rec, now)
	}
	if d.nested() {
		return false // its item was begun before
	}
	if d.rec != nil {
		first = d.rec.begin(now)
	} else if first = s.attempt == 1; !first {
		s.items.repeated.Add(1)
	}
	if first || d.rec == nil {
		s.items.attempts.Add(1)
		s.carry(&d.item, 1)
	}
	return first
}

// beganTry books that a delivery of a client's try is in hand. It counts as one of
// the item's, but is in hand only until it is counted: what is followed is whether
// the item is.
func (s *server) beganTry(r *record, now time.Duration) (first bool) {
	counts := r.begin(now) || r.of.deliveries == 1
	first = r.try.begin(now)
	if counts {
		s.items.attempts.Add(1)
	}
	if first {
		s.carry(&r.try.client.item, 1)
	}
	if counts && !first {
		s.items.repeated.Add(1)
		s.items.returned.Add(1)
	} else if first && !counts { // the one that counts has come between, and took itself for a repetition
		s.items.repeated.Add(-1)
		s.items.returned.Add(-1)
	}
	return first
}

// put books that an item's only delivery is no longer in hand, and waits again.
func (l *lane) put(s *server, d *delivery) {
	if d.rec == nil {
		s.items.returned.Add(1)
		s.carry(&d.item, -1)
	}
}

// settle books that a delivery of an item ended, and with the last one the item.
// start is when the handling began, or never.
func (l *lane) settle(s *server, d *delivery, start, now time.Duration, out account.Outcome) {
	handled, begun := start != never, start != never
	rec := d.rec
	if rec != nil {
		worst, last := rec.end(out)
		if last && rec.parent != nil {
			item := rec.parent
			rec.free()
			rec = item
			worst, last = rec.end(worst)
		}
		if !last {
			return
		}
		out, start = worst, rec.start(start)
		defer rec.free()
		begun = start != never
	}
	if rec == nil || rec.try == nil {
		s.close(&d.item, out, begun)
	} else if begun, ended := rec.try.end(now); ended {
		l.close(s, rec.try, rec.of, out, begun)
	} else {
		s.items.forsaken.Add(1)
		return
	}
	if handled && (out == account.Done || out == account.Failed || out == account.Dead) {
		l.finished(s, d, start, now)
	}
	attempt := s.attempt
	if start == never {
		attempt = 0
	}
	l.note(out.Happening(), d, -1, s.id, attempt, now)
}

// close books how an item ended.
func (s *server) close(it *engine.Item, out account.Outcome, begun bool) {
	s.items.ended[out].Add(1)
	if s.classes != nil {
		s.classes[it.Class].ended[out].Add(1)
	}
	if begun {
		s.items.returned.Add(1)
		s.carry(it, -1)
	} else {
		s.items.unbegun.Add(1)
	}
}

// close books how a client's item ended, and its deliveries, by its last try, which
// went through a hand-over. Last of all the client leaves: until then it is known
// that something is on its way.
func (l *lane) close(s *server, t *try, g *generation, out account.Outcome, begun bool) {
	for _, h := range g.handlers {
		h.loose.each[0].ended[t.result(h.index)].Add(1)
	}
	for _, h := range g.absent {
		h.spared.Add(1)
	}
	s.close(&t.client.item, out, begun)
	l.clients.Load().open.Add(-1)
}

// expire books that a client has given up its item for good.
func (l *lane) expire(t *try, begun bool, now time.Duration) {
	l.close(l.handlers[0].loose, t, l.current.Load(), account.Expired, begun)
	l.note(engine.Expired, &delivery{item: t.client.item}, -1, 0, int(t.n), now)
}

// finished records the times of an item whose handlers have all ended.
func (l *lane) finished(s *server, d *delivery, start, now time.Duration) {
	m := &l.measured[s.bank]
	s.record(&m.wait, int64(start-d.item.At))
	s.record(&m.service, int64(now-start))
	s.record(&m.latency, int64(now-d.item.At))
	if l.classes != nil {
		s.record(&l.classes[d.item.Class][s.bank], int64(now-d.item.At))
	}
	s.record(&m.naive, int64(now-d.sent))
	s.order.Finished(d.item.Seq, d.item.Key)
}

// settled gathers items with a single delivery that were done one right after
// the other, so that they are booked together.
type settled struct {
	n          int // items
	seqs       [groupMost]int64
	keys       [groupMost]int32
	classes    [groupMost]int32
	ats, sents [groupMost]int64 // intended arrivals; when the hand-overs could begin
}

// add gathers an item.
func (g *settled) add(d *delivery) {
	g.set(g.n, d)
	g.n++
}

// addAll gathers the items of several deliveries as far as there is room, up to the first
// whose item has others, and returns how many these are.
func (g *settled) addAll(ds []delivery) (n int) {
	for ds = ds[:min(len(ds), groupMost-g.n)]; n < len(ds) && ds[n].rec == nil; n++ {
		g.set(g.n+n, &ds[n])
	}
	g.n += n
	return n
}

func (g *settled) set(i int, d *delivery) {
	g.seqs[i], g.keys[i], g.classes[i] = d.item.Seq, d.item.Key, d.item.Class
	g.ats[i], g.sents[i] = int64(d.item.At), int64(d.sent)
}

// finishedAll books items that were begun and done, each of which took so long,
// the last of them until now. Where they waited is recorded in waits.
func (l *lane) finishedAll(s *server, g *settled, took, now time.Duration, waits *measure.Shared) {
	n := int64(g.n)
	if n == 0 {
		return
	}
	s.items.doneAll(n)
	m := &l.measured[s.bank]
	s.recordSince(waits, now-took, g.ats[:n])
	s.recordSince(&m.latency, now, g.ats[:n])
	s.recordSince(&m.naive, now, g.sents[:n])
	s.recordN(&m.service, int64(took), n)
	if l.classes != nil {
		for i, class := range g.classes[:n] {
			s.classes[class].ended[account.Done].Add(1)
			s.record(&l.classes[class][s.bank], int64(now)-g.ats[i])
		}
	}
	s.order.FinishedAll(g.seqs[:n], g.keys[:n])
}

// note writes a line of the journal, if the item is one of those it follows.
func (l *lane) note(what engine.Happening, d *delivery, handler, worker, attempt int, now time.Duration) {
	if !l.run.sampling.Wants(d.item.Seq) {
		return
	}
	if worker >= guestIDs {
		worker = -withinGuest(worker)
	}
	l.run.journal.Add(engine.Entry{
		At: now, Seq: d.item.Seq, Key: d.item.Key, Lane: int16(l.index), Handler: int16(handler),
		Worker: int32(worker), Attempt: int16(attempt), What: what,
	})
}
