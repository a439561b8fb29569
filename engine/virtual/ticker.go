package virtual

import (
	"duet/engine"
	"duet/engine/account"
)

// ticks tells whether the lane hears of its items from a ticker. That ticks on
// whatever becomes of those that it is for.
func (l *lane) ticks() bool { return l.spec.Source == engine.Ticker }

// dropTick books an item whose tick found the room taken.
func (l *lane) dropTick(a *arrival) {
	g := &l.generations[l.current]
	for _, h := range g.handlers {
		l.handlers[h].counts.Ended[account.Dropped]++
	}
	l.spareAbsent(g)
	l.ended(&a.Item, account.Dropped)
	l.counts.Unbegun++
	if l.machine.told(a.Seq) {
		it := &item{Item: a.Item}
		l.note(engine.Arrived, it, none, 0, 0)
		l.note(engine.Dropped, it, none, 0, 0)
	}
}

// dropTicks leaves one tick of what a line kept before there was a ticker.
func (l *lane) dropTicks(i int32) {
	for x := &l.lines[i]; l.ticks() && x.kept() > 1; {
		var first, a arrival
		l.takeWaiting(i, &first)
		l.takeWaiting(i, &a)
		x.waiting.pushFront(first)
		if a.client != none { // a try, from before as well
			x.returned.push(a)
			return
		}
		l.leaveBacklog(1, false)
		l.dropTick(&a)
	}
}
