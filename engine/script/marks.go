package script

import (
	"sync"

	"duet/engine"
)

// MarksKept is how many of the latest changes are kept.
const MarksKept = 1000

// Marks is the log of changes. Any goroutine may use it.
type Marks struct {
	mu   sync.Mutex
	n    int // made so far
	kept []engine.Change
}

// Add logs a change.
func (m *Marks) Add(c engine.Change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.kept) == MarksKept {
		m.kept = append(m.kept[:0], m.kept[1:]...)
	}
	m.kept = append(m.kept, c)
	m.n++
}

// Count is how many changes were made so far.
func (m *Marks) Count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.n
}

// From appends to dst the changes from number after on, counted from 0, as far
// as they are kept.
func (m *Marks) From(dst []engine.Change, after int) []engine.Change {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := max(0, len(m.kept)-max(0, m.n-after))
	return append(dst, m.kept[first:]...)
}
