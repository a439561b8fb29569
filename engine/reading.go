package engine

import "slices"

// Reading is one figure that a claim speaks of, as it is at some moment.
type Reading struct {
	Figure string    // its path, such as event.latency.p99
	Value  Figure    // NaN where nothing was measured
	Kind   ParamKind // duration in seconds, rate a second, or number
}

// Readings are the figures that a claim speaks of, each once, in the order in
// which it names them, as they are in a snapshot: since the warm-up, or with
// During in that part; what theory says comes from theory, which may be nil.
// There are none when the claim makes no sense for the snapshot's scenario, or
// when the run kept no figures of that part.
func (c Claim) Readings(snap *Snapshot, theory Theory) []Reading {
	if _, err := parseClaim(c, snap.Scenario); err != nil {
		return nil
	}
	at := scene{snapshot: snap, theory: theory, part: -1}
	if c.During != nil {
		if at.part = slices.Index(snap.Scenario.Stretches(), *c.During); at.part < 0 {
			return nil
		}
	}
	var all []Reading
	for words := (lexer{c.Text}); ; {
		t, err := words.next()
		if err != nil || t.kind == endToken {
			return all
		}
		if t.kind != nameToken || slices.ContainsFunc(all, func(r Reading) bool { return r.Figure == t.text }) {
			continue
		}
		p := &exprParser{scenario: snap.Scenario}
		if figure, err := p.figure(t.text); err == nil { // else a word, such as within
			all = append(all, Reading{Figure: t.text, Value: Figure(figure.number.eval(at)), Kind: figure.dim.kind()})
		}
	}
}
