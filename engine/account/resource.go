package account

import (
	"slices"

	"duet/engine"
	"duet/engine/measure"
)

// ResourceReading is a resource of a lane at one moment.
type ResourceReading struct {
	Slots  int64
	InUse  Level // slots that are held
	Queued Level // handlings that stand in line for one
}

// load is how much of the resource is in use, in millionths.
func (r *ResourceReading) load() Level { return r.InUse.over(r.Slots) }

// resource is what is followed of a resource in a lane.
type resource struct {
	wait          *distribution
	inUse, queued *measure.Integral
	load          *measure.Integral // in millionths
}

func newResource() *resource {
	return &resource{
		wait: newDistribution(), inUse: measure.NewIntegral(Window), queued: measure.NewIntegral(Window),
		load: measure.NewIntegral(Window),
	}
}

func (x *resource) clone() *resource {
	return &resource{wait: x.wait.clone(), inUse: x.inUse.Clone(), queued: x.queued.Clone(), load: x.load.Clone()}
}

// sampleResources follows how much of each resource is in use.
func (l *Lane) sampleResources() {
	for i, x := range l.resources {
		r := &l.Now.Resources[i]
		r.InUse.follow(x.inUse, l.Now.At)
		r.Queued.follow(x.queued, l.Now.At)
		load := r.load()
		load.follow(x.load, l.Now.At)
	}
}

// resourceBase is what was known of a resource when a stretch began.
type resourceBase struct {
	wait   measure.Counts
	load   measure.Integral
	waited engine.Summary // since then
}

func cloneBases(bases []resourceBase) []resourceBase {
	c := slices.Clone(bases)
	for i := range bases {
		c[i].wait = bases[i].wait.Clone()
	}
	return c
}

// FillResource describes a resource, by its index in the scenario, as
// [Lane.FillHandler] does a handler.
func (l *Lane) FillResource(dst *engine.ResourceSnapshot, i int) {
	r, x, whole := &l.Now.Resources[i], l.resources[i], &l.whole.resources[i]
	dst.Slots = int(r.Slots)
	dst.InUse, dst.Waiting = x.inUse.Gauge(), x.queued.Gauge()
	dst.InUse.Now, dst.Waiting.Now = r.InUse.Now, r.Queued.Now
	dst.Utilisation, dst.WholeUtilisation = share(x.load.Recent().Mean), share(whole.load.Gauge().Mean)
	dst.Wait, dst.WholeWait = x.wait.summary, whole.waited
}
