package workload

import (
	"reflect"
	"time"

	"duet/engine"
)

// epoch is an entry of the log: settings and the time from which they hold.
// The items of epoch k have from < At <= from of epoch k+1, so an item that was
// handed out at the very time of a change keeps its epoch.
type epoch struct {
	from       time.Duration
	rate       float64 // a second, before the pattern
	asRecorded bool    // the rate is the trace's own
	load       *load
	services   *services
}

// load is what an epoch says besides its rate. Epochs share it while it stays
// the same.
type load struct {
	settings engine.Load // as compared by bare
	arrivals arrivals
	last     int64 // the number of the last item
	pattern  pattern
	keys     *keys
	classes  classes
	payload  int32
}

// firstEpoch returns the settings that a run begins with.
func (st *Stream) firstEpoch(s *engine.Scenario) (*epoch, error) {
	services, err := st.newServices(s)
	if err != nil {
		return nil, err
	}
	e := &epoch{asRecorded: st.recording != nil, load: st.newLoad(s.Load, nil), services: services}
	e.setRate(s.Load, st.recording)
	return e, nil
}

// nextEpoch returns the settings of s, still without a time. What did not
// change is shared with the epoch before; so is what cannot change while
// running.
func (st *Stream) nextEpoch(s *engine.Scenario, before *epoch) *epoch {
	e := *before
	if possible := st.possible(s.Load, before.load.settings); !reflect.DeepEqual(bare(possible), before.load.settings) {
		e.load = st.newLoad(possible, before.load.keys)
	}
	if !before.services.of(s) {
		if services, err := st.newServices(s); err == nil {
			e.services = services
		}
	}
	e.setRate(s.Load, st.recording)
	return &e
}

// setRate takes the rate from the load; a trace's from the recording until the
// load has one.
func (e *epoch) setRate(l engine.Load, r *recording) {
	e.asRecorded = e.asRecorded && l.Rate == 0
	e.rate = float64(l.Rate)
	if e.asRecorded {
		e.rate = r.rate() * e.load.settings.Trace.Speed
	}
}

// possible returns l; but if it would begin or cease to come from a trace, the
// arrivals of before.
func (st *Stream) possible(l, before engine.Load) engine.Load {
	if (l.Arrivals == engine.Trace) == (st.recording != nil) {
		return l
	}
	before.Keys, before.Classes, before.Payload = l.Keys, l.Classes, l.Payload
	return before
}

// newLoad returns the load of settings, with the keys of before if these did
// not change: making them takes long when there are many.
func (st *Stream) newLoad(settings engine.Load, before *keys) *load {
	l := &load{
		settings: bare(settings),
		arrivals: newArrivals(settings, st.seed, st.recording),
		pattern:  newPattern(settings),
		keys:     before,
		classes:  newClasses(settings.Classes),
		payload:  int32(settings.Payload),
	}
	l.last = l.arrivals.last()
	if before == nil || before.settings != settings.Keys {
		l.keys = newKeys(settings.Keys)
	}
	return l
}

// bare returns what two loads have in common whose items differ only in their
// rate. What clients do after an item arrived is no matter of the item.
func bare(l engine.Load) engine.Load {
	l.Rate, l.Timeout, l.Retry = 0, 0, engine.Retry{}
	if l.Trace != nil {
		shape := *l.Trace
		shape.Open = nil
		l.Trace = &shape
	}
	return l
}

// units returns how much operational time passes from the epoch's beginning
// until a time.
func (e *epoch) units(until time.Duration) float64 {
	return e.rate * e.load.pattern.mass(e.from, until)
}

// steady tells whether items come at random and at a rate that stays, and their gaps.
func (e *epoch) steady() (gaps poisson, _ bool) {
	gaps, random := e.load.arrivals.(poisson)
	_, stays := e.load.pattern.(flat)
	return gaps, random && stays && e.rate > 0
}

// reach inverts units: the time by which so much operational time has passed.
func (e *epoch) reach(u units) time.Duration {
	if e.rate == 0 {
		return never
	}
	mass := u.float() / e.rate
	if _, ok := e.load.pattern.(flat); ok { // as nearly always
		return after(e.from, mass)
	}
	return e.load.pattern.reach(e.from, mass)
}
