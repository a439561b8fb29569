package virtual

import (
	"fmt"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/script"
)

// dieOf lets the lane die of the panic that a server met.
func (l *lane) dieOf(w int32) {
	x := &l.servers[w]
	name := l.handlers[x.handler].Name
	who := "observer " + name
	if x.sub != none && !l.subs[x.sub].observed {
		of := name
		if l.subs[x.sub].handler == none {
			of, name = "together", l.handlers[l.generations[x.generation].handlers[x.step-1]].Name
		}
		who = fmt.Sprintf("worker %d of %s", x.id, of)
	}
	if x.sub == none {
		l.dismiss(w)
	} else {
		l.leave(w)
	}
	l.die(who + " panicked: " + name + " panicked, as its scenario says")
}

// dieOfPublisher lets the lane die of the panic that a publisher met in an observer.
func (l *lane) dieOfPublisher(p int32, name string) {
	l.skip(p)
	l.published(p)
	l.die(fmt.Sprintf("publisher %d: an observer panicked: %s panicked, as its scenario says", p+1, name))
}

// die ends all that runs in the lane, as a process dies: what waits and what is
// in hand is lost.
func (l *lane) die(reason string) {
	l.dead = reason
	l.staff()
	for p := range l.producers {
		switch x := &l.producers[p]; x.state {
		case blocked:
			l.release(int32(p))
		case publishing:
			if x.onward != 0 {
				l.endNested(int32(p), account.Lost)
			}
			l.endCall(int32(p), account.Lost)
			l.skip(int32(p))
			l.published(int32(p))
		}
		l.producers[p].state, l.producers[p].leaving = gone, false
	}
	for w := range l.servers {
		if l.servers[w].state == busy {
			l.cutOff(int32(w))
		}
	}
	for i := range l.retries {
		if r := &l.retries[i]; r.event != 0 {
			r.event = 0
			l.blank = append(l.blank, int32(i))
			s := &l.subs[r.sub]
			s.queues[r.queue].delayed--
			l.deepen(s, -1)
			l.missBack(s, r.hand, account.Lost)
		}
	}
	for i := range l.subs {
		l.drain(int32(i))
		for _, w := range l.subs[i].workers {
			l.servers[w].state, l.servers[w].event = absent, 0
		}
	}
}

// cutOff ends a server in the middle of its work.
func (l *lane) cutOff(w int32) {
	x := &l.servers[w]
	l.unsend(w)
	switch {
	case x.sub == none:
		l.end(w, account.Lost)
		l.dismiss(w)
	case l.subs[x.sub].handler == none:
		l.rush(w)
		l.cutAll(w)
	default:
		l.cut(w)
	}
	l.servers[w].state, l.servers[w].event = absent, 0
}

// drain loses all that waits in a subscription.
func (l *lane) drain(i int32) {
	s := &l.subs[i]
	for k := range s.queues {
		q := &s.queues[k]
		for q.side.len() > 0 {
			l.deepen(s, -1)
			l.missBack(s, q.side.pop(), account.Lost)
		}
		for q.fresh.len() > 0 {
			l.deepen(s, -1)
			l.miss(s, q.fresh.pop(), account.Lost)
		}
	}
}

// revive starts a dead lane again, with nothing in it.
func (l *lane) revive() error {
	if l.dead == "" {
		return fmt.Errorf("lane %s is alive: only a dead lane can be revived", l.spec.Name)
	}
	l.dead = ""
	l.open()
	l.tidy()
	l.staff()
	return nil
}

// refit applies new settings. What can change in place does; for the rest a
// new hand-over takes the new items while the old one drains.
func (l *lane) refit(spec *engine.Lane) {
	restructured := l.dead == "" && script.Restructured(&l.spec, spec)
	l.spec = *spec
	if restructured {
		old := l.current
		l.open()
		for p := range l.producers {
			if x := &l.producers[p]; x.state == blocked && x.way == old && l.generations[old].letsGo(x) {
				l.release(int32(p))
				l.produce(int32(p))
			}
		}
	}
	for i := range l.subs {
		if !l.subs[i].over && l.dead == "" {
			l.adjust(int32(i))
		}
	}
	l.relieve()
	l.staff()
}

// letsGo tells whether a hand-over that closes turns away a producer that stands
// at it. A bus waits for it, and so does a topic of which some have the item.
func (g *generation) letsGo(p *producer) bool {
	return g.goroutines() || g.model == engine.Message && p.step == 0
}

// tidy gives up hand-overs that have drained.
func (l *lane) tidy() {
	for i := range l.generations {
		g := &l.generations[i]
		if g.over || int32(i) == l.current || g.inside > 0 || g.running > 0 || l.occupied(g) {
			continue
		}
		for _, s := range g.subs {
			l.hire(s, 0)
			l.withdraw(s)
		}
		g.over = true
	}
}

// occupied tells whether something is in a hand-over's subscriptions.
func (l *lane) occupied(g *generation) bool {
	for _, i := range g.subs {
		s := &l.subs[i]
		for k := range s.queues {
			q := &s.queues[k]
			if q.fresh.len()+q.side.len()+q.delayed+q.senders.len() > 0 {
				return true
			}
		}
		for _, w := range s.workers {
			if l.servers[w].state == busy {
				return true
			}
		}
	}
	return false
}
