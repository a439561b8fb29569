package live

import (
	"errors"
	"fmt"
	"time"

	"duet/engine"
	"duet/engine/broker"
)

// Who makes the marks of what happens to a broker, and to workers elsewhere.
const (
	byBroker = "broker"
	byWorker = "worker"
)

// told is what was last told of a broker.
type told struct {
	connected  bool
	since      time.Time // when that began; zero: nothing was told yet
	blocked    string
	rebalances int64
	lost       int64
}

// tell leaves marks of what has happened to the broker since: that it is away, or
// back, takes no messages, has dealt out its partitions anew, or has lost something.
func (r *remote) tell(t *told) {
	s, was := r.server.State(), *t
	t.connected, t.since = s.Connected, s.Since
	switch {
	case was.since.IsZero():
	case was.connected && !s.Connected:
		r.note(because("is away", s.Trouble))
	case !was.connected && s.Connected:
		r.note("is back after " + engine.FormatDuration(s.Since.Sub(was.since).Round(100*time.Millisecond)))
	}
	if s.Blocked != t.blocked {
		t.blocked = s.Blocked
		if s.Blocked != "" {
			r.note("takes no messages: " + s.Blocked)
		} else {
			r.note("takes messages again")
		}
	}
	if f := r.told.Load(); f != nil && f.rebalances != t.rebalances {
		r.note(fmt.Sprintf("has dealt out its partitions anew, %d times so far", f.rebalances))
		t.rebalances = f.rebalances
	}
	if n := r.lost.Load(); n != t.lost {
		r.note(messages(int(n-t.lost)) + " lost")
		t.lost = n
	}
}

// because is what has happened, and why if that is known.
func because(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}

// note leaves a mark.
func (r *remote) note(what string) {
	r.gen.lane.run.note(byBroker, string(r.kind)+" of "+r.gen.lane.name+" "+what)
}

// note leaves a mark.
func (g *guest) note(what string) {
	l := g.office.remote.gen.lane
	l.run.note(byWorker, "duet worker at "+g.host+" for "+l.name+" "+what)
}

// note leaves a mark of something that nobody has asked for.
func (r *Run) note(by, what string) {
	r.marks.Add(engine.Change{At: r.clock.Now(), By: by, Note: what})
}

// errNoBroker is the answer to crashing a broker that there is not.
var errNoBroker = errors.New("its queue is in no broker that duet has started itself, and could crash")

// crashBroker ends the broker, if it is ours, and starts it again when so much lane
// time is over; 0: never.
func (r *remote) crashBroker(restart time.Duration) error {
	m, ours := r.server.(broker.Mortal)
	if !ours || r.ctx.Err() != nil {
		return errNoBroker
	}
	m.Crash()
	if restart == 0 {
		return nil
	}
	clock := r.gen.lane.run.clock
	at := clock.Now() + restart
	r.asking.Go(func() {
		if clock.SleepUntil(r.ctx, at) != nil {
			return
		}
		if err := m.Restart(); err != nil {
			r.note(because("did not start again", err.Error()))
		}
	})
	return nil
}
