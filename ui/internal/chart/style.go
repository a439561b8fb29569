package chart

import (
	"fmt"
	"image/color"
	"strings"
)

// Style is the style sheet that a page with charts needs: the colours, light,
// dark and on paper, and how a figure is laid out.
const Style = `
:root { color-scheme: light dark;
  --ink: #1c1f24; --dim: #6a6e76; --grid: #dfe2e8; --paper: #ffffff; --tint: #f4f5f8;
  --good: #007350; --warning: #915a00; --bad: #be3700;
  --line-0: #0069aa; --line-1: #963273; --line-2: #007350; --line-3: #915a00; --line-4: #be3700; --line-5: #5b5f9e }
@media screen and (prefers-color-scheme: dark) { :root {
  --ink: #e4e7ec; --dim: #9aa0ac; --grid: #363c48; --paper: #14171c; --tint: #1d2129;
  --good: #3cbe8c; --warning: #f0c846; --bad: #f06e3c;
  --line-0: #56b4e9; --line-1: #d68cbe; --line-2: #3cbe8c; --line-3: #f0c846; --line-4: #f06e3c; --line-5: #a9adf0 } }
figure.chart { margin: 0; min-width: 0; break-inside: avoid }
figure.chart figcaption { display: flex; flex-wrap: wrap; gap: 0 1em; align-items: baseline; font-size: .9rem }
figure.chart figcaption b { margin-right: auto }
figure.chart .keys { display: flex; flex-wrap: wrap; gap: 0 .9em }
figure.chart .key { white-space: nowrap; color: var(--dim); font-size: .8rem }
figure.chart .key svg { width: 1.9em; height: .6em; margin-right: .35em }
figure.chart > svg { display: block; width: 100%; height: auto }
`

// paints are all colours there are, those of lines first: a variable of the style
// sheet, and its light value. A picture is drawn with numbers of their own
// for them, in whose place the variables are put in the end.
var paints = []struct{ variable, light string }{
	{"line-0", "#0069aa"},
	{"line-1", "#963273"},
	{"line-2", "#007350"},
	{"line-3", "#915a00"},
	{"line-4", "#be3700"},
	{"line-5", "#5b5f9e"},
	{"ink", "#1c1f24"},
	{"dim", "#6a6e76"},
	{"grid", "#dfe2e8"},
}

// The colours that are not of lines.
const (
	ink = colours + iota
	dim
	grid
)

// paint is the paint of a line's colour.
func (c Colour) paint() int {
	if c < 0 {
		return dim
	}
	return c.index()
}

// A paint may be thinned, for areas.
const (
	faint = 0x40 // below a line
	pale  = 0x80 // a band
)

// stand is what a paint is drawn as.
func stand(paint int) color.Color { return color.RGBA{R: 0xd0, G: 0xe7, B: uint8(paint), A: 255} }

// painted puts variables in the place of what colours were drawn as. Each falls
// back to the light colour, for a picture without the style sheet.
var painted = func() *strings.Replacer {
	pairs := []string{"font-family:Liberation Sans;font-variant:normal;font-weight:normal;font-style:normal", "font-family:" + fonts}
	for i := range paints {
		for thin, opacity := range map[int]string{0: "", faint: ";fill-opacity:0.1", pale: ";fill-opacity:0.18"} {
			pairs = append(pairs, fmt.Sprintf("#D0E7%02X", i+thin), css(i)+opacity)
		}
	}
	return strings.NewReplacer(pairs...)
}()

// css names a paint.
func css(paint int) string {
	return fmt.Sprintf("var(--%s, %s)", paints[paint].variable, paints[paint].light)
}

// fonts are as wide as the one that the picture was laid out with.
const fonts = "Liberation Sans,Arimo,Arial,Helvetica,sans-serif"
