package event

import "sync/atomic"

// A gate counts who is inside. Once shut it lets nobody in any more, and tells
// when the last one has left. Neither entering nor leaving blocks.
type gate struct {
	word  atomic.Int64  // how many are inside; and shutBit
	empty chan struct{} // closed when the gate is shut and nobody is inside
	_     [48]byte      // a gate of its own stays on a cache line of its own
}

const shutBit = 1 << 62

func newGate() *gate { return &gate{empty: make(chan struct{})} }

// enter reports whether the caller is inside now, and must leave.
func (g *gate) enter() bool { return g.enterBelow(shutBit) }

// enterBelow is enter for a gate that holds less than limit.
func (g *gate) enterBelow(limit int64) bool {
	for {
		w := g.word.Load() // shut, it is above any limit
		if w >= limit {
			return false
		}
		if g.word.CompareAndSwap(w, w+1) {
			return true
		}
	}
}

func (g *gate) leave() {
	if g.word.Add(-1) == shutBit {
		close(g.empty)
	}
}

// shut lets nobody in from now on. It returns a channel that is closed when
// nobody is inside. It may be called again.
func (g *gate) shut() <-chan struct{} {
	if g.word.Or(shutBit) == 0 {
		close(g.empty)
	}
	return g.empty
}

func (g *gate) isShut() bool { return g.word.Load()&shutBit != 0 }

func (g *gate) inside() int { return int(g.word.Load() &^ shutBit) }

// A stay is a publisher's in its gate, over several publishes. It belongs to the
// publisher's goroutine.
type stay struct {
	inside bool
	depth  int // publishes under way: they may be nested
}

// enter is [gate.enter], which it calls only if the publisher is not inside.
func (s *stay) enter(g *gate) bool {
	switch {
	case s.inside && !g.isShut():
	case s.inside:
		s.rest(g)
		return false
	case !g.enter():
		return false
	}
	s.inside = true
	s.depth++
	return true
}

func (s *stay) leave() { s.depth-- }

// rest leaves the gate, unless a publish is under way.
func (s *stay) rest(g *gate) {
	if s.inside && s.depth == 0 {
		s.inside = false
		g.leave()
	}
}

// A tally counts an observer's calls under way on the bus's goroutines. When
// the bus abandons them it learns how many these are, and each of them learns
// that it is one of them: none is counted twice, or not at all.
type tally struct{ word atomic.Int64 }

const abandonedBit = 1 << 62

// begin reports whether the call may begin, and must end; an abandoned one may
// not.
func (t *tally) begin() bool {
	if t.word.Add(1)&abandonedBit != 0 {
		t.word.Add(-1)
		return false
	}
	return true
}

// end reports whether the call that ends had been abandoned.
func (t *tally) end() bool { return t.word.Add(-1)&abandonedBit != 0 }

// abandon returns how many calls are under way.
func (t *tally) abandon() int { return int(t.word.Or(abandonedBit) &^ abandonedBit) }

func (t *tally) running() int { return int(t.word.Load() &^ abandonedBit) }
