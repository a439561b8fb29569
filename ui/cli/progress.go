package cli

import (
	"fmt"
	"io"
	"strings"

	"duet/engine"
)

// progress is one line on a terminal that says how far the runs are.
type progress struct {
	to           io.Writer // nil: nobody looks
	number, runs int       // which of the runs this is, from 1
	names        runNames  // of runs in brokers
}

// progress is nobody's where errors do not go to a terminal, or to one that
// cannot clear a line.
func (w *world) progress() *progress {
	if !w.errTerminal || w.env("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{to: w.stderr}
}

const clearLine = "\r\x1b[K"

// show writes the line anew.
func (p *progress) show(snap *engine.Snapshot) {
	if p.to == nil {
		return
	}
	var line strings.Builder
	if p.runs > 1 {
		fmt.Fprintf(&line, "%d of %d, %s: ", p.number, p.runs, snap.Scenario.Case)
	}
	fmt.Fprintf(&line, "%.1f s", snap.At.Seconds())
	if snap.Scenario.Duration > 0 {
		fmt.Fprintf(&line, " of %s", engine.FormatDuration(snap.Scenario.Duration))
	}
	for i := range snap.Lanes {
		l := &snap.Lanes[i]
		fmt.Fprintf(&line, "   %s: %d done", l.Name, l.Ledger.Done)
		if n := l.Ledger.Waiting; n > 0 {
			fmt.Fprintf(&line, ", %d wait", n)
		}
	}
	const widest = 79 // so that the line stays one
	text := []rune(line.String())
	fmt.Fprint(p.to, clearLine+string(text[:min(len(text), widest)]))
}

// clear takes the line away.
func (p *progress) clear() {
	if p.to != nil {
		fmt.Fprint(p.to, clearLine)
	}
}
