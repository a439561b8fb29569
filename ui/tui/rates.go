package tui

import (
	"math"
	"slices"

	"duet/engine"
)

// rate is the set rate of the lane looked at.
func (m *model) rate() engine.Rate {
	if own, ok := m.rates[m.focused()]; ok {
		return own
	}
	load := &m.settings().Load
	if lanes := m.now().Lanes; load.Rate == 0 && load.Arrivals == engine.Trace && lanes[m.scene.focus].Rate > 0 {
		return engine.Rate(math.Round(lanes[m.scene.focus].Rate)) // as recorded
	}
	return load.Rate
}

// ratesOf are the rates that lanes have of their own, by name, after the changes of a
// run: one without a lane gives all of them the same again, as the timeline may.
func ratesOf(changes []engine.Change) map[string]engine.Rate {
	own := map[string]engine.Rate{}
	for i := range changes {
		switch c := &changes[i]; {
		case c.Path != rateKnob:
		case c.Lane == "":
			clear(own)
		default:
			if rate, err := engine.ParseRate(c.Value); err == nil {
				own[c.Lane] = rate
			}
		}
	}
	return own
}

// unlinkedBy says whether the person who made changes has unlinked the lanes' rates.
func unlinkedBy(changes []engine.Change) bool {
	for _, c := range slices.Backward(changes) {
		if c.Path == rateKnob && (c.Lane != "" || c.By == byKey || c.By == byUndo || c.By == byRedo) {
			return c.Lane != ""
		}
	}
	return false
}

// readRates takes the lanes' rates from the changes of the run, once it has been
// handed all that were asked for.
func (m *model) readRates() {
	changes := m.scene.marks
	if m.rated == len(changes) || m.applying || len(m.pending) > 0 {
		return
	}
	m.rates = ratesOf(changes)
	if m.rated < 0 {
		m.scene.unlinked = unlinkedBy(changes)
	}
	m.rated = len(changes)
	m.refresh()
}

// toggleLink lets the lanes have rates of their own, or gives all of them that
// of the lane looked at.
func (m *model) toggleLink() {
	m.scene.unlinked = !m.scene.unlinked
	if m.scene.unlinked {
		m.say("the lanes' rates are unlinked: rate keys change " + m.focused() + " only; u links them again")
		return
	}
	rate := m.rate().String()
	if err := m.set(rateKnob, rate); err != nil {
		m.say(err.Error())
		return
	}
	m.say("the lanes' rates are linked: all have " + rate)
}
