package tui

import (
	"strconv"
	"time"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// pen writes along a row, from left to right, and never beyond end.
type pen struct {
	g         *grid.Grid
	x, y, end int
}

// row is a pen for row y of g.
func row(g *grid.Grid, y int) pen { return pen{g: g, y: y, end: g.W} }

func (p *pen) room() int { return p.end - p.x }

func (p *pen) skip(n int) { p.x += n }

// text writes s, cut off where there is no room.
func (p *pen) text(s string, st grid.Style) { p.fit(p.room(), s, st) }

// fit writes s in at most w cells.
func (p *pen) fit(w int, s string, st grid.Style) {
	p.x = p.g.TextFit(p.x, p.y, min(w, p.room()), s, st)
}

// left writes s into a field of w cells, from its left.
func (p *pen) left(w int, s string, st grid.Style) {
	at := p.x
	p.fit(w, s, st)
	p.x = at + w
}

// right writes s into a field of w cells, up to its right: numbers keep still.
func (p *pen) right(w int, s string, st grid.Style) {
	if w <= p.room() {
		p.g.TextRight(p.x+w, p.y, s, st)
	}
	p.x += w
}

// over is right where something stands already, such as a border.
func (p *pen) over(w int, s string, st grid.Style) {
	p.g.Fill(grid.Rect{X: p.x, Y: p.y, W: max(min(w, p.room()), 0), H: 1}, ' ', st)
	p.right(w, s, st)
}

// rate writes a number of things a second into a field of w cells.
func (p *pen) rate(w int, x float64, st grid.Style) { p.right(w, figure.Rate(x)+"/s", st) }

// summary writes a duration of a summary; nothing but a stroke when nothing was
// measured.
func (p *pen) summary(w int, s *engine.Summary, d time.Duration, st grid.Style) {
	if s.Count == 0 {
		p.right(w, figure.None, st)
		return
	}
	p.right(w, figure.Duration(d), st)
}

// sign writes one rune and a blank.
func (p *pen) sign(r rune, st grid.Style) {
	if p.room() > 0 {
		p.g.Set(p.x, p.y, r, st)
	}
	p.x += 2
}

// decimal writes a whole number; its memory costs nothing where the result
// does not outlive the call it is passed to.
func decimal(n int64) string {
	var b [20]byte
	return string(strconv.AppendInt(b[:0], n, 10))
}

// clockTime writes lane time as on a clock: 00:42.3, 1:02:03.
func clockTime(d time.Duration) string {
	var b [24]byte
	return string(appendClock(b[:0], d))
}

func appendClock(b []byte, d time.Duration) []byte {
	tenths := int64(d / (100 * time.Millisecond))
	s := tenths / 10
	if s >= 3600 {
		b = append(strconv.AppendInt(b, s/3600, 10), ':')
		return appendTwo(append(appendTwo(b, s/60%60), ':'), s%60)
	}
	b = append(appendTwo(append(appendTwo(b, s/60), ':'), s%60), '.')
	return append(b, byte('0'+tenths%10))
}

func appendTwo(b []byte, n int64) []byte { return append(b, byte('0'+n/10%10), byte('0'+n%10)) }

// appendFixed writes a number of ten-thousandths.
func appendFixed(b []byte, n int64) []byte {
	b = append(strconv.AppendInt(b, n/10000, 10), '.')
	n %= 10000
	return appendTwo(appendTwo(b, n/100), n%100)
}
