package cli

import (
	"fmt"
	"time"

	"duet/engine"
)

// countdown is a line on a terminal that says how many of some runs have ended,
// and how long the others will take.
type countdown struct {
	*progress
	began time.Time
	shown time.Time
}

func (w *world) countdown() *countdown {
	return &countdown{progress: w.progress(), began: time.Now()}
}

// show says how many of all runs have ended.
func (c *countdown) show(ended, all int) {
	line := fmt.Sprintf("%d of %d runs", ended, all)
	if left := all - ended; left > 0 {
		each := time.Since(c.began) / time.Duration(ended)
		line += ", " + engine.FormatDuration((time.Duration(left) * each).Round(time.Second)) + " left"
	}
	c.say(line, ended == all)
}

// say writes the line anew: the last one, and others not more often than can be
// read.
func (c *countdown) say(line string, last bool) {
	now := time.Now()
	if c.to == nil || now.Sub(c.shown) < glance && !last {
		return
	}
	c.shown = now
	fmt.Fprint(c.to, clearLine+line)
}
