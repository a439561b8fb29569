package live

import (
	"sync"

	"duet/engine"
)

// marksKept is how many of the latest changes are kept.
const marksKept = 1000

// marks is the log of changes.
type marks struct {
	mu   sync.Mutex
	n    int // made so far
	kept []engine.Change
}

func (m *marks) add(c engine.Change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.kept) == marksKept {
		m.kept = append(m.kept[:0], m.kept[1:]...)
	}
	m.kept = append(m.kept, c)
	m.n++
}

func (m *marks) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.n
}

// Marks implements [engine.Run].
func (r *Run) Marks(dst []engine.Change, after int) []engine.Change {
	m := &r.marks
	m.mu.Lock()
	defer m.mu.Unlock()
	first := max(0, len(m.kept)-max(0, m.n-after))
	return append(dst, m.kept[first:]...)
}
