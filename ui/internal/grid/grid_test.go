package grid

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// texts are what a careless or hostile file may put on the screen.
var texts = []string{
	"plain", "naïve café", "a\u0301e\u0308", "日本語", "x日", "👩‍👩‍👧 family", "⚠️ 1", "🇩🇪", "\u202eright to left", "\u200b\u200d\u00ad",
	"\x1b[2J\x1b[H", "\x1b]0;title\a", "\x9b31m", "a\nb\tc\r\x00\x7f", "\xff\xfe\xc3", "╭─╮│⣿▁▏▸●µ→…", "\U0010ffff\ufffd",
}

func drawText(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(texts), rapid.String()), 0, 3).Draw(t, "text"), "")
}

func drawStyle(t *rapid.T) Style {
	colors := rapid.OneOf(rapid.Just(Default), rapid.SampledFrom([]Color{Index(1), Index(12), Index(200), RGB(1, 2, 3), RGB(255, 128, 0)}))

	return Style{Fg: colors.Draw(t, "fg"), Bg: colors.Draw(t, "bg"), Attr: Attr(rapid.IntRange(0, 31).Draw(t, "attr"))}
}

func drawRect(t *rapid.T) Rect {
	at, length := rapid.IntRange(-5, 30), rapid.IntRange(-3, 35)

	return Rect{X: at.Draw(t, "x"), Y: at.Draw(t, "y"), W: length.Draw(t, "w"), H: length.Draw(t, "h")}
}

func newGrid(t *rapid.T) *Grid {
	g := New(rapid.IntRange(-1, 25).Draw(t, "W"), rapid.IntRange(-1, 8).Draw(t, "H"))
	if rapid.Bool().Draw(t, "ascii") {
		g.Glyphs = &ASCII
	}

	return g
}

// scribble draws something into g with every function there is.
func scribble(t *rapid.T, g *Grid) {
	r, st, text := drawRect(t), drawStyle(t), drawText(t)
	switch rapid.IntRange(0, 7).Draw(t, "function") {
	case 0:
		g.Text(r.X, r.Y, text, st)
	case 1:
		g.TextRight(r.X, r.Y, text, st)
	case 2:
		g.TextFit(r.X, r.Y, r.W, text, st)
	case 3:
		g.Set(r.X, r.Y, rapid.Rune().Draw(t, "rune"), st)
	case 4:
		g.Fill(r, rapid.SampledFrom([]rune{' ', '#', '─', '日', '\n', 0}).Draw(t, "fill"), st)
	case 5:
		g.Box(r, st, text, st)
	case 6:
		g.ANSI(r, text+"\x1b[1;38;5;9m"+text)
	case 7:
		g.Clear(st)
	}
}

// checkShape fails unless g is H rows that a terminal shows W cells wide.
func checkShape(t *rapid.T, g *Grid) {
	if g.H == 0 {
		return
	}
	rows := strings.Split(g.String(), "\n")
	if len(rows) != g.H {
		t.Fatalf("%d rows, want %d", len(rows), g.H)
	}
	for y, row := range rows {
		width := 0
		for _, r := range row {
			if r < ' ' || r >= 0x7f && r < 0xa0 {
				t.Fatalf("row %d holds the control character %q", y, r)
			}
			if g.Glyphs == &ASCII && r >= 0x7f {
				t.Fatalf("row %d holds %q, which is not ASCII", y, r)
			}
			width += ansi.StringWidthWc(string(r))
		}
		if width != g.W {
			t.Fatalf("row %d is %d cells wide, want %d: %q", y, width, g.W, row)
		}
	}
}

func TestWhateverIsDrawnTheShapeHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newGrid(t)
		for range rapid.IntRange(1, 8).Draw(t, "drawings") {
			scribble(t, g)
		}
		checkShape(t, g)
	})
}

func TestSubCannotBeLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newGrid(t)
		frame := Style{Fg: RGB(9, 9, 9)}
		g.Fill(g.Bounds(), '#', frame)
		r := drawRect(t)
		sub := g.Sub(r)
		for range rapid.IntRange(1, 5).Draw(t, "drawings") {
			scribble(t, sub.Sub(drawRect(t)))
			scribble(t, sub)
		}
		checkShape(t, sub)
		for y := range g.H {
			for x := range g.W {
				if c := g.At(x, y); !r.Contains(x, y) && c != (Cell{Rune: '#', Style: frame}) {
					t.Fatalf("cell %d,%d outside of %v was changed to %q", x, y, r, c.Rune)
				}
			}
		}
	})
}

