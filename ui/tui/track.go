package tui

import (
	"time"

	"duet/engine"
)

// passing is one that went by: an item that was handed over, or a delivery that
// ended or was put back.
type passing struct {
	at   time.Duration // lane time
	seq  int64
	key  int32
	what engine.Happening
}

// track remembers the latest that went by at one place of a lane, as the journal
// tells it.
type track struct {
	list [512]passing
	n    int // how many there were
}

func (k *track) add(e *engine.Entry) {
	k.list[k.n%len(k.list)] = passing{at: e.At, seq: e.Seq, key: e.Key, what: e.What}
	k.n++
}

// each calls see with those that went by before now, the latest first, and for
// how long they have been on their way since, until it has seen enough. It
// returns how many it took.
func (k *track) each(now time.Duration, see func(p *passing, age time.Duration) bool) (taken int) {
	for i := k.n - 1; i >= max(k.n-len(k.list), 0); i-- {
		p := &k.list[i%len(k.list)]
		if !see(p, max(now-p.at, 0)) {
			break
		}
		taken++
	}
	return taken
}
