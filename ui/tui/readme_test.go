package tui

import (
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"duet/engine"
	"duet/engine/virtual"
	"duet/presets"
	"duet/ui/internal/svg"
)

// simulated is a model that plays a preset in virtual and fake time: the same
// pictures every time.
func simulated(t *testing.T, preset string, w, h int) *bench {
	s, err := presets.Open(preset)
	if err != nil {
		t.Fatal(err)
	}
	var forecaster virtual.Forecaster
	b := &bench{t: t}
	b.m = newModel(Options{
		Scenario: s, Virtual: true,
		NewVirtual: func(s *engine.Scenario, _ bool) (engine.Run, error) {
			run, err := virtual.New(s, virtual.Options{Endless: true})
			return run, err
		},
		Forecast: func(ctx context.Context, dst *engine.Forecast, from *engine.Snapshot, changes []engine.Change, _ time.Duration) error {
			return forecaster.Forecast(ctx, dst, from, changes, time.Minute, time.Second, 20)
		},
	})
	b.m.pace.tick = noTick
	b.m.profile = colorprofile.TrueColor
	b.m.recolor()
	b.send(tea.WindowSizeMsg{Width: w, Height: h})
	time.Sleep(2 * time.Millisecond) // between two steps of the simulation, now and always
	b.do(b.m.start(b.m.piece))
	b.frame()
	return b
}

// until lets time pass up to a moment of lane time, with ten pictures a second.
func (b *bench) until(at time.Duration) {
	for b.m.now().At < at {
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		b.frame()
	}
}

// shot is the picture as it is now, in a dark and in a light terminal.
func (b *bench) shot(t *testing.T, name, alt string) {
	for _, look := range []struct {
		name string
		dark bool
		look svg.Look
	}{{"dark", true, svg.Dark}, {"light", false, svg.Light}} {
		b.m.dark = look.dark
		b.m.recolor()
		b.m.build(time.Now())
		film := svg.Film{Look: look.look}
		film.Add(b.m.grid)
		pictured(t, name+"-"+look.name, film.String(alt))
	}
	b.m.dark = true
	b.m.recolor()
}

// The pictures of the README are what the screen draws. They are made anew with
//
//	go test ./ui/tui -run PicturesOfTheReadme -update
func TestPicturesOfTheReadme(t *testing.T) {
	t.Run("stills", func(t *testing.T) { synctest.Test(t, stills) })
	t.Run("film", func(t *testing.T) { synctest.Test(t, film) })
}

func stills(t *testing.T) {
	b := simulated(t, "flash-sale", 120, 36)
	defer b.m.runs.end()
	b.until(14 * time.Second)
	b.shot(t, "sale", "duet on a terminal: a flash sale has begun. Left the message lane with a full queue, right the event lane with a backlog; below, why.")
	b.press("s")
	b.write("message")
	b.press("down", "right", "right")
	b.shot(t, "settings", "All settings that have the word message, with what each may be, its default, and which were changed.")
}

// film is a sale that begins, and a lane that gets more workers.
func film(t *testing.T) {
	b := simulated(t, "flash-sale", 100, 30)
	defer b.m.runs.end()
	film := svg.Film{Look: svg.Dark, Each: 250 * time.Millisecond}
	roll := func(to time.Duration) {
		for b.m.now().At < to {
			b.until(b.m.now().At + time.Second)
			film.Add(b.m.grid)
		}
	}
	b.until(5 * time.Second)
	roll(14 * time.Second)
	b.press("down")
	for range 4 {
		b.press("right")
		film.Add(b.m.grid)
	}
	roll(24 * time.Second)
	pictured(t, "film", film.String("A film of duet: a sale begins, a queue and a backlog grow, the message lane gets more workers and works its queue off, the event lane falls behind."))
}

// pictured checks a picture against the one that the README shows. Other processors
// round otherwise, in the last digits of what is simulated.
func pictured(t *testing.T, name, drawn string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(drawn))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%s is no XML: %v", name, err)
		}
	}
	path := filepath.Join("testdata", "pictures", name+".svg")
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(drawn), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != drawn && runtime.GOARCH == "amd64" {
		t.Errorf("the README's picture %s is not what the screen draws: go test ./ui/tui -run OfTheReadme -update makes it anew", name)
	}
}
