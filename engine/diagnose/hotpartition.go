package diagnose

import (
	"fmt"
	"slices"

	"duet/engine"
)

// piled is how many items in one queue are load and not chance: see the package
// comment.
const (
	piled    = 60
	uneven   = 10   // times the median of the other queues
	spared   = 0.75 // of their time that all workers are busy at most, when a short queue is full
	eachPins = 15   // items for each pinned publisher that are as good as never there by chance
)

// hotPartition reports a queue, one of several by key, whose server cannot keep
// up though the others could.
func (l *lane) hotPartition() *Finding {
	if l.inline() {
		return l.hotPublisher()
	}
	for i := range l.now.Handlers {
		h := &l.now.Handlers[i]
		if len(h.Partitions) < 2 || h.Workers < 2 {
			continue
		}
		most := slices.Max(h.Partitions)
		hot := slices.Index(h.Partitions, most)
		if !l.overfull(i, hot) || uneven*others(h.Partitions, hot) > most || !l.serves(i, hot) {
			continue
		}
		return l.hot(i, hot)
	}
	return nil
}

// hot is the finding of a partition that is.
func (l *lane) hot(handler, partition int) *Finding {
	h := &l.now.Handlers[handler]
	depth := h.Partitions[partition]
	f := &Finding{Kind: HotPartition, Severity: Warning}
	which := fmt.Sprintf("partition %d", partition+1)
	if len(l.now.Handlers) > 1 && !l.settings.Handlers.Together {
		which += " of " + h.Name
	}
	full := ""
	before, known := l.depthBefore(handler, partition)
	if known && depth > before {
		f.Growth = float64(depth-before) / l.elapsed
	}
	switch {
	case l.endless():
	case depth >= h.Capacity:
		full = ", it is full"
	case f.Growth > 0:
		f.FullIn = until(h.Capacity-depth, f.Growth)
		full = ", full in " + ahead(f.FullIn)
	}
	f.Text = fmt.Sprintf("the worker of %s cannot keep up: %s of %s wait there%s; all %d are %s busy.",
		which, count(int64(depth)), count(max(h.Depth.Now, int64(depth))), full, h.Workers, percent(h.Utilisation))
	return f
}

// depthBefore is how many items waited in a partition then.
func (l *lane) depthBefore(handler, partition int) (depth int, known bool) {
	if l.before == nil || handler >= len(l.before.Handlers) || partition >= len(l.before.Handlers[handler].Partitions) {
		return 0, false
	}
	return l.before.Handlers[handler].Partitions[partition], true
}

// overfull says whether more waits in a partition than chance would pile up, and
// is not becoming less. A queue too short for that counts when it is full again
// and again and keeps producers or items out, while the workers have time.
func (l *lane) overfull(handler, partition int) bool {
	h := &l.now.Handlers[handler]
	depth := h.Partitions[partition]
	before, _ := l.depthBefore(handler, partition)
	if nearly := h.Capacity * 9 / 10; h.Capacity > 0 && h.Capacity < piled && depth >= nearly {
		shut := l.stood() >= 0.05 || l.now.Recent.Ledger.Dropped > 0
		return shut && before >= nearly && h.Utilisation < spared
	}
	return depth >= piled && depth >= before
}

// others is the median depth of the other partitions.
func others(partitions []int, but int) int {
	rest := slices.Delete(slices.Clone(partitions), but, but+1)
	slices.Sort(rest)
	return rest[len(rest)/2]
}

// serves says whether the worker of a partition is at work as usual: neither
// crashed nor held by one item.
func (l *lane) serves(handler, partition int) bool {
	together := l.settings.Handlers.Together
	for i := range l.now.Workers {
		w := &l.now.Workers[i]
		if w.Handler != handler && !together || w.ID-1 != partition%max(1, l.now.Handlers[handler].Workers) {
			continue
		}
		return w.State != engine.Crashed && l.held(w.Handler, l.at-w.Since, together, w.State == engine.Stalled) == nil
	}
	return true
}

// hotPublisher is the same for keys that are pinned to publishers: what waits is
// more than chance would pile up although there is a publisher's worth of idle
// time.
func (l *lane) hotPublisher() *Finding {
	n := len(l.now.Publishers)
	waiting, busy := l.now.Recent.Backlog.Now, l.now.Recent.Utilisation
	if !l.pinned() || n < 2 || waiting < int64(max(piled, eachPins*n)) || !(float64(n)*(1-busy) >= 1) || l.now.Stopped || l.broken() {
		return nil
	}
	f := &Finding{Kind: HotPartition, Severity: Warning}
	more := ""
	if l.before != nil {
		grown := waiting - l.before.Recent.Backlog.Now
		if grown < 0 {
			return nil
		}
		f.Growth = float64(grown) / l.elapsed
		more = fmt.Sprintf(", %s more,", rate(f.Growth))
	}
	f.Text = fmt.Sprintf("%s%s while the %d publishers are %s busy: a key belongs to one, who cannot keep up.",
		waits(waiting), more, n, percent(busy))
	return f
}
