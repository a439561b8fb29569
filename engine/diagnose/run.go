package diagnose

import (
	"fmt"
	"strings"

	"duet/engine"
)

func paused(now *engine.Snapshot) Finding {
	var held []string
	for i := range now.Lanes {
		l := &now.Lanes[i]
		held = append(held, fmt.Sprintf("%s holds %s", l.Name, plural(l.Ledger.Waiting+l.Ledger.InFlight, "item")))
	}
	return Finding{Kind: Paused, Text: fmt.Sprintf("paused at %s: %s.", duration(now.At), strings.Join(held, ", "))}
}

func idle(now *engine.Snapshot) *Finding {
	comes := now.Rate > 0
	if load := &now.Scenario.Load; steady(load.Arrivals) && !now.Unlinked {
		comes = load.Rate > 0 // known at once
	}
	if comes {
		return nil
	}
	var held int64
	for i := range now.Lanes {
		held += now.Lanes[i].Ledger.Waiting + now.Lanes[i].Ledger.InFlight
	}
	if held > 0 {
		return &Finding{Kind: Idle, Text: fmt.Sprintf("nothing arrives; %s still on the way.", plural(held, "item"))}
	}
	return &Finding{Kind: Idle, Text: "nothing arrives, and nothing is left to do."}
}

func healthy(now *engine.Snapshot) Finding {
	var busy []string
	for i := range now.Lanes {
		l, spec := &now.Lanes[i], &now.Scenario.Lanes[i]
		if spec.Model == engine.EventModel && spec.Dispatch == engine.Goroutine {
			busy = append(busy, fmt.Sprintf("%s runs %s", l.Name, plural(l.Goroutines.Now, "goroutine")))
			continue
		}
		busy = append(busy, fmt.Sprintf("%s is %s busy", l.Name, percent(l.Recent.Utilisation)))
	}
	return Finding{Kind: Healthy, Text: fmt.Sprintf("%s arrive and are kept up with: %s.", rate(now.Rate), strings.Join(busy, ", "))}
}
