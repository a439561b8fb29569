package script

import "slices"

// Clone is an independent copy.
func (a *Agenda) Clone() *Agenda {
	c := *a
	return &c
}

// Clone is an independent copy.
func (g *Signals) Clone() *Signals {
	return &Signals{events: slices.Clone(g.events)} // what the last feed raised is not asked for any more
}
