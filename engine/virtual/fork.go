package virtual

import (
	"errors"

	"duet/engine"
	"duet/engine/account"
)

// Fork starts a run in simulated time that begins in the state of a snapshot, of a
// real run or a simulated one, and goes on from there. changes are those that had
// been made by then, as that run tells them. Close must be called in the end.
//
// The items are those that the run would have got, with all that they demand, and
// its timeline goes on. Ledgers go on from the snapshot's; all other figures begin
// with the fork, and so it goes back no further. What a snapshot does not tell is
// assumed: see the package's doc. Where not all changes are known any more, or the
// snapshot does not tell what the run began with, the items that follow are others
// of the same kind.
func Fork(from *engine.Snapshot, changes []engine.Change, o Options) (*Run, error) {
	if o.Speed == 0 {
		o.Speed = 1
	}
	if err := checkSpeed(o.Speed); err != nil {
		return nil, err
	}
	m, err := forked(from, changes, o.Endless)
	if err != nil {
		return nil, err
	}
	return start(m, o), nil
}

// forked is the machine of a fork.
func forked(from *engine.Snapshot, changes []engine.Change, endless bool) (*machine, error) {
	if len(from.Lanes) != len(from.Scenario.Lanes) {
		return nil, errors.New("the snapshot is not one of a run of its scenario")
	}
	if err := here(from.Scenario); err != nil {
		return nil, err
	}
	src, err := sourcesOf(from, changes)
	if err != nil {
		return nil, err
	}
	m := frame(from.Scenario, endless)
	m.enter(from, changes, src)
	for i, l := range m.lanes {
		l.enter(&from.Lanes[i], src.past(i, changes))
		l.account = account.New(from.Scenario, l)
		l.read(&l.account.Now, true)
		l.account.Begin()
		l.account.Sample()
	}
	if m.kept != nil {
		m.kept.add(m)
	}
	return m, nil
}

// enter puts the machine into the state of a snapshot, but for what is in its
// lanes.
func (m *machine) enter(from *engine.Snapshot, changes []engine.Change, src *sources) {
	m.now, m.furthest = int64(from.At), int64(from.At)
	m.began, m.stream, m.rates, m.unlinked = from.Began, src.run, src.rates, from.Unlinked
	m.agenda.Until(from.At) // was carried out
	m.signals.Raise(from.Raised)
	m.assume(m.stream.Rate(from.At))
	for _, c := range changes {
		m.log.add(logged{c, int64(c.At), false})
	}
	for i := range from.Lanes {
		if i == len(m.lanes) {
			m.lanes = append(m.lanes, &lane{})
		}
		m.lanes[i].equip(m, i, from.Scenario, src.of(i))
	}
}
