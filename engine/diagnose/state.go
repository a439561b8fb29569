package diagnose

import (
	"fmt"
	"slices"
	"time"

	"duet/engine"
)

func (l *lane) down() *Finding {
	if l.now.Dead == "" {
		return nil
	}
	return &Finding{Kind: LaneDown, Severity: Bad, Text: fmt.Sprintf("the lane is down (%s): %s lost so far, %s more arrive.",
		shortened(l.now.Dead), plural(l.now.Ledger.Lost, "item"), rate(l.arrivals))}
}

func (l *lane) atLimit() *Finding {
	if !l.now.AtLimit {
		return nil
	}
	who := plural(l.now.Goroutines.Now, "goroutine")
	if l.now.HeapBytes > 0 {
		who += " hold about " + bytes(l.now.HeapBytes)
	} else { // publishers: what each holds is not estimated
		who += " run"
	}
	return &Finding{Kind: GoroutineLimit, Severity: Bad, Text: who + ", and no more may start: a real program would be dying here."}
}

// losing reports items that were accepted and are gone without an outcome: no
// caller was told, and nobody was held up.
func (l *lane) losing() *Finding {
	flow := &l.now.Recent.Ledger
	if flow.Lost <= 0 {
		return nil
	}
	f := &Finding{Kind: Losing, Severity: Bad, Share: part(float64(flow.Lost), float64(max(flow.Offered, flow.Lost)))}
	f.Text = fmt.Sprintf("%s lost in %s (%s)",
		plural(flow.Lost, "item"), duration(l.now.Recent.To-l.now.Recent.From), percent(f.Share))
	switch {
	case l.settings.Model != engine.Message:
	case l.lostByBroker():
		f.Text += fmt.Sprintf(": %s had taken them, and no longer has them", shortened(string(l.now.Broker.Kind)))
	case l.settings.Ack == engine.AckBefore:
		f.Text += ": acknowledged before the work, and gone with the workers"
	case l.settings.Ack != engine.AckAfter:
		f.Text += ": without acks they are gone with the workers, and nobody knows"
	}
	f.Text += "."
	return f
}

func (l *lane) workersDown() *Finding {
	down := 0
	var back time.Duration // the first to be back
	for _, w := range l.now.Workers {
		if w.State != engine.Crashed {
			continue
		}
		down++
		if w.BackAt > 0 && (back == 0 || w.BackAt < back) {
			back = w.BackAt
		}
	}
	if down == 0 {
		return nil
	}
	f := &Finding{Kind: WorkerDown, Severity: Warning}
	if down == len(l.now.Workers) {
		f.Severity = Bad
	}
	f.Text = fmt.Sprintf("%d of %s %s down", down, plural(int64(len(l.now.Workers)), "worker"), verb(int64(down), "is", "are"))
	if back > 0 {
		f.Text += fmt.Sprintf(", the next back in %s.", duration(max(0, back-l.at)))
	} else {
		f.Text += verb(int64(down), " and does not come back by itself.", " and do not come back by themselves.")
	}
	return f
}

func (l *lane) faulted() *Finding {
	broken := slices.IndexFunc(l.now.Handlers, func(h engine.HandlerSnapshot) bool { return h.Fault != "" })
	if broken < 0 {
		return nil
	}
	h := &l.now.Handlers[broken]
	return &Finding{Kind: Faulted, Severity: Warning, Text: fmt.Sprintf("%s: %s; %s.", h.Name, shortened(h.Fault), waits(l.now.Ledger.Waiting))}
}

func (l *lane) stopped() *Finding {
	if !l.now.Stopped {
		return nil
	}
	return &Finding{Kind: Stopped, Severity: Warning, Text: fmt.Sprintf("the %s are stopped; %s outside, %s more arrive.",
		l.senders(), waits(l.now.Recent.Backlog.Now), rate(l.arrivals))}
}

// survivors warns of percentiles that look better than the wait of those who
// have not come through yet. A hundred finished items make a p99.
func (l *lane) survivors() *Finding {
	done := &l.now.Recent.Latency
	if done.Count < 100 || l.now.OldestWaiting <= 2*done.P99 {
		return nil
	}
	return &Finding{Kind: Survivors, Severity: Warning, Text: fmt.Sprintf("the oldest item has waited %s already; the p99 of %s tells only of those that came through.",
		duration(l.now.OldestWaiting), duration(done.P99))}
}
