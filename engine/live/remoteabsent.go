package live

import (
	"context"
	"time"

	"duet/engine/broker"
)

// What becomes of a process with workers that is silent, while the broker is there.
const (
	deadAfter   = 5 * time.Second  // it is taken for dead
	forgetAfter = 20 * time.Second // nothing can be told to it any more: if it lives, it finds that out, and comes anew
)

// absent does what follows from a process having been silent for so long.
func (o *office) absent(g *guest, silent time.Duration) {
	switch {
	case g.forgotten && !g.missing && silent > deadAfter:
		o.forget(g)
	case g.forgotten:
	case silent > deadAfter && g.slot < 0:
		o.part(g)
		o.remote.remove(g.letters())
	case silent > deadAfter && !g.missing:
		o.miss(g)
	case silent > forgetAfter:
		o.forget(g)
	}
}

// miss takes a process for dead that has joined. What its workers had in hand comes
// again, unless it was acknowledged: then they may still have it.
func (o *office) miss(g *guest) {
	g.missing = true
	given, kept := g.release()
	o.staff.Add(int64(-g.workers))
	what := "is silent, and taken for dead"
	if given > 0 {
		what += "; what it had in hand comes again"
	}
	if kept > 0 {
		what += "; what it has in hand is lost if it stays so"
	}
	g.note(what)
}

// release empties the places whose work others can do, and tells how many of them had
// something in hand. What was acknowledged before it was done nobody else gets: so much
// is kept in hand.
func (g *guest) release() (given, kept int) {
	for seat, p := range g.places {
		switch {
		case p.hand == nil:
		case p.hand.acked:
			kept++
			continue
		default:
			given++
		}
		g.empty(seat)
	}
	return given, kept
}

// forget gives up a process that is taken for dead, and its queue. Who it was is kept,
// should it speak again: it may do so before it has found out.
func (o *office) forget(g *guest) {
	lost := 0
	for _, p := range g.places {
		if p.hand != nil {
			lost++
		}
	}
	what := "is given up"
	if lost > 0 {
		what += ": " + messages(lost) + " lost"
	}
	o.unseat(g)
	g.missing, g.forgotten = true, true
	g.stop()
	g.note(what)
	o.remote.remove(g.letters())
}

// welcomeBack goes on with a process that was taken for dead, and speaks. What it has
// done meanwhile is done, unless somebody else has it by now.
func (o *office) welcomeBack(g *guest) {
	g.missing = false
	o.seat(g)
	g.note("speaks again")
}

// makeRoom lets go of the one of all forgotten processes that was silent for longest.
// False: there is none.
func (o *office) makeRoom() bool {
	var oldest *guest
	for _, g := range o.guests {
		if g.forgotten && g.missing && (oldest == nil || g.heard.Before(oldest.heard)) {
			oldest = g
		}
	}
	if oldest == nil {
		return false
	}
	o.part(oldest)
	return true
}

// remove deletes the queue of a process that has died without a word.
func (r *remote) remove(name broker.Name) {
	r.asking.Go(func() {
		ctx, cancel := context.WithTimeout(r.ctx, brokerAnswer)
		defer cancel()
		_ = r.server.Delete(ctx, name) // else duet broker clean does
	})
}

// sweep deletes the queues of processes that are taken for dead when the hand-over ends.
func (o *office) sweep() {
	if !o.remote.server.State().Connected {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), brokerAnswer)
	defer cancel()
	for _, g := range o.guests {
		if g.missing && !g.forgotten {
			_ = o.remote.server.Delete(ctx, g.letters()) // else duet broker clean does
		}
	}
}
