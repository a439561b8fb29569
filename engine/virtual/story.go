package virtual

import (
	"sort"

	"duet/engine"
)

// journalSize is how many lines of the journal are kept.
const journalSize = 1 << 14

// story is what happened to items: the latest lines, in order.
type story struct {
	lines ring[engine.Entry]
	last  uint64 // the number of the latest, also where that was cut off since
}

// add makes room for one more line, which has its number. All else of it is to be written.
func (j *story) add() *engine.Entry {
	j.last++
	if j.lines.len() == journalSize {
		j.lines.skip()
	}
	e := j.lines.room()
	e.N = j.last
	return e
}

// read appends to dst the lines after a number.
func (j *story) read(dst []engine.Entry, after uint64) []engine.Entry {
	n := j.lines.len()
	for i := sort.Search(n, func(i int) bool { return j.lines.at(i).N > after }); i < n; i++ {
		dst = append(dst, *j.lines.at(i))
	}
	return dst
}

// cut forgets the lines after a number.
func (j *story) cut(after uint64) {
	for n := j.lines.len(); n > 0 && j.lines.at(n-1).N > after; n-- {
		j.lines.remove(n - 1)
	}
}
