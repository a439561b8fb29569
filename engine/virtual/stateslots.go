package virtual

import (
	"cmp"
	"slices"
)

// lined is who stands in line for a resource, and since when.
type lined struct {
	by    who
	of    int32
	since int64
}

// hold has a handling have a slot of what its handler needs, or be in line for
// one. It tells whether it is in line, and so is not at work.
func (e *entry) hold(by who, h int32, queuing bool, since int64) bool {
	of := e.handlers[h].resource
	if of == none {
		return false
	}
	x := e.slotOf(by)
	*x = slot{state: held, of: of, since: since}
	if queuing {
		x.state = inLine
		e.inLine = append(e.inLine, lined{by, of, since})
		return true
	}
	e.resources[of].inUse.add(1, e.now)
	return false
}

// lineUpAtResources has those that stand in line do so in the order in which they
// came.
func (e *entry) lineUpAtResources() {
	slices.SortStableFunc(e.inLine, func(a, b lined) int { return cmp.Compare(a.since, b.since) })
	for _, x := range e.inLine {
		e.resources[x.of].line.push(x.by)
		e.resources[x.of].queued.add(1, e.now)
	}
	for i := range e.resources {
		e.serveLine(int32(i))
	}
}
