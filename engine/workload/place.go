package workload

// Place is where a cursor is in its stream.
type Place struct{ position }

// Place returns where the cursor is.
func (c *Cursor) Place() Place { return Place{c.where()} }

// Seek moves the cursor to the place of another one. That was a cursor of this
// stream, or of one that had the same log up to there: see [Stream.Fork].
func (c *Cursor) Seek(p Place) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.position = p.position
	c.log = nil // look at the epochs anew
}

// CursorAt returns a new cursor at a place to which it could [Cursor.Seek].
func (st *Stream) CursorAt(p Place) *Cursor {
	c := &Cursor{stream: st, position: p.position}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.cursors = append(st.cursors, c)
	return c
}
