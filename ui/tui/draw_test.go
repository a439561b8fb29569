package tui

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"duet/engine"
)

var sizes = []struct{ w, h int }{{60, 20}, {80, 24}, {120, 36}, {200, 60}}

// text draws a model and returns the characters, which must fill the screen
// exactly.
func text(t *testing.T, m *model) string {
	t.Helper()
	m.build(time.Time{})
	s := m.grid.String()
	lines := strings.Split(s, "\n")
	if len(lines) != m.grid.H {
		t.Errorf("%d lines drawn on a screen of %d", len(lines), m.grid.H)
	}
	for i, line := range lines {
		if w := ansi.StringWidth(line); w != m.grid.W {
			t.Errorf("line %d is %d cells wide on a screen of %d: %q", i, w, m.grid.W, line)
		}
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestPictures(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(scenes)) {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %dx%d", name, size.w, size.h), func(t *testing.T) {
				golden.RequireEqual(t, text(t, picture(t, scenes[name](t), size.w, size.h)))
			})
		}
	}
}

func TestPicturesInASCII(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			m := picture(t, scenes["blocked"](t), size.w, size.h)
			m.useASCII()
			got := text(t, m)
			for _, r := range got {
				if r > 0x7e {
					t.Errorf("%q is no ASCII", r)
				}
			}
			golden.RequireEqual(t, got)
		})
	}
}

func TestThemes(t *testing.T) {
	for name, theme := range map[string]struct {
		profile colorprofile.Profile
		dark    bool
	}{
		"dark":  {colorprofile.TrueColor, true},
		"light": {colorprofile.TrueColor, false},
		"16":    {colorprofile.ANSI, true},
		"none":  {colorprofile.ASCII, true},
	} {
		t.Run(name, func(t *testing.T) {
			m := picture(t, scenes["blocked"](t), 120, 36)
			m.profile, m.dark = theme.profile, theme.dark
			m.recolor()
			m.build(time.Time{})
			golden.RequireEqual(t, m.view.Content)
		})
	}
}

func TestOverlays(t *testing.T) {
	presets := []Preset{
		{Name: "flash-sale", Group: "From somebody's day", Title: "Flash sale", Story: "Orders arrive faster than they can be charged for half a minute."},
		{Name: "order", Group: "The textbook, tested", Title: "Messages lose order", Story: "Four workers compete for one queue, and the fast overtake the slow."},
		{Name: "latency", Group: "The textbook, tested", Title: "Queues are slow", Story: "Are they?"},
	}
	overlays := map[string]func(m *model) overlay{
		"help":   func(*model) overlay { return &helpBox{} },
		"picker": func(m *model) overlay { m.presets = presets; return newPicker(m) },
		"faults": func(m *model) overlay { return newFaults(m) },
		"entry":  func(m *model) overlay { return newEntry(m.scene.knobs.current()) },
		"settings": func(m *model) overlay {
			if err := m.set("lanes.message.workers", "3"); err != nil {
				t.Fatal(err)
			}
			m.scene.knobs.selected = m.scene.knobs.index("lanes.message.workers")
			return newSettings(m)
		},
		"changes": func(m *model) overlay {
			m.history = history{[]edit{
				{path: "load.rate", from: "120/s", to: "240/s", at: 7 * time.Second},
				{path: "load.rate", lane: "event", from: "240/s", to: "90/s", at: 12 * time.Second},
				{path: "lanes.message.queue.when_full", from: "block", to: "drop_oldest", at: 31 * time.Second},
			}, 2}
			return newChanges(m)
		},
		"saving": func(m *model) overlay { s := newSaving(m, nil); s.asked = "sale.yaml"; return s },
	}
	for _, name := range slices.Sorted(maps.Keys(overlays)) {
		for _, size := range sizes[:3] {
			t.Run(fmt.Sprintf("%s %dx%d", name, size.w, size.h), func(t *testing.T) {
				m := picture(t, scenes["busy"](t), size.w, size.h)
				m.overlay = overlays[name](m)
				golden.RequireEqual(t, text(t, m))
			})
		}
	}
}

// What is expected beyond now, what came before somebody went back, and theory.
func TestAhead(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			snap := atWork(decode(t, append(sale[:5:5], "lanes:", "  - {model: message, workers: 4}", "  - {model: event, publishers: 2}")...))
			snap.Mode, snap.Speed = engine.Virtual, math.Inf(1)
			m := picture(t, snap, size.w, size.h)
			f := foretold(snap)
			m.scene.forecasting, m.scene.forecast = true, &f
			left := recorded(2, 60)
			left.From = 30 * time.Second
			m.scene.ghost.take(&left)
			golden.RequireEqual(t, text(t, m))
		})
	}
}

func TestTooSmall(t *testing.T) {
	for _, size := range []struct{ w, h int }{{59, 20}, {60, 19}, {1, 1}, {10, 2}} {
		got := text(t, picture(t, scenes["busy"](t), size.w, size.h))
		if size.w > 40 && !strings.Contains(got, "too small: duet needs 60x20") {
			t.Errorf("%dx%d says %q", size.w, size.h, got)
		}
	}
}
