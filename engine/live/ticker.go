package live

import (
	"context"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/account"
	"duet/engine/clock"
)

// ticker tells a source's producers of its items as a time.Ticker does, on the
// lane's clock: through a channel with room for one tick. What finds that taken is
// gone, and nobody is told.
type ticker struct {
	source *source
	lane   *lane
	ticks  chan engine.Item
	wake   chan struct{} // told when the stream changed
	cancel context.CancelFunc
	gone   chan struct{} // closed when its goroutine has ended
}

// startTicker has a source hear of its items from a ticker.
func (l *lane) startTicker(s *source) {
	t := &ticker{source: s, lane: l, ticks: make(chan engine.Item, 1), wake: make(chan struct{}, 1), gone: make(chan struct{})}
	var ctx context.Context
	ctx, t.cancel = context.WithCancel(context.Background())
	s.ticker.Store(t)
	s.poke() // who waits for an item waits for a tick from now on
	go t.run(ctx)
}

// stop ends it. A tick that nobody has taken is kept.
func (t *ticker) stop() {
	t.cancel()
	<-t.gone
	t.source.ticker.Store(nil)
	select {
	case it := <-t.ticks:
		t.source.giveBack(arrival{item: it})
	default:
		t.source.poke()
	}
}

// retick starts or stops the lane's tickers, as its settings say. The caller holds
// the lane's mu.
func (l *lane) retick(source engine.Source) {
	for _, s := range l.sources {
		switch t := s.ticker.Load(); {
		case t == nil && source == engine.Ticker:
			l.startTicker(s)
		case t != nil && source != engine.Ticker:
			t.stop()
		}
	}
}

// run is the ticker's goroutine.
func (t *ticker) run(ctx context.Context) {
	defer close(t.gone)
	ctx = labelled(ctx, t.lane.labels(roleTicker, ""))
	sleeper := t.source.clock.NewSleeper(clock.Precise)
	for {
		it, next, due := t.source.tick()
		if due {
			select {
			case t.ticks <- it:
				t.source.poke() // for who counts what passes
			default:
				t.lane.dropTick(&it)
			}
			if ctx.Err() != nil {
				return
			}
			continue
		}
		if next == never {
			select {
			case <-t.wake:
			case <-ctx.Done():
				return
			}
			continue
		}
		if _, err := sleeper.UntilOr(ctx, next, t.wake); err != nil {
			return
		}
	}
}

// tick takes the next item that is due; if there is none, it says when there will
// be.
func (s *source) tick() (it engine.Item, next time.Duration, due bool) {
	now := min(s.clock.Now(), s.end-1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.head == s.tail {
		s.head, s.tail = 0, s.pick(s.cursor.Next(now, s.due[:]))
	}
	if s.head < s.tail {
		s.head++
		return s.due[s.head-1], 0, true
	}
	if at, ok := s.cursor.Peek(); ok && at < s.end {
		return it, at, false
	}
	return it, never, false
}

// dropTick books an item whose tick found the room taken.
func (l *lane) dropTick(it *engine.Item) {
	g := l.current.Load()
	d := &delivery{item: *it}
	now := l.run.clock.Now()
	for _, h := range g.handlers {
		h.conclude(&h.loose.each[0], d, now, account.Dropped)
	}
	for _, h := range g.absent {
		h.spared.Add(1)
	}
	g.handlers[0].loose.close(it, account.Dropped, false)
	l.ticked.Add(1)
	l.note(engine.Arrived, d, -1, 0, 0, now)
	l.note(engine.Dropped, d, -1, 0, 0, now)
}

// popTick is pop for producers that hear of their items from a ticker.
func (s *source) popTick(t *ticker, busy *atomic.Bool) (a arrival, ok bool) {
	gate := s.gate.Load()
	if gate&(gateStopped|gatePaused) != 0 {
		return a, false
	}
	was := busy.Load()
	stepping := gate&gateStepping != 0
	if stepping {
		if was = busy.Swap(true); !s.permits.CompareAndSwap(1, 0) {
			busy.Store(was)
			return a, false
		}
	}
	if a, ok = s.popBack(); !ok {
		select {
		case a.item = <-t.ticks:
			ok = true
		default:
		}
	}
	if a.permit = stepping && ok; stepping && !ok {
		s.permits.Store(1)
		busy.Store(was)
	}
	return a, ok
}

// popBack takes what was given back.
func (s *source) popBack() (a arrival, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.back) == 0 {
		return a, false
	}
	a = s.back[0]
	s.back = s.back[1:]
	return a, true
}

// awaitTick waits for a tick, or until one may pass.
func (s *source) awaitTick(ctx context.Context, t *ticker, busy *atomic.Bool) (a arrival, ok bool, err error) {
	if a, ok := s.popTick(t, busy); ok {
		return a, true, nil
	}
	ticks := t.ticks
	if s.gate.Load() != 0 {
		ticks = nil // none may pass, or it is counted how many do
	}
	select {
	case a.item = <-ticks:
		return a, true, nil
	case <-s.wake:
		return a, false, nil
	case <-ctx.Done():
		return a, false, context.Cause(ctx)
	}
}
