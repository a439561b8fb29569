package tui

import (
	"math/bits"
	"strconv"
	"time"

	"duet/engine"
)

// minute is how much of the past the charts show at first.
const minute = time.Minute

// windows are how much of the past they can show: 0 is all of it.
var windows = [...]time.Duration{10 * time.Second, 30 * time.Second, minute, 5 * time.Minute, 30 * time.Minute, 0}

// usual is the window of a minute in windows.
const usual = 2

// longest is the longest window: no recording holds more.
const longest = 24 * time.Hour

// window is how much of the past the charts show. All of it grows by a
// sixteenth at a time, so that the picture stands still in between.
func (s *scene) window() time.Duration {
	if w := windows[usual+s.zoom]; w > 0 {
		return w
	}
	seconds := uint64(min(max(s.to, windows[0]), longest)/time.Second) + 1
	step := max(uint64(1)<<bits.Len64(seconds)>>5, 1)
	return time.Duration((seconds+step-1)/step*step) * time.Second
}

// foresight is how much of the future the charts show beside that, where they
// have room for much or not. Of a long window it is less: that would be too dear
// to simulate, and is too far away to care.
func (s *scene) foresight(wide bool) time.Duration {
	w := s.window()
	switch {
	case w > 5*time.Minute:
		return w / 4
	case wide:
		return w
	default:
		return w / 2
	}
}

// zoomBy shows more of the past (1), or less and that in more detail (-1).
func (m *model) zoomBy(by int) {
	s := &m.scene
	zoom := min(max(s.zoom+by, -usual), len(windows)-1-usual)
	if zoom == s.zoom {
		m.say("the charts show " + s.windowText() + ": no more steps that way")
		return
	}
	s.zoom = zoom
	m.watch.rezoomed = true
	m.forecasts.stale = true
	if m.run != nil {
		m.observe()
	}
	m.say("the charts show " + s.windowText())
}

// windowText says how much of the past is shown.
func (s *scene) windowText() string {
	if windows[usual+s.zoom] == 0 {
		return "all of the past"
	}
	return "the last " + engine.FormatDuration(s.window())
}

// spanText is a stretch of time in at most five cells: 60s, 5m, 90m, 16h.
func spanText(d time.Duration) string {
	var b [24]byte
	return string(appendSpan(b[:0], d))
}

func appendSpan(b []byte, d time.Duration) []byte {
	unit, sign := time.Hour, byte('h')
	switch {
	case d <= 2*time.Minute:
		unit, sign = time.Second, 's'
	case d <= 2*time.Hour:
		unit, sign = time.Minute, 'm'
	}
	return append(strconv.AppendInt(b, int64(d/unit), 10), sign)
}