func TestHalfAWideRuneIsNeverLeft(t *testing.T) {
	g := New(6, 1)
	g.Text(0, 0, "日本語", Style{})
	g.Sub(Rect{X: 1, W: 2, H: 1}).Text(0, 0, "ab", Style{})
	if got, want := g.String(), " ab 語"; got != want {
		t.Errorf("after writing over two halves: %q, want %q", got, want)
	}
	g.Clear(Style{})
	g.Text(-1, 0, "日本語!", Style{})
	if got, want := g.String(), " 本語!"; got != want {
		t.Errorf("cut off at the left: %q, want %q", got, want)
	}
	g.Clear(Style{})
	if end := g.Text(1, 0, "日本語", Style{}); end != 7 {
		t.Errorf("text ends at %d, want 7, though it was cut off", end)
	}
	if got, want := g.String(), " 日本 "; got != want {
		t.Errorf("cut off at the right: %q, want %q", got, want)
	}
}

func TestTextKeepsWhatATerminalCanShow(t *testing.T) {
	for _, c := range []struct{ in, unicode, ascii string }{
		{"µs → ok", "µs → ok", "us > ok"},
		{"e\u0301a", "ea", "ea"},
		{"\x1b[31mred", "?[31mred", "?[31mred"},
		{"a\xffb", "a?b", "a?b"},
		{"日", "日", "?"},
		{"\u202eabc", "abc", "abc"},
		{"╭─╮", "╭─╮", "+-+"},
	} {
		for glyphs, want := range map[*Glyphs]string{&Unicode: c.unicode, &ASCII: c.ascii} {
			g := New(12, 1)
			g.Glyphs = glyphs
			g.Text(0, 0, c.in, Style{})
			if got := strings.TrimRight(g.String(), " "); got != want {
				t.Errorf("%q is drawn as %q, want %q", c.in, got, want)
			}
		}
	}
}

func TestTextFitAndRight(t *testing.T) {
	g := New(10, 3)
	g.TextFit(0, 0, 6, "sixsix", Style{})
	g.TextFit(0, 1, 6, "sevens!", Style{})
	g.TextRight(10, 2, "12µs", Style{})
	if got, want := g.String(), "sixsix    \nseven…    \n      12µs"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestGlyphsAreOneCellEach(t *testing.T) {
	for name, g := range map[string]*Glyphs{"Unicode": &Unicode, "ASCII": &ASCII} {
		signs := []rune{
			g.TopLeft, g.TopRight, g.BottomLeft, g.BottomRight, g.Horizontal, g.Vertical, g.Track, g.Rule, g.Mark,
			g.Bullet, g.Circle, g.Cross, g.Tick, g.Dot, g.Left, g.Right, g.Up, g.Down, g.Ellipsis, g.Between,
		}
		signs = append(append(append(signs, g.Rise[:]...), g.Across[:]...), g.Shade[:]...)
		for _, r := range signs {
			if w := ansi.StringWidthWc(string(r)); w != 1 || name == "ASCII" && r >= 0x7f {
				t.Errorf("%s: %q is %d wide", name, r, w)
			}
		}
	}
}

func TestResizeReusesItsMemoryAndIsBlank(t *testing.T) {
	g := New(40, 10)
	g.Fill(g.Bounds(), '#', Style{})
	if n := testing.AllocsPerRun(10, func() { g.Resize(20, 5); g.Resize(40, 10) }); n != 0 {
		t.Errorf("resizing to what was there before allocates %v times", n)
	}
	if strings.Trim(g.String(), " \n") != "" {
		t.Errorf("a resized grid is not blank:\n%s", g)
	}
}

func TestDrawingDoesNotAllocate(t *testing.T) {
	g := New(80, 24)
	n := testing.AllocsPerRun(100, func() {
		g.Clear(Style{})
		sub := g.Sub(Rect{X: 2, Y: 2, W: 60, H: 20})
		sub.Box(sub.Bounds(), Style{}, "message", Style{})
		sub.Text(1, 1, "busy ● 93% ✓ µs 日本", Style{})
		sub.TextRight(40, 2, "12.5ms", Style{})
		sub.Sub(sub.Bounds().Inset(1)).TextFit(0, 5, 10, "a long text e\u0301 indeed", Style{})
	})
	if n != 0 {
		t.Errorf("drawing allocates %v times", n)
	}
}
