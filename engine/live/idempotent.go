package live

import (
	"sync"
	"sync/atomic"
)

// memory is what an idempotent handler keeps of the items that it has done and will
// get again: their numbers.
type memory struct {
	n     atomic.Int32 // how many these are: nearly always none
	mu    sync.Mutex
	known map[int64]struct{}
}

func (m *memory) learn(seq int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[int64]struct{}{}
	}
	m.known[seq] = struct{}{}
	m.n.Store(int32(len(m.known)))
}

func (m *memory) recalls(seq int64) bool {
	if m.n.Load() == 0 {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, known := m.known[seq]
	return known
}

// forget lets go of an item that does not come again.
func (m *memory) forget(seq int64) {
	if m.n.Load() == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.known, seq)
	m.n.Store(int32(len(m.known)))
}

// again counts that what a handler has done will be handled again, or was: as a
// duplicate, unless it recognises that. What has its end does not come again.
func (m *meter) again(h *handler, t *tally, d *delivery, wasDone bool) {
	switch {
	case !wasDone:
	case h.spec.Load().Idempotent:
		t.deduplicated.Add(1)
		if !m.over {
			h.memory.learn(d.item.Seq)
		}
	default:
		t.duplicates.Add(1)
	}
}

// againAll counts the same of the item: it is recognised if all of its handlers here
// do so.
func (m *meter) againAll(wasDone bool) {
	if !wasDone {
		return
	}
	recognised := true
	for _, h := range m.handlers {
		recognised = recognised && h.spec.Load().Idempotent
	}
	if recognised {
		m.items.deduplicated.Add(1)
	} else {
		m.items.duplicates.Add(1)
	}
}
