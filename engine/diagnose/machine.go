package diagnose

import (
	"fmt"
	"time"

	"duet/engine"
)

// crowded reports more work that burns CPU at once than there are cores, which
// lanes share: all of it takes longer, and more servers do not help. It is told
// with the handler that burns most.
func crowded(now *engine.Snapshot) *Finding {
	cores := now.Machine.Cores
	if now.Mode != engine.Real || cores <= 0 {
		return nil
	}
	mean, most, burning := 0.0, 0.0, 0
	var hottest *engine.HandlerSnapshot
	var asked time.Duration
	for i := range now.Lanes {
		l := lane{run: now, now: &now.Lanes[i]}
		for j := range l.now.Handlers {
			h, spec := &l.now.Handlers[j], l.handler(j)
			if spec == nil || spec.Work != engine.CPU {
				continue
			}
			burns := h.Utilisation * float64(h.Workers)
			mean, burning = mean+burns, burning+h.Busy
			if hottest == nil || burns > most {
				hottest, most = h, burns
				asked = meant(spec, &now.Scenario.Lanes[i])
			}
		}
	}
	if !(mean > float64(cores)) || burning <= cores {
		return nil
	}
	f := &Finding{Kind: Crowded, Severity: Warning}
	f.Text = fmt.Sprintf("%s of work that burns CPU at once on %s", plural(int64(burning), "call"), plural(int64(cores), "core"))
	if asked > 0 && hottest.Service.Mean > asked {
		f.Text += fmt.Sprintf(": %s takes %s instead of %s", hottest.Name, duration(hottest.Service.Mean), duration(asked))
	}
	f.Text += "; more workers would not help."
	return f
}

// meant is the mean time that a handler is asked to take in a lane; 0: the
// scenario does not say.
func meant(h *engine.Handler, l *engine.Lane) time.Duration {
	if h.Service.Dist == engine.DistTrace || !(l.Speed > 0) {
		return 0
	}
	return time.Duration(float64(h.Service.Mean) / l.Speed)
}

// outdone reports a bus whose publishers cannot keep up with what a message
// lane's workers do with ease, on the same items.
func (l *lane) outdone() *Finding {
	s := l.bottleneck()
	if !l.inline() || l.run.Unlinked || l.now.Stopped || l.broken() || l.now.Recent.Utilisation < 0.95 || !l.overloads(s) {
		return nil
	}
	for i := range l.run.Lanes {
		m := &l.run.Lanes[i]
		if m.Model != engine.Message || m.Dead != "" || m.Stopped || len(m.Workers) == 0 || m.Recent.Utilisation > 0.5 {
			continue
		}
		f := &Finding{Kind: BusSaturated, Severity: Warning}
		f.Text = fmt.Sprintf("%s fully busy while the %s of %s are %s busy", plural(int64(s.servers), s.server)+verb(int64(s.servers), " is", " are"),
			plural(int64(len(m.Workers)), "worker"), m.Name, percent(m.Recent.Utilisation))
		if more := l.missing(s); more > 0 {
			f.Text += fmt.Sprintf("; %d more would keep up", more)
		}
		f.Text += "."
		return f
	}
	return nil
}
