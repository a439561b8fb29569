package account

import (
	"duet/engine"
	"duet/engine/measure"
)

// class is what is followed of one class of a lane's items: their latency.
type class struct {
	name string
	*distribution
	base  measure.Counts // what there was when the warm-up was over
	whole engine.Summary // since then
}

// fillClasses describes the classes.
func (l *Lane) fillClasses(dst *engine.LaneSnapshot) {
	dst.Classes = Resize(dst.Classes, len(l.classes))
	for i, c := range l.classes {
		dst.Classes[i] = engine.ClassSnapshot{
			Name: c.name, Ledger: l.Now.Classes[i].ledger(), Latency: c.summary, WholeLatency: c.whole,
		}
	}
}
