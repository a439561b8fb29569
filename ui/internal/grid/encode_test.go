package grid

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/charmbracelet/x/vt"
	"pgregory.net/rapid"
)

// look is what a person sees of a cell: of a blank only what shines through.
func look(c Cell) Cell {
	if c.Rune == ' ' && c.Style.Attr&(Underline|Reverse) == 0 {
		c.Style = Style{Bg: c.Style.Bg}
	}

	return c
}

func TestEncodedAndReadBackIsTheSamePicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newGrid(t)
		for range rapid.IntRange(0, 6).Draw(t, "drawings") {
			scribble(t, g)
		}
		var e Encoder
		back := New(g.W, g.H)
		back.ANSI(back.Bounds(), e.Encode(g))
		for y := range g.H {
			for x := range g.W {
				if got, want := look(back.At(x, y)), look(g.At(x, y)); got != want {
					t.Fatalf("cell %d,%d is %+v, want %+v, in %q", x, y, got, want, e.Encode(g))
				}
			}
		}
	})
}

func TestATerminalShowsTheSameText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := New(rapid.IntRange(1, 25).Draw(t, "W"), rapid.IntRange(1, 6).Draw(t, "H"))
		for range rapid.IntRange(0, 4).Draw(t, "drawings") {
			r := drawRect(t)
			g.Box(r, drawStyle(t), "title", drawStyle(t))
			g.Text(r.X, r.Y, rapid.SampledFrom([]string{"plain", "日本語", "●▁⣿ µs", "\x1b[2J\n"}).Draw(t, "text"), drawStyle(t))
		}
		var e Encoder
		terminal := vt.NewEmulator(g.W, g.H)
		for i, row := range strings.Split(e.Encode(g), "\n") {
			if i > 0 {
				_, _ = terminal.WriteString("\r\n")
			}
			_, _ = terminal.WriteString(row)
		}
		if got, want := trimRows(terminal.String()), trimRows(g.String()); got != want {
			t.Fatalf("terminal shows\n%s\nwant\n%s", got, want)
		}
	})
}

