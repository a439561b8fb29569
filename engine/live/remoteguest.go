package live

import (
	"context"
	"errors"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/broker"
	"duet/engine/broker/remotework"
	"duet/engine/message"
	"duet/engine/workload"
)

// guest is another process with workers for a lane. All is done by the goroutine that
// reads for the office.
type guest struct {
	office  *office
	name    string // its own
	host    string
	workers int // for each queue
	welcome bool
	slot    int // where its places are; -1: nowhere yet
	heard   time.Time
	order   remotework.Sequence[remotework.Report]
	out     *remotework.Outbox[remotework.Letter]
	places  map[guestSeat]*guestPlace
	stop    context.CancelFunc
}

type guestSeat struct {
	queue  string
	worker int
}

// guestPlace is one worker of another process, as it is seen from here.
type guestPlace struct {
	q     *remoteQueue
	meter *meter
	hand  *parcel
}

// The numbers of the places of workers elsewhere: so many for each process, far above
// those of the lane's own.
const (
	guestIDs   = 1_000_000
	guestStep  = remotework.MostWorkers + 1
	laterPause = 500 * time.Millisecond // until it is asked again for what somebody has in hand
)

// newGuest begins to write to a process.
func (o *office) newGuest(name string) *guest {
	g := &guest{office: o, name: name, slot: -1, places: make(map[guestSeat]*guestPlace)}
	g.out = remotework.NewOutbox(func(l *remotework.Letter, number uint64) []byte {
		l.Number = number
		return l.Encode()
	})
	var ctx context.Context
	ctx, g.stop = context.WithCancel(context.Background())
	o.guests[name] = g
	o.writing.Go(func() { g.write(ctx) })
	return g
}

// letters is the queue in which the process is told things.
func (g *guest) letters() broker.Name {
	l := g.office.remote.gen.lane
	return remotework.Letters(l.run.name, l.name, g.name)
}

// write sends what there is to tell until ctx is done, or nobody is there any more.
func (g *guest) write(ctx context.Context) {
	for pause := leastPause; ctx.Err() == nil; pause = min(2*pause, mostPause) {
		trying, cancel := context.WithTimeout(ctx, brokerAnswer)
		queue, err := g.office.remote.server.Attach(trying, g.letters(), broker.Options{Prefetch: 1})
		cancel()
		if err == nil {
			_ = g.out.Run(ctx, queue)
			_ = queue.Close(ctx) // it was joined: nothing is deleted
			return
		}
		wait(ctx.Done(), nil, pause)
	}
}

// seat gives a worker a place.
func (g *guest) seat(q *remoteQueue, n int) {
	id := guestIDs + g.slot*guestStep + n
	m, _ := q.watch.Worker(id).(*meter)
	m.single = true
	m.host.Store(&g.host)
	m.back.Store(0)
	g.places[guestSeat{q.name, n}] = &guestPlace{q: q, meter: m}
}

// happens does what follows from an event. False: it makes no sense.
func (g *guest) happens(e *remotework.Event) bool {
	p := g.places[guestSeat{e.Queue, e.Worker}]
	if p == nil {
		return false
	}
	answer := func(a remotework.Answer) {
		a.Queue, a.Worker, a.ID = e.Queue, e.Worker, e.ID
		g.out.Post(func(l *remotework.Letter) { l.Answers = append(l.Answers, a) }, nil)
	}
	switch e.What {
	case remotework.Asks:
		answer(p.asked(e.ID))
	case remotework.Begins:
		p.begins(e.ID, e.Waited)
	case remotework.Ends:
		if len(e.Did) > len(p.q.runs) {
			return false
		}
		p.ends(e, answer)
	case remotework.Lets:
		p.lets()
		if e.Back > 0 {
			p.fell(time.Duration(e.Back) * time.Millisecond)
		}
	}
	return true
}

// asked says what to do with a parcel that the broker delivers again.
func (p *guestPlace) asked(id uint64) remotework.Answer {
	q := p.q
	q.mu.Lock()
	x := q.parcels[id]
	held := x != nil && x.holder != nil && x.holder != any(p)
	q.mu.Unlock()
	switch {
	case x == nil:
		q.repeats.Add(1)
		return remotework.Answer{Do: remotework.Ack}
	case held:
		q.repeats.Add(1)
		return remotework.Answer{Do: remotework.Later, Pause: laterPause}
	default:
		return remotework.Answer{Do: remotework.Go, Tasks: q.tasks(&x.d, x.attempt+1)}
	}
}

// begins notes that a parcel is in the worker's hands. Whether it is was found out on
// the way of a report: the wait that is measured includes that way.
func (p *guestPlace) begins(id uint64, waited bool) {
	if p.hand != nil && p.hand.id == id {
		return
	}
	p.lets() // it has no more than one at a time
	q := p.q
	q.mu.Lock()
	x := q.parcels[id]
	taken := x != nil && x.holder == nil
	if taken {
		if x.in {
			q.waiting--
		}
		x.in, x.holder = true, p
		x.attempt++
	}
	if !q.after {
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
}

// ends books what became of a parcel. How long it took is measured by the worker's
// clock, and no clock is held against another.
func (p *guestPlace) ends(e *remotework.Event, answer func(remotework.Answer)) {
	if p.hand == nil || p.hand.id != e.ID {
		p.begins(e.ID, false) // unless somebody else has it
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
	case fatal && q.after:
		return message.Requeued
	case fatal:
		return message.Lost
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
// lost where it was acknowledged before.
func (p *guestPlace) lets() {
	if p.hand == nil {
		return
	}
	q, m := p.q, p.meter
	q.mu.Lock()
	out := message.Lost
	switch {
	case errors.Is(context.Cause(q.ctx), message.ErrKilled), q.ctx.Err() != nil:
		out = message.Abandoned
	case q.after:
		out = message.Requeued
	}
	q.mu.Unlock()
	start := m.now
	m.now = m.lane.run.clock.Now()
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

// leave empties all places.
func (g *guest) leave() {
	for _, p := range g.places {
		p.lets()
		p.meter.Exit(false)
		p.meter.host.Store(nil)
	}
	clear(g.places)
}

// body is what a message says of its delivery to who does not know it.
func (q *remoteQueue) body(d *delivery) []byte {
	var payload []byte
	if d.rec != nil {
		payload = d.rec.body // the record may be gone before the broker has confirmed: this is copied
	}
	if q.office == nil {
		return append([]byte(nil), payload...)
	}
	j := remotework.Job{Seq: d.item.Seq, Key: d.item.Key, Tasks: q.tasks(d, 1), Payload: payload}
	return j.Encode()
}

// tasks are what there is to do for a delivery, at an attempt.
func (q *remoteQueue) tasks(d *delivery, attempt int) []remotework.Task {
	all := make([]remotework.Task, len(q.runs))
	stream := q.gen.lane.stream()
	for i, h := range q.runs {
		n := attempt
		if h.spec.Load().Per == engine.PerItem {
			n = 0
		}
		all[i] = remotework.Task{
			Takes: h.demand(d.item),
			Panic: stream.Draw(d.item, workload.Panicking, h.index, n), Fail: stream.Draw(d.item, workload.Failing, h.index, n),
		}
	}
	return all
}
