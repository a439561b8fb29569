package live

import (
	"time"

	"duet/engine"
	"duet/engine/broker/remotework"
	"duet/engine/message"
	"duet/engine/workload"
)

// closedTo says why nobody can join the lane; empty: anybody can.
func (o *office) closedTo() string {
	g := o.remote.gen
	for _, h := range g.handlers {
		s := h.spec.Load()
		switch {
		case s.own != nil:
			return h.name + " is a function of the program that runs it"
		case s.needs != nil:
			return h.name + " needs slots of " + s.Needs + ", and those are in the playground's process"
		case s.Idempotent:
			return h.name + " is idempotent, and what it has done is remembered in the playground's process"
		}
	}
	return ""
}

// current are the settings as they are now.
func (o *office) current() remotework.Settings {
	r, run := o.remote, o.remote.gen.lane.run
	s := remotework.Settings{
		Prefetch: max(1, r.options.Prefetch), Partitions: r.options.Partitions, Recovers: r.gen.recovers,
		Speed: run.clock.Speed(), Paused: run.clock.Paused(),
	}
	s.Ask = r.gen.discards.Load() && run.scenario.Load().Load.Timeout > 0
	for _, h := range r.gen.handlers {
		of, x := h.spec.Load(), remotework.Handler{Name: h.name, Slower: 1}
		x.CPU, x.Fail, x.Panic = of.Work == engine.CPU, float64(of.Fail), float64(of.Panic)
		if t := h.faults.now(); t != nil {
			x.Slower, x.Fail, x.Panic = t.factor, max(x.Fail, t.fail), max(x.Panic, t.panics)
			s.Ask = s.Ask || t.stalls.Load() > 0
		}
		s.Handlers = append(s.Handlers, x)
	}
	for _, q := range r.queues {
		x := remotework.Queue{Title: q.name, Name: remotework.Work(run.name, r.gen.lane.name, q.name, o.number).Handler}
		for _, h := range q.runs {
			x.Handlers = append(x.Handlers, r.gen.position(h))
		}
		s.Queues = append(s.Queues, x)
		q.mu.Lock()
		s.AckAfter = q.after
		q.mu.Unlock()
	}
	return s
}

// selfRestart is after which time a worker elsewhere is back that has crashed, and for
// which none was said: who runs it sees to that.
const selfRestart = time.Second

// crash has a worker of a queue crash in another process, a busy one if there is any.
// False: there is none.
func (o *office) crash(q *remoteQueue, when message.CrashWhen, restart time.Duration) (found bool) {
	if o == nil {
		return false
	}
	back := time.Duration(float64(restart) / q.gen.lane.run.clock.Speed())
	if restart == 0 {
		back = selfRestart
	}
	done := make(chan struct{})
	order := func() {
		defer close(done)
		of, at := o.victim(q)
		if found = of != nil; found {
			of.out.Post(func(l *remotework.Letter) {
				l.Crashes = append(l.Crashes, remotework.Crash{Queue: at.queue, Worker: at.worker, Restart: back, Late: when == message.CrashBeforeAck})
			}, nil)
		}
	}
	select {
	case o.orders <- order:
		<-done
	case <-o.remote.ctx.Done():
	}
	return found
}

// victim is a worker elsewhere that has not crashed, a busy one if there is any; nil:
// there is none.
func (o *office) victim(q *remoteQueue) (of *guest, at guestSeat) {
	for _, g := range o.guests {
		for seat, p := range g.places {
			if p.q != q || engine.WorkerState(p.meter.state.Load()) == engine.Crashed {
				continue
			}
			if p.hand != nil {
				return g, seat
			}
			of, at = g, seat
		}
	}
	return of, at
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
