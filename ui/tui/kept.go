package tui

import (
	"time"

	"duet/engine"
)

// kept remembers what a run looked like: a snapshot each second of lane time,
// fewer of what is longer ago, and never more than fit into keptBytes.
type kept struct {
	list []*engine.Snapshot // by lane time, oldest first
	free *engine.Snapshot   // one that was dropped, for its memory
	size int                // bytes, about
}

const (
	keptEvery = time.Second
	keptBytes = 16 << 20
	keptCount = 600
)

// add keeps a copy of a snapshot, if it is a second later than the last one.
// Those that are later than it belong to a future that was gone back from; they
// are dropped.
func (k *kept) add(snap *engine.Snapshot) {
	k.forget(snap.At)
	if n := len(k.list); n > 0 && snap.At-k.list[n-1].At < keptEvery {
		return
	}
	own := k.free
	if own == nil {
		own = &engine.Snapshot{}
	}
	k.free = nil
	own.CopyFrom(snap)
	k.list = append(k.list, own)
	k.size += weight(own)
	for len(k.list) > 2 && (k.size > keptBytes || len(k.list) > keptCount) {
		k.drop(k.leastMissed())
	}
}

// forget drops what is later than a lane time.
func (k *kept) forget(after time.Duration) {
	for n := len(k.list); n > 0 && k.list[n-1].At > after; n-- {
		k.drop(n - 1)
	}
}

func (k *kept) drop(i int) {
	k.free = k.list[i]
	k.size -= weight(k.free)
	copy(k.list[i:], k.list[i+1:])
	k.list[len(k.list)-1] = nil
	k.list = k.list[:len(k.list)-1]
}

// leastMissed is the snapshot whose neighbours are nearest to each other for
// how long ago it was: so what is kept gets sparser with age, by the same factor
// everywhere. The first and the last one stay.
func (k *kept) leastMissed() int {
	now := k.list[len(k.list)-1].At
	best, least := 1, 0.0
	for i := 1; i < len(k.list)-1; i++ {
		gap := float64(k.list[i+1].At-k.list[i-1].At) / float64(now-k.list[i].At+keptEvery)
		if i == 1 || gap < least {
			best, least = i, gap
		}
	}
	return best
}

// at is the latest snapshot not after a lane time; the first one when there is
// none, nil when nothing was kept.
func (k *kept) at(t time.Duration) *engine.Snapshot {
	for i := len(k.list) - 1; i >= 0; i-- {
		if k.list[i].At <= t || i == 0 {
			return k.list[i]
		}
	}
	return nil
}

// weight is about how many bytes a snapshot takes.
func weight(s *engine.Snapshot) int {
	const lane, part, handler, worker, publisher, call = 4 << 10, 1200, 800, 80, 80, 24
	n := 512
	for i := range s.Lanes {
		l := &s.Lanes[i]
		n += lane + part*len(l.Parts) + handler*len(l.Handlers) + worker*len(l.Workers)
		for j := range l.Publishers {
			n += publisher + call*len(l.Publishers[j].Calls)
		}
	}
	return n
}
