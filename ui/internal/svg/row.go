package svg

import (
	"fmt"
	"strings"

	"duet/ui/internal/grid"
)

// row draws a row of cells, its top at 0.
func row(g *grid.Grid, y int, look Look) string {
	var b strings.Builder
	for x := 0; x < g.W; {
		end := x + 1
		style := g.At(x, y).Style
		for end < g.W && g.At(end, y).Style == style {
			end++
		}
		run(&b, g, x, end, y, look)
		x = end
	}
	return b.String()
}

// run draws cells of one style.
func run(b *strings.Builder, g *grid.Grid, from, to, y int, look Look) {
	style := g.At(from, y).Style
	ink, paper := colour(style.Fg, look.Foreground), colour(style.Bg, "")
	if style.Attr&grid.Reverse != 0 {
		if paper == "" {
			paper = look.Background
		}
		ink, paper = paper, ink
	}
	if paper != "" {
		fmt.Fprintf(b, `<path fill="%s" d="M%d 0h%dv%dh-%dz"/>`, paper, from*cellWidth, (to-from)*cellWidth, cellHeight, (to-from)*cellWidth)
	}
	dim := style.Attr&grid.Dim != 0
	letters(b, g, from, to, y, ink, style.Attr&grid.Bold != 0, dim)
	var filled, lines string
	var faint [3]string
	for x := from; x < to; x++ {
		shape(g.At(x, y).Rune, x*cellWidth, &filled, &lines, &faint)
	}
	class := ""
	if dim {
		class = ` class="d"`
	}
	if filled != "" {
		fmt.Fprintf(b, `<path%s fill="%s" d="%s"/>`, class, ink, filled)
	}
	for i, opacity := range []string{".25", ".5", ".75"} {
		if faint[i] != "" {
			fmt.Fprintf(b, `<path fill="%s" opacity="%s" d="%s"/>`, ink, opacity, faint[i])
		}
	}
	if lines != "" {
		fmt.Fprintf(b, `<path class="l" stroke="%s" d="%s"/>`, ink, lines)
	}
}

// letters draws what is text in a run: a piece for each stretch without a shape
// or a wide gap in it, stretched to its cells.
func letters(b *strings.Builder, g *grid.Grid, from, to, y int, ink string, bold, dim bool) {
	class := ""
	switch {
	case bold:
		class = ` class="b"`
	case dim:
		class = ` class="d"`
	}
	for x := from; x < to; x++ {
		if r := g.At(x, y).Rune; r == ' ' || shaped(r) {
			continue
		}
		end, last := x, x
		for ; end < to; end++ {
			r := g.At(end, y).Rune
			if shaped(r) || r == ' ' && end-last > 1 {
				break
			}
			if r != ' ' {
				last = end
			}
		}
		var text strings.Builder
		for i := x; i <= last; i++ {
			if r := g.At(i, y).Rune; r != 0 { // the second half of a wide one
				text.WriteRune(r)
			}
		}
		fmt.Fprintf(b, `<text%s x="%d" y="12" fill="%s" textLength="%d">%s</text>`, class, x*cellWidth, ink, (last-x+1)*cellWidth, escape.Replace(text.String()))
		x = last
	}
}

// colour is a colour as SVG writes it; otherwise where it is the terminal's own.
func colour(c grid.Color, otherwise string) string {
	rgb := c.Color()
	if rgb == nil {
		return otherwise
	}
	r, g, b, _ := rgb.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
