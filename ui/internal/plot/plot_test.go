package plot

import (
	"math"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"

	"duet/ui/internal/grid"
)

var (
	blue   = grid.Foreground(grid.RGB(0, 114, 178))
	orange = grid.Foreground(grid.RGB(230, 159, 0))
	dim    = grid.Style{Attr: grid.Dim}
)

func values(n int, f func(x float64) float64) []float32 {
	all := make([]float32, n)
	for i := range all {
		all[i] = float32(f(float64(i) / float64(max(n-1, 1))))
	}

	return all
}

func wave(x float64) float64 { return 50 + 45*math.Sin(x*9)*x }

// gallery draws one of everything, each below the other.
func gallery(glyphs *grid.Glyphs) *grid.Grid {
	g := grid.New(60, 34)
	g.Glyphs = glyphs
	axis := Axis{Max: 100}
	palette := Gradient(grid.RGB(0, 60, 120), grid.RGB(255, 220, 80))

	chart := grid.Rect{W: 60, H: 8}
	holes := values(600, wave)
	for i := 250; i < 290; i++ {
		holes[i] = nan
	}
	HLine(g, chart, 80, axis, dim)
	Mark(g, chart, Series{Data: holes}.Column(450, chart.W), dim)
	Line(g, chart, Series{Data: values(600, func(x float64) float64 { return 20 + 60*x })}, axis, orange)
	Line(g, chart, Series{Data: holes}, axis, blue)

	Line(g, grid.Rect{Y: 9, W: 28, H: 6}, Series{Data: values(7, wave)}, axis, blue)
	Area(g, grid.Rect{X: 30, Y: 9, W: 30, H: 6}, Series{Data: holes}, axis, orange)

	Spark(g, grid.Rect{Y: 16, W: 60, H: 1}, Series{Data: holes}, 100, blue)
	Spark(g, grid.Rect{Y: 18, W: 60, H: 3}, Series{Data: values(20, wave)}, 100, orange)
	for i, fraction := range []float64{0, 0.001, 0.3, 0.555, 0.999, 1} {
		Bar(g, 2, 22+i, 20, fraction, blue, dim)
	}
	Heat(g, grid.Rect{X: 30, Y: 22, W: 10, H: 6}, values(37, func(x float64) float64 { return x }), palette)
	Heat(g, grid.Rect{X: 45, Y: 22, W: 10, H: 6}, append(values(100, func(x float64) float64 { return x }), nan, 1), palette)
	Heat(g, grid.Rect{Y: 29, W: 60, H: 2}, values(10_000, func(x float64) float64 { return x }), palette)
	Heat(g, grid.Rect{Y: 32, W: 60, H: 2}, []float32{0, 0.5, 1, nan, 0.2}, nil)

	return g
}

func TestGallery(t *testing.T) {
	for name, glyphs := range map[string]*grid.Glyphs{"unicode": &grid.Unicode, "ascii": &grid.ASCII} {
		t.Run(name, func(t *testing.T) {
			g := gallery(glyphs)
			golden.RequireEqual(t, g.String()+"\n")
			t.Run("ansi", func(t *testing.T) {
				var e grid.Encoder
				golden.RequireEqual(t, e.Encode(g)+"\n")
			})
		})
	}
}

// drawValue is any float32, and often one that breaks careless arithmetic.
func drawValue() *rapid.Generator[float32] {
	odd := []float32{nan, float32(math.Inf(1)), float32(math.Inf(-1)), math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, 0, -1}

	return rapid.OneOf(rapid.Float32Range(-10, 110), rapid.SampledFrom(odd))
}

