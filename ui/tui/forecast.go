package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// forecastEvery is how often a forecast is made when nothing changes; less often
// where one takes long, so that no more than every forecastShare-th moment is
// spent on them: a real run needs the processors as well.
const (
	forecastEvery = time.Second
	forecastShare = 8
)

// forecasts has the next stretch of a run simulated again and again, one
// forecast at a time, in commands.
type forecasts struct {
	off     bool // by the person
	stale   bool // something has changed since the latest was begun
	begun   time.Time
	made    int                // changes there were when the latest was begun
	cancel  context.CancelFunc // of the one under way; nil: there is none
	number  int                // of the latest begun
	spare   []*prediction      // whose memory can be used again
	current *prediction        // that is shown
	held    *prediction        // made for the present a while ago, to be compared with it
}

// prediction is a forecast and what it was made from.
type prediction struct {
	from     engine.Snapshot
	forecast engine.Forecast
}

// holdFor is for how long a forecast is compared with what really happens.
const holdFor = 20 * time.Second

// foretoldMsg brings a forecast.
type foretoldMsg struct {
	number int
	made   *prediction
	err    error
}

// foretell begins a forecast when one is due: a second after the last one, or at
// once after a change, which makes the one under way worthless.
func (m *model) foretell(now time.Time) tea.Cmd {
	f := &m.forecasts
	snap := m.now()
	if m.options.Forecast == nil || f.off || m.run == nil || snap.Finished {
		return nil
	}
	if snap.Speed > fastest && !snap.Paused {
		m.scene.forecast, f.stale = nil, true
		return nil
	}
	if snap.Changes != f.made {
		f.stale = true
	}
	switch {
	case f.stale && f.cancel != nil:
		f.cancel()
	case f.stale:
	case f.cancel != nil || snap.Paused || now.Sub(f.begun) < f.every():
		return nil
	}
	ctx, cancel := context.WithCancel(m.runs.ctx)
	f.number++
	f.cancel, f.stale, f.begun, f.made = cancel, false, now, snap.Changes
	p := &prediction{}
	if n := len(f.spare); n > 0 {
		p, f.spare = f.spare[n-1], f.spare[:n-1]
	}
	p.from.CopyFrom(snap)
	number, reach := f.number, m.scene.reach()
	foretell, changes := m.options.Forecast, slices.Clone(m.scene.marks[:min(snap.Changes, len(m.scene.marks))])
	return func() tea.Msg {
		defer cancel()
		done, ok := m.runs.begin()
		if !ok {
			return nil
		}
		defer done()
		return foretoldMsg{number: number, made: p, err: foretell(ctx, &p.forecast, &p.from, changes, reach)}
	}
}

// fastest is how fast time may pass for a forecast to be of use: any one is past
// before it is made where a simulation goes as fast as it can.
const fastest = 1000

// reach is how far a forecast must reach: over what the charts show of the time
// after now, and over what passes until the next one has been made.
func (s *scene) reach() time.Duration {
	reach := s.foresight(true)
	if !s.snap.Paused {
		reach += time.Duration(min(max(s.snap.Speed, 1), fastest) * float64(2*forecastEvery))
	}
	return reach
}

// every is the time from one forecast to the next.
func (f *forecasts) every() time.Duration {
	if f.current == nil {
		return forecastEvery
	}
	return max(forecastEvery, forecastShare*f.current.forecast.Took)
}

// foretold shows a forecast, unless it is of no interest any more.
func (m *model) foretold(msg foretoldMsg) {
	f := &m.forecasts
	if msg.number == f.number {
		f.cancel = nil
	}
	m.pace.stale = true
	if msg.number != f.number || msg.err != nil || f.off || f.stale {
		f.spare = append(f.spare, msg.made)
		if msg.number == f.number && msg.err != nil { // there is none, and the last one is no longer of the present
			f.current, f.held = nil, nil
			if m.scene.unforeseen == "" {
				m.say("no forecast: " + msg.err.Error())
			}
			m.scene.forecast, m.scene.unforeseen = nil, msg.err.Error()
		}
		return
	}
	old := f.current
	f.current = msg.made
	if old != nil && old != f.held {
		f.spare = append(f.spare, old)
	}
	if h := f.held; h == nil || h.from.Changes != msg.made.from.Changes || msg.made.from.At-h.from.At > holdFor || msg.made.from.At < h.from.At {
		f.held = msg.made
		if h != nil {
			f.spare = append(f.spare, h)
		}
	}
	m.scene.forecast, m.scene.unforeseen = &f.current.forecast, ""
}

// toggleForecast switches the forecast off or on.
func (m *model) toggleForecast() {
	f := &m.forecasts
	if m.options.Forecast == nil {
		m.say("there is no simulation to make a forecast with")
		return
	}
	if !f.off {
		m.forget()
		f.off = true
	} else {
		f.off, f.stale = false, true
	}
	m.scene.forecasting = !f.off
}

// forget drops what was foretold of a run that is gone.
func (m *model) forget() {
	f := &m.forecasts
	if f.cancel != nil {
		f.cancel()
	}
	m.forecasts = forecasts{off: f.off, stale: true, number: f.number + 1}
	m.scene.forecast, m.scene.unforeseen = nil, ""
}
