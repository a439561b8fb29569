package virtual

import (
	"fmt"

	"duet/engine"
)

// crash is a crash that is to come to a worker, or came.
type crash struct {
	when    string // during or before_ack; empty: none
	down    bool   // its goroutine ends of it, or has ended
	at      int64  // when it came
	restart int64  // how long after that the worker is back; 0: not by itself
	backAt  int64  // down: when that is; 0: not by itself
}

// crashWorkers lets workers of the current hand-over crash.
func (l *lane) crashWorkers(f *engine.Fault) error {
	g := &l.generations[l.current]
	if g.model == engine.EventModel {
		return fmt.Errorf("%s: an observer of a bus is no worker: nothing of its own can crash; use fail, panic or stall", l.spec.Name)
	}
	i := g.subs[0]
	for k := range g.subs {
		if !g.together && l.handlers[g.handlers[k]].Name == f.Handler {
			i = g.subs[k]
		}
	}
	var hit []int32
	for n := range max(1, f.Count) {
		w := l.victim(&l.subs[i], int32(f.Worker))
		switch {
		case w == none && n > 0: // all there are
		case w == none && f.Worker == 0:
			return fmt.Errorf("lane %s: no worker is left to crash", l.spec.Name)
		case w == none:
			return fmt.Errorf("lane %s: worker %d cannot crash: it is not running", l.spec.Name, f.Worker)
		default:
			l.doom(w, f)
			hit = append(hit, w)
		}
	}
	if f.When == engine.CrashDuring {
		l.strike(hit)
	}
	return nil
}

// victim finds the worker to crash: the one with a number, or a busy one, or one
// at all; none if there is none.
func (l *lane) victim(s *subscription, id int32) int32 {
	v := int32(none)
	for _, w := range s.workers {
		x := &l.servers[w]
		fit := (x.state == resting || x.state == busy) && x.crash.when != engine.CrashDuring
		fit = fit && (id != 0 || x.crash.when == "") // whoever is to crash already is hit again by name only
		switch {
		case !fit || id != 0 && id != x.id:
		case id == x.id || x.state == busy:
			return w
		case v == none:
			v = w
		}
	}
	return v
}

// doom says of a worker that it crashes, now or after the work in hand.
func (l *lane) doom(w int32, f *engine.Fault) {
	x := &l.servers[w]
	x.alert = true
	x.crash = crash{when: f.When, at: l.now, restart: int64(f.Restart)}
}

// strike lets workers crash at once: those that wait first, so that they do not
// take what the others drop.
func (l *lane) strike(workers []int32) {
	for _, w := range workers {
		if x := &l.servers[w]; x.state == resting {
			x.crash.down = true
			l.goDown(w)
		}
	}
	for _, w := range workers {
		switch x := &l.servers[w]; {
		case x.state != busy:
		case l.subs[x.sub].handler == none:
			l.hurry(w)
		default:
			x.event = 0
			l.unsend(w)
			l.decide(w, false)
		}
	}
}

// goDown ends a worker that has crashed, for a time.
func (l *lane) goDown(w int32) {
	x := &l.servers[w]
	s := &l.subs[x.sub]
	if x.state == resting && s.partitions == 0 {
		drop(&s.idle, w)
	}
	x.state, x.since, x.event = down, l.now, 0
	if x.crash.restart > 0 {
		x.crash.backAt = x.crash.at + x.crash.restart
		x.event = l.events.add(x.crash.backAt, serverBack|who(w))
	}
	if l.handOver(w) {
		l.inform(x.sub)
	}
}

// restart brings a crashed worker back.
func (l *lane) restart(w int32) {
	x := &l.servers[w]
	x.event, x.crash, x.state, x.since, x.alert = 0, crash{}, resting, l.now, true
	l.look(w)
}
