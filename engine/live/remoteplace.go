package live

import (
	"slices"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/broker/remotework"
	"duet/engine/message"
)

// guestPlace is one worker of another process, as it is seen from here.
type guestPlace struct {
	q     *remoteQueue
	meter *meter
	hand  *parcel
	stall *stalling     // what it was told to do with what it begins next
	until time.Duration // lane time at which it is no longer stalled
}

// stalling is that a handler is to stall over a parcel.
type stalling struct {
	h     *handler
	id    uint64
	lasts time.Duration
}

// laterPause is until it is asked again for what somebody has in hand.
const laterPause = 500 * time.Millisecond

// asked says what to do with a parcel that the broker delivers. What nobody waits for
// any more is thrown away where the lane does so, by the clock of this process.
func (p *guestPlace) asked(id uint64) remotework.Answer {
	q := p.q
	q.mu.Lock()
	x := q.parcels[id]
	held := x != nil && x.holder != nil && x.holder != any(p)
	expired := x != nil && x.holder == nil && q.discards(x)
	attempt := 1
	if x != nil {
		attempt += x.attempt
	}
	q.mu.Unlock()
	switch {
	case expired:
		return remotework.Answer{Do: remotework.Ack}
	case x == nil:
		q.repeats.Add(1)
		return remotework.Answer{Do: remotework.Ack}
	case held:
		q.repeats.Add(1)
		return remotework.Answer{Do: remotework.Later, Pause: laterPause}
	default:
		tasks := q.tasks(&x.d, attempt)
		p.stall = nil
		for i, h := range q.runs {
			if t := h.faults.now(); t != nil && t.holds() {
				tasks[i].Stall, p.stall = t.stall, &stalling{h: h, id: id, lasts: t.stall}
			}
		}
		return remotework.Answer{Do: remotework.Go, Tasks: tasks}
	}
}

// begins notes that a parcel is in the worker's hands, and whether it is acknowledged.
// Whether it is was found out on the way of a report: the wait that is measured includes
// that way.
func (p *guestPlace) begins(id uint64, waited, acked bool) {
	if p.hand != nil && p.hand.id == id {
		return
	}
	p.lets(nil) // it has no more than one at a time
	q := p.q
	q.mu.Lock()
	x := q.parcels[id]
	taken := x != nil && x.holder == nil
	if taken {
		if x.in {
			q.waiting--
		}
		x.in, x.holder, x.acked = true, p, acked
		x.attempt++
	}
	if acked {
		q.stir()
	}
	q.mu.Unlock()
	if !taken {
		q.repeats.Add(1) // done, or in another hand: it is handled once more than it had to be
		return
	}
	p.hand = x
	m := p.meter
	m.now, m.ready = m.lane.run.clock.Now(), waited
	m.back.Store(0)
	m.attempt = x.attempt
	m.begin(&x.d, x.attempt)
	if s := p.stall; s != nil && s.id == id {
		p.until = m.now + s.lasts
		s.h.heldUntil.Store(int64(p.until))
		m.state.Store(uint32(engine.Stalled))
	}
	p.stall = nil
}

// goesOn shows that the worker no longer stalls.
func (p *guestPlace) goesOn(now time.Duration) {
	if p.until > 0 && now >= p.until {
		p.until = 0
		p.meter.state.CompareAndSwap(uint32(engine.Stalled), uint32(engine.Busy))
	}
}

// ends books what became of a parcel. How long it took is measured by the worker's
// clock, and no clock is held against another.
func (p *guestPlace) ends(e *remotework.Event, answer func(remotework.Answer)) {
	if p.hand == nil || p.hand.id != e.ID {
		p.begins(e.ID, false, e.Acked) // unless somebody else has it
	}
	x := p.hand
	failed, panicked := false, false
	var took time.Duration
	for _, d := range e.Did {
		failed, panicked, took = failed || d.Failed, panicked || d.Panicked, took+d.Took
	}
	if x == nil || x.id != e.ID {
		if failed {
			answer(remotework.Answer{Do: remotework.Ack}) // who has it decides
		}
		return
	}
	q := p.q
	q.mu.Lock()
	out := q.judge(x, failed, panicked && !q.gen.recovers)
	backoff := q.backoff
	q.mu.Unlock()
	var pause time.Duration
	switch out {
	case message.Retried:
		x.failed++
		pause = time.Duration(float64(backoff(x.d, x.failed)) / q.gen.lane.run.clock.Speed())
		answer(remotework.Answer{Do: remotework.Later, Pause: pause})
	case message.Failed, message.Dead:
		answer(remotework.Answer{Do: remotework.Drop})
	default: // the worker knows by itself
	}
	m := p.meter
	m.now = m.lane.run.clock.Now()
	if m.h == nil {
		m.did(&x.d, e.Did, m.now-took)
	}
	m.close(&x.d, m.now-took, out)
	p.put(out, pause)
}

// judge says what becomes of a parcel that was handled elsewhere. The caller holds mu.
func (q *remoteQueue) judge(x *parcel, failed, fatal bool) message.Outcome {
	switch {
	case fatal && x.acked:
		return message.Lost
	case fatal:
		return message.Requeued
	default:
		return q.verdict(x, failed)
	}
}

// did books what the handlers did for an item that share a worker, one after another.
func (m *meter) did(d *delivery, all []remotework.Result, at time.Duration) {
	for i := range m.results {
		m.results[i] = account.Failed
	}
	for i, r := range all {
		h, t := m.handlers[i], &m.each[i]
		h.began(m.server, t, d, m.attempt, at)
		at += r.Took
		h.put(m.server, t, at-r.Took, at)
		if !r.Failed {
			m.results[i] = account.Done
		}
	}
}

// lets books that the worker no longer has what it had in hand: it comes again, or is
// lost where it was acknowledged before. It may have done it, and not said so before.
func (p *guestPlace) lets(did []remotework.Result) {
	if p.hand == nil {
		return
	}
	m := p.meter
	out := message.Requeued
	switch {
	case p.q.ctx.Err() != nil:
		out = message.Abandoned
	case p.hand.acked:
		out = message.Lost
	case len(did) > 0 && !slices.ContainsFunc(did, func(r remotework.Result) bool { return r.Failed }):
		out = message.DoneUnacked
	}
	start := m.now
	m.now = m.lane.run.clock.Now()
	if m.h == nil && len(did) > 0 {
		m.did(&p.hand.d, did, start)
	}
	m.close(&p.hand.d, start, out)
	p.put(out, 0)
}

// put takes a parcel out of the worker's hands.
func (p *guestPlace) put(out message.Outcome, pause time.Duration) {
	q, x := p.q, p.hand
	q.mu.Lock()
	x.holder, p.hand = nil, nil
	q.conclude(x, out, pause)
	q.mu.Unlock()
	p.meter.rest(p.meter.now)
}

// fell shows that the worker has crashed, and when it is back.
func (p *guestPlace) fell(back time.Duration) {
	m := p.meter
	now := m.lane.run.clock.Now()
	m.since.Store(int64(now))
	m.back.Store(int64(now + time.Duration(float64(back)*m.lane.run.clock.Speed())))
	m.state.Store(uint32(engine.Crashed))
}