func TestNothingIsDrawnOutside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at, length := rapid.IntRange(-9, 30), rapid.IntRange(-3, 40)
		r := grid.Rect{X: at.Draw(t, "x"), Y: at.Draw(t, "y"), W: length.Draw(t, "w"), H: length.Draw(t, "h")}
		g := grid.New(rapid.IntRange(0, 25).Draw(t, "W"), rapid.IntRange(0, 12).Draw(t, "H"))
		if rapid.Bool().Draw(t, "ascii") {
			g.Glyphs = &grid.ASCII
		}
		paper := grid.Style{Bg: grid.Index(7)}
		g.Fill(g.Bounds(), '~', paper)

		s := Series{Data: rapid.SliceOfN(drawValue(), 0, 80).Draw(t, "data"), First: rapid.Int().Draw(t, "first")}
		v := float64(drawValue().Draw(t, "v"))
		a := Axis{Min: float64(drawValue().Draw(t, "min")), Max: float64(drawValue().Draw(t, "max"))}
		switch rapid.IntRange(0, 7).Draw(t, "function") {
		case 0:
			Line(g, r, s, a, blue)
		case 1:
			Area(g, r, s, a, blue)
		case 2:
			Spark(g, r, s, v, blue)
		case 3:
			Heat(g, r, s.Data, Gradient(grid.RGB(0, 0, 0), grid.RGB(255, 255, 255)))
		case 4:
			HLine(g, r, v, a, dim)
		case 5:
			Mark(g, r, s.Column(r.X, r.W), dim)
		case 6:
			Bar(g, r.X, r.Y, r.W, v, blue, dim)
			r.H = 1
		case 7:
			high := rapid.SliceOfN(drawValue(), len(s.Data), len(s.Data)).Draw(t, "high")
			Band(g, r, s, Series{Data: high, First: s.First}, a, blue)
		}
		for y := range g.H {
			for x := range g.W {
				if !r.Contains(x, y) && g.At(x, y) != (grid.Cell{Rune: '~', Style: paper}) {
					t.Fatalf("cell %d,%d outside of %v was drawn: %q", x, y, r, g.At(x, y).Rune)
				}
			}
		}
	})
}

func TestLinesNeverShareACell(t *testing.T) {
	g := grid.New(20, 5)
	Line(g, g.Bounds(), Series{Data: values(40, func(x float64) float64 { return x })}, Axis{Max: 1}, orange)
	Line(g, g.Bounds(), Series{Data: values(40, func(float64) float64 { return 0.5 })}, Axis{Max: 1}, blue)
	alone := grid.New(20, 5)
	Line(alone, alone.Bounds(), Series{Data: values(40, func(float64) float64 { return 0.5 })}, Axis{Max: 1}, blue)
	for x := range g.W {
		if got, want := g.At(x, 2), alone.At(x, 2); got != want {
			t.Errorf("column %d: the later line is %q, want %q as without the other", x, got.Rune, want.Rune)
		}
	}
}

func TestALineHasNoHoles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := grid.New(rapid.IntRange(1, 20).Draw(t, "W"), rapid.IntRange(1, 6).Draw(t, "H"))
		data := rapid.SliceOfN(rapid.Float32Range(0, 1), 2, 90).Draw(t, "data")
		Line(g, g.Bounds(), Series{Data: data}, Axis{Max: 1}, blue)
		c := canvas{g: g, style: blue, braille: true}
		columns, rows := c.size()
		lastLow, lastHigh, seen := 0, 0, false
		for x := range columns {
			low, high, dots := -1, -1, 0
			for y := range rows {
				if c.dots(g.At(x/2, g.H-1-y/4).Rune)&brailleDots[x%2][y%4] != 0 {
					if low < 0 {
						low = y
					}
					high = y
					dots++
				}
			}
			if dots == 0 && !seen {
				continue // fewer values than columns: the first stands further in
			}
			if dots != high-low+1 || seen && (low > lastHigh+1 || high < lastLow-1) {
				t.Fatalf("column %d has %d dots from %d to %d, after %d to %d:\n%s", x, dots, low, high, lastLow, lastHigh, g)
			}
			lastLow, lastHigh, seen = low, high, true
		}
		if !seen {
			t.Fatalf("nothing drawn")
		}
	})
}

