package diagnose

import (
	"fmt"

	"duet/engine"
)

// taken is how much of a resource is in use where it, and not who needs it, decides
// how much gets done.
const taken = 0.95

// short reports a resource of which all is taken, and for which handlers stand in
// line: what waits there is a queue as well, and more servers only make it longer.
func (l *lane) short() *Finding {
	for i := range l.now.Resources {
		r := &l.now.Resources[i]
		if r.Utilisation < taken || r.Wait.Count < enough || r.Waiting.Now < max(2, int64(r.Slots)) {
			continue
		}
		who, slots := "workers", "its one slot taken"
		if r.Slots > 1 {
			slots = fmt.Sprintf("all %d slots taken", r.Slots)
		}
		if l.settings.Model == engine.EventModel {
			who = "publishers"
		}
		return &Finding{Kind: Short, Severity: Warning, Text: fmt.Sprintf("the queue has moved before %s: %s, %s in line for %s each; more %s help nobody.",
			r.Name, slots, count(r.Waiting.Now), duration(r.Wait.Mean), who)}
	}
	return nil
}
