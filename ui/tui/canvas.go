package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"duet/engine"
)

// Canvas draws pictures of a run for nobody, in all colours: what a picture costs is
// measured on it. It is for one goroutine.
type Canvas struct{ m *model }

// NewCanvas is so many cells for a real run of a scenario. The run stays the caller's,
// who closes it when nothing is drawn any more.
func NewCanvas(s *engine.Scenario, run engine.Run, width, height int) *Canvas {
	m := newModel(Options{Scenario: s})
	m.Update(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	m.take(run, m.piece)
	return &Canvas{m}
}

// Look takes what the run shows now.
func (c *Canvas) Look(now time.Time) { c.m.sample(now) }

// Picture draws what was looked at, and returns what a terminal would be given.
func (c *Canvas) Picture(now time.Time) string {
	c.m.build(now)
	return c.m.view.Content
}