func TestALineStandsWhereItsValuesAre(t *testing.T) {
	g := grid.New(4, 2)
	Line(g, g.Bounds(), Series{Data: []float32{0, 1, 2, 3, 4, 5, 6, 7}}, Axis{Max: 7}, blue)
	if got, want := g.String(), "  ⡠⠊\n⡠⠊  "; got != want {
		t.Errorf("a diagonal is\n%s\nwant\n%s", got, want)
	}
	g.Glyphs = &grid.ASCII
	g.Clear(grid.Style{})
	Line(g, g.Bounds(), Series{Data: []float32{0, 1, 2, 3}}, Axis{Max: 3}, blue)
	if got, want := g.String(), "  .'\n.'  "; got != want {
		t.Errorf("a diagonal in ASCII is\n%s\nwant\n%s", got, want)
	}
}

func TestHeatShowsEveryValue(t *testing.T) {
	black, white := grid.RGB(0, 0, 0), grid.RGB(255, 255, 255)
	p := Gradient(black, white)
	g := grid.New(3, 1)
	Heat(g, g.Bounds(), []float32{0, 1, 0, 1, 0}, p)
	for x, want := range []grid.Style{{Fg: black, Bg: white}, {Fg: white, Bg: black}, {Fg: black}} {
		if c := g.At(x, 0); c.Rune != '▀' || c.Style != want {
			t.Errorf("halves, cell %d: %q %+v, want %+v", x, c.Rune, c.Style, want)
		}
	}
	g = grid.New(2, 1)
	Heat(g, g.Bounds(), []float32{0, 0, 1, 1, 0, 0, 1, 1}, p)
	if c := g.At(0, 0); c.Style.Fg != black || c.Style.Bg != black {
		t.Errorf("means, cell 0: %+v, want black above black", c.Style)
	}
	if c := g.At(1, 0); c.Style.Fg != white || c.Style.Bg != white {
		t.Errorf("means, cell 1: %+v, want white above white", c.Style)
	}
}

func TestGradient(t *testing.T) {
	p := Gradient(grid.RGB(0, 0, 0), grid.RGB(0, 150, 0), grid.RGB(255, 255, 255))
	if len(p) != Steps || p.At(0) != grid.RGB(0, 0, 0) || p.At(1) != grid.RGB(255, 255, 255) || p.At(nan) != p[0] || p.At(9) != p[Steps-1] {
		t.Errorf("a gradient does not run from its first stop to its last: %x", p)
	}
	if Palette(nil).At(0.5) != grid.Default || Gradient() != nil {
		t.Errorf("without colours there is no default colour")
	}
}

func TestDrawingDoesNotAllocate(t *testing.T) {
	g := grid.New(100, 20)
	s := Series{Data: values(700, wave), First: 12345}
	p := Gradient(grid.RGB(0, 0, 0), grid.RGB(255, 255, 255))
	n := testing.AllocsPerRun(20, func() {
		HLine(g, g.Bounds(), 80, Axis{Max: 100}, dim)
		Mark(g, g.Bounds(), 50, dim)
		Area(g, g.Bounds(), s, Axis{Max: 100}, orange)
		Line(g, g.Bounds(), s, Axis{Max: 100}, blue)
		Spark(g, grid.Rect{W: 100, H: 1}, s, 100, blue)
		Bar(g, 0, 0, 50, 0.7, blue, dim)
		Heat(g, g.Bounds(), s.Data, p)
	})
	if n != 0 {
		t.Errorf("%v allocations a frame, want none", n)
	}
}