func trimRows(s string) string {
	rows := strings.Split(s, "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}

	return strings.TrimRight(strings.Join(rows, "\n"), "\n")
}

func TestEncodeWritesAStyleOnce(t *testing.T) {
	red := Style{Fg: RGB(255, 0, 0)}
	for name, c := range map[string]struct {
		profile colorprofile.Profile
		draw    func(*Grid)
		want    string
	}{
		"a run":            {colorprofile.TrueColor, func(g *Grid) { g.Text(0, 0, "ab cd", red) }, "\x1b[38;2;255;0;0mab cd\x1b[m"},
		"across a blank":   {colorprofile.TrueColor, func(g *Grid) { g.Text(0, 0, "a", red); g.Text(2, 0, "b", red) }, "\x1b[38;2;255;0;0ma b\x1b[m"},
		"one more":         {colorprofile.TrueColor, func(g *Grid) { g.Text(0, 0, "a", red); g.Text(1, 0, "b", red.With(Bold)) }, "\x1b[38;2;255;0;0ma\x1b[1mb\x1b[m"},
		"one less":         {colorprofile.TrueColor, func(g *Grid) { g.Text(0, 0, "a", red.With(Bold)); g.Text(1, 0, "b", red) }, "\x1b[1;38;2;255;0;0ma\x1b[0;38;2;255;0;0mb\x1b[m"},
		"256 colours":      {colorprofile.ANSI256, func(g *Grid) { g.Text(0, 0, "a", red) }, "\x1b[38;5;196ma\x1b[m"},
		"16 colours":       {colorprofile.ANSI, func(g *Grid) { g.Text(0, 0, "a", red.On(Index(4))) }, "\x1b[91;44ma\x1b[m"},
		"no colours":       {colorprofile.ASCII, func(g *Grid) { g.Text(0, 0, "a", red); g.Text(1, 0, "b", red.With(Reverse)) }, "a\x1b[7mb\x1b[m"},
		"no terminal":      {colorprofile.NoTTY, func(g *Grid) { g.Text(0, 0, "a", red.With(Reverse)) }, "a"},
		"blanks that show": {colorprofile.TrueColor, func(g *Grid) { g.Set(0, 0, ' ', Style{Bg: Index(1)}) }, "\x1b[41m \x1b[m"},
		"back to default":  {colorprofile.TrueColor, func(g *Grid) { g.Text(0, 0, "a", Style{}.On(Index(9))); g.Text(1, 0, "b", Style{Attr: Dim}) }, "\x1b[101ma\x1b[2;49mb\x1b[m"},
	} {
		g := New(8, 1)
		c.draw(g)
		e := Encoder{Profile: c.profile}
		if got := e.Encode(g); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestProfileMayChangeBetweenFrames(t *testing.T) {
	g := New(1, 1)
	g.Set(0, 0, 'x', Style{Fg: RGB(0, 255, 0)})
	var e Encoder
	for _, p := range []colorprofile.Profile{colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor, colorprofile.ASCII} {
		e.Profile = p
		fresh := Encoder{Profile: p}
		if got, want := e.Encode(g), fresh.Encode(g); got != want {
			t.Errorf("%v after another profile: %q, want %q", p, got, want)
		}
	}
}

// picture has colours in every cell, of gradients of 16 steps, in short runs.
func picture(w, h int) *Grid {
	g := New(w, h)
	for y := range h {
		for x := range w {
			s := Style{Fg: RGB(uint8(x/5*16), uint8(y/4*16), 99), Bg: RGB(20, uint8(x/10*16), 20)}
			g.Set(x, y, rune(0x2800+(x*7+y*3)%256), s)
		}
	}

	return g
}

func TestEncodeAllocatesTheStringOnly(t *testing.T) {
	g, n := picture(200, 60), 0
	for _, p := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ANSI, colorprofile.ASCII} {
		e := Encoder{Profile: p}
		e.Encode(g)
		if n := testing.AllocsPerRun(10, func() { e.Encode(g) }); n > 0 {
			t.Errorf("%v: %v allocations for the same picture again", p, n)
		}
		another := func() {
			n++
			g.Set(0, 0, rune('a'+n%2), Style{})
			e.Encode(g)
		}
		if n := testing.AllocsPerRun(10, another); n > 1 {
			t.Errorf("%v: %v allocations a frame, want 1", p, n)
		}
	}
}

func TestANSI(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want Style
	}{
		"plain":                {"x", Style{}},
		"16 colours":           {"\x1b[31;102mx", Style{Fg: Index(1), Bg: Index(10)}},
		"256 colours":          {"\x1b[38;5;99;48;5;7mx", Style{Fg: Index(99), Bg: Index(7)}},
		"true colour":          {"\x1b[1;38;2;1;2;3;48;2;4;5;6mx", Style{Fg: RGB(1, 2, 3), Bg: RGB(4, 5, 6), Attr: Bold}},
		"colons":               {"\x1b[38:2:1:2:3;4mx", Style{Fg: RGB(1, 2, 3), Attr: Underline}},
		"colons, colour space": {"\x1b[38:2::1:2:3;7mx", Style{Fg: RGB(1, 2, 3), Attr: Reverse}},
		"curly underline":      {"\x1b[4:3;3mx", Style{Attr: Underline | Italic}},
		"no underline":         {"\x1b[4m\x1b[4:0mx", Style{}},
		"underline colour":     {"\x1b[58;2;9;9;9;2mx", Style{Attr: Dim}},
		"off again":            {"\x1b[1;3;4;7;31;42m\x1b[22;23;24;27;39;49mx", Style{}},
		"reset":                {"\x1b[1;31m\x1b[mx", Style{}},
		"cut short":            {"\x1b[38;2;1mx", Style{}},
		"what is not SGR":      {"\x1b[2J\x1b[5;5H\x1b]8;;http://x\ax", Style{}},
	} {
		g := New(1, 1)
		g.ANSI(g.Bounds(), c.in)
		if got, want := g.At(0, 0), (Cell{Rune: 'x', Style: c.want}); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestBoxes(t *testing.T) {
	g := New(40, 9)
	g.Box(Rect{W: 20, H: 4}, Foreground(Index(4)), "message", Style{Attr: Bold})
	g.Box(Rect{X: 20, W: 20, H: 4}, Style{}, "a title that is too long", Style{})
	g.Glyphs = &ASCII
	g.Box(Rect{Y: 4, W: 20, H: 4}, Style{}, "ascii", Style{})
	g.Box(Rect{X: 20, Y: 4, W: 6, H: 2}, Style{}, "narrow", Style{})
	g.ANSI(Rect{X: 21, Y: 7, W: 18, H: 2}, "\x1b[35m╭ pick ╮\x1b[m\n│ one  │")
	golden.RequireEqual(t, g.String()+"\n")
	t.Run("ansi", func(t *testing.T) {
		var e Encoder
		golden.RequireEqual(t, e.Encode(g)+"\n")
	})
}

func FuzzANSI(f *testing.F) {
	for _, s := range texts {
		f.Add(s, 10, 3)
	}
	f.Add("\x1b[38;2;1;2;3;4:3mx\x1b[48:5mnext", 80, 24)
	f.Fuzz(func(t *testing.T, s string, w, h int) {
		g := New(w%100, h%40)
		g.ANSI(Rect{X: w % 7, Y: h % 5, W: w, H: h}, s)
		g.Text(h%9, w%3, s, Style{})
		var e Encoder
		for y, row := range strings.Split(e.Encode(g), "\n") {
			for _, r := range ansi.Strip(row) {
				if r < ' ' || r >= 0x7f && r < 0xa0 {
					t.Fatalf("control character %q in row %d", r, y)
				}
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	g := picture(200, 60)
	for _, p := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ASCII} {
		b.Run(p.String(), func(b *testing.B) {
			e := Encoder{Profile: p}
			b.ReportAllocs()
			for b.Loop() {
				b.SetBytes(int64(len(e.Encode(g))))
			}
		})
	}
}

func BenchmarkText(b *testing.B) {
	g := New(80, 1)
	for b.Loop() {
		g.Text(0, 0, " 1 ● charge #1042 ████████░░  18ms", Style{})
	}
}
