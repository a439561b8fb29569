// Package svg turns grids of cells into SVG: single pictures and short
// films, for pages that show what the screen draws.
//
// Letters are text in whatever monospaced font there is, stretched to their
// cells; bars, dots and borders are drawn as shapes, so that they meet as they do
// in a terminal. The same cells give the same bytes.
package svg

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"duet/ui/internal/grid"
)

// Look is the terminal that a picture shows.
type Look struct {
	Foreground, Background string // what its own colours are, such as #d0d4dc
}

// The looks of a dark and of a light terminal.
var (
	Dark  = Look{Foreground: "#d6dae2", Background: "#14171c"}
	Light = Look{Foreground: "#20242b", Background: "#fbfbfa"}
)

// The size of a cell, and the room around all of them, in pixels.
const (
	cellWidth  = 8
	cellHeight = 16
	margin     = 10
)

// Film is pictures of one size, shown one after another. The zero value has
// none. Not safe for concurrent use.
type Film struct {
	Look Look
	Each time.Duration // how long one is shown; the last one stays ten times as long

	w, h   int // in cells
	rows   map[string]int
	drawn  []string // each row that there is, once
	frames [][]int  // numbers of the rows
}

// Add takes a picture of g as it is now. All of them must have one size.
func (f *Film) Add(g *grid.Grid) {
	if f.rows == nil {
		f.rows, f.w, f.h = map[string]int{}, g.W, g.H
	}
	frame := make([]int, g.H)
	for y := range g.H {
		markup := row(g, y, f.Look)
		n, known := f.rows[markup]
		if !known {
			n = len(f.drawn)
			f.rows[markup] = n
			f.drawn = append(f.drawn, markup)
		}
		frame[y] = n
	}
	f.frames = append(f.frames, frame)
}

// String is the SVG. alt says in a sentence what can be seen, for those who
// cannot.
func (f *Film) String(alt string) string {
	var b strings.Builder
	w, h := f.w*cellWidth+2*margin, f.h*cellHeight+2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" xml:space="preserve">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, "<title>%s</title>\n", escape.Replace(alt))
	fmt.Fprintf(&b, "<style>text{font:13.3px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}.b{font-weight:bold}.d{opacity:.6}path.l{fill:none;stroke-width:1.2}%s</style>\n", f.timing())
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="%s"/>`+"\n", w, h, f.Look.Background)
	if len(f.frames) > 1 {
		b.WriteString("<defs>\n")
		for n, markup := range f.drawn {
			fmt.Fprintf(&b, `<g id="r%d">%s</g>`+"\n", n, markup)
		}
		b.WriteString("</defs>\n")
	}
	for i, frame := range f.frames {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)"%s>`+"\n", margin, margin, f.turn(i))
		for y, n := range frame {
			switch {
			case f.drawn[n] == "":
			case len(f.frames) > 1:
				fmt.Fprintf(&b, `<use href="#r%d" y="%d"/>`, n, y*cellHeight)
			default:
				fmt.Fprintf(&b, `<g transform="translate(0 %d)">%s</g>`+"\n", y*cellHeight, f.drawn[n])
			}
		}
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// linger is how many times as long the last picture stays.
const linger = 10

// timing is how the pictures follow each other: each is shown once in every
// turn. Who wants nothing to move sees the last one.
func (f *Film) timing() string {
	n := len(f.frames)
	if n < 2 {
		return ""
	}
	whole := f.Each * time.Duration(n-1+linger)
	share := func(parts int) string {
		return strconv.FormatFloat(100*float64(parts)/float64(n-1+linger), 'f', 4, 64)
	}
	return fmt.Sprintf(".f{visibility:hidden;animation:one %[1]dms step-end infinite}.e{animation:last %[1]dms step-end infinite}"+
		"@keyframes one{0%%{visibility:visible}%[2]s%%{visibility:hidden}}"+
		"@keyframes last{0%%{visibility:hidden}%[3]s%%{visibility:visible}}"+
		"@media(prefers-reduced-motion:reduce){.f,.e{animation:none}}",
		whole.Milliseconds(), share(1), share(n-1))
}

// turn is when a picture is shown.
func (f *Film) turn(i int) string {
	switch n := len(f.frames); {
	case n < 2:
		return ""
	case i == n-1:
		return ` class="e"`
	default:
		return fmt.Sprintf(` class="f" style="animation-delay:%dms"`, (f.Each * time.Duration(i)).Milliseconds())
	}
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