// Whatever is dealt to the columns of a logarithmic range, nothing of it is lost,
// nothing lies where it was not, and the ends of the range are those of the chart.
func TestLogDealsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.OneOf(rapid.Float64Range(1e-9, 1e4), rapid.SampledFrom([]float64{0, -1, math.NaN(), math.Inf(1), math.MaxFloat64, 5e-324}))
		a := Log{Min: end.Draw(t, "min"), Max: end.Draw(t, "max")}
		dst := make([]float32, rapid.IntRange(0, 80).Draw(t, "columns"))
		low, high := end.Draw(t, "low"), end.Draw(t, "high")
		a.Deal(dst, low, high, 1)
		sum := 0.0
		for x, v := range dst {
			sum += float64(v)
			if v < 0 || v > 0 && (x < a.Column(min(low, high), len(dst)) || x > max(a.Column(low, len(dst)), a.Column(high, len(dst)))) {
				t.Fatalf("%v in column %d of %v", v, x, dst)
			}
		}
		if len(dst) > 0 && math.Abs(sum-1) > 1e-5 {
			t.Fatalf("%v was dealt, not 1: %v", sum, dst)
		}
		if x := a.Column(low, len(dst)); x >= len(dst) || x < -1 || x < 0 && len(dst) > 0 {
			t.Fatalf("%v is in column %d of %d", low, x, len(dst))
		}
	})
	a := Log{Min: 0.001, Max: 10}
	for v, want := range map[float64]int{0: 0, 0.001: 0, 0.01: 25, 0.1: 50, 1: 75, 10: 99, 99: 99} {
		if got := a.Column(v*1.000001, 100); got != want {
			t.Errorf("%v is in column %d, want %d", v, got, want)
		}
	}
	if v := a.Value(a.Fraction(0.5)); math.Abs(v-0.5) > 1e-9 {
		t.Errorf("0.5 is at %v", v)
	}
}

func FuzzLine(f *testing.F) {
	f.Add([]byte{0, 1, 255, 254, 80}, 0, 20, 5, 0.0, 100.0)
	f.Add([]byte{255}, math.MinInt, -1, 0, math.Inf(-1), math.NaN())
	f.Fuzz(func(t *testing.T, raw []byte, first, w, h int, low, high float64) {
		s := Series{First: first}
		for _, b := range raw {
			v := float32(b)
			switch b {
			case 255:
				v = nan
			case 254:
				v = float32(math.Inf(1))
			case 253:
				v = -math.MaxFloat32
			}
			s.Data = append(s.Data, v)
		}
		g := grid.New(w%120, h%50)
		for _, glyphs := range []*grid.Glyphs{&grid.Unicode, &grid.ASCII} {
			g.Glyphs = glyphs
			r := grid.Rect{X: w % 3, Y: h % 3, W: w, H: h}
			Area(g, r, s, Axis{Min: low, Max: high}, orange)
			Line(g, r, s, Axis{Min: low, Max: high}, blue)
			Spark(g, r, s, high, blue)
			Heat(g, r, s.Data, Palette{grid.RGB(1, 1, 1)})
			HLine(g, r, low, Axis{Min: low, Max: high}, dim)
			Mark(g, r, s.Column(len(raw)/2, w), dim)
			Bar(g, w, h, w, low, blue, dim)
		}
	})
}

func BenchmarkLine(b *testing.B) {
	g := grid.New(100, 20)
	for name, f := range map[string]func(float64) float64{
		"smooth": wave,
		"noisy":  func(x float64) float64 { return 50 + 49*math.Sin(x*1e5) },
	} {
		for _, n := range []int{200, 600} {
			s := Series{Data: values(n, f)}
			b.Run(name+map[int]string{200: "/a value a dot", 600: "/three a dot"}[n], func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Line(g, g.Bounds(), s, Axis{Max: 100}, blue)
				}
			})
		}
	}
}

func BenchmarkHeat(b *testing.B) {
	g := grid.New(100, 20)
	v := values(10_000, func(x float64) float64 { return x })
	p := Gradient(grid.RGB(0, 0, 0), grid.RGB(255, 255, 255))
	b.ReportAllocs()
	for b.Loop() {
		Heat(g, g.Bounds(), v, p)
	}
}

func TestBand(t *testing.T) {
	g := grid.New(16, 4)
	low, high := make([]float32, 32), make([]float32, 32)
	for i := range low {
		low[i], high[i] = float32(i)/8, float32(4+i)
	}
	low[9], low[10] = nan, nan
	Band(g, g.Bounds(), Series{Data: low}, Series{Data: high}, Axis{Max: 36}, grid.Style{})
	golden.RequireEqual(t, g.String()+"\n")
	t.Run("ascii", func(t *testing.T) {
		g.Clear(grid.Style{})
		g.Glyphs = &grid.ASCII
		Band(g, g.Bounds(), Series{Data: low}, Series{Data: high}, Axis{Max: 36}, grid.Style{})
		golden.RequireEqual(t, g.String()+"\n")
	})
}
