package svg

import "fmt"

// shaped says whether a rune is drawn as a shape: dots, blocks, borders.
func shaped(r rune) bool {
	return r >= 0x2800 && r <= 0x28ff || r >= 0x2580 && r <= 0x2593 || borders[r] != ""
}

// borders are the lines of a cell, from its top left.
var borders = map[rune]string{
	'─': "m0 8h8", '│': "m4 0v16", '╭': "m4 16v-4q0 -4 4 -4", '╮': "m4 16v-4q0 -4 -4 -4",
	'╰': "m4 0v4q0 4 4 4", '╯': "m4 0v4q0 4 -4 4", '┄': "m0.5 8h2m1 0h2m1 0h1.5", '┊': "m4 1v2.5m0 1.5v2.5m0 1.5v2.5m0 1.5v2",
}

// shape appends what a cell at x shows: filled surfaces, lines, and surfaces of
// a quarter, half, and three quarters of the ink.
func shape(r rune, x int, filled, lines *string, faint *[3]string) {
	box := func(x, y, w, h float64) string { return fmt.Sprintf("M%g %gh%gv%gh%gz", x, y, w, h, -w) }
	left := float64(x)
	switch {
	case borders[r] != "":
		*lines += fmt.Sprintf("M%d 0", x) + borders[r]
	case r >= 0x2800 && r <= 0x28ff:
		for bit, at := range dots {
			if int(r-0x2800)&(1<<bit) != 0 {
				*filled += box(left+at[0], at[1], 2, 2)
			}
		}
	case r == '▀':
		*filled += box(left, 0, cellWidth, cellHeight/2)
	case r >= '▁' && r <= '█': // from below, in eighths
		h := float64(r-'▁'+1) * cellHeight / 8
		*filled += box(left, cellHeight-h, cellWidth, h)
	case r >= '▉' && r <= '▏': // from the left, in eighths
		*filled += box(left, 0, float64('▏'-r+1)*cellWidth/8, cellHeight)
	case r == '▐':
		*filled += box(left+cellWidth/2, 0, cellWidth/2, cellHeight)
	case r >= '░' && r <= '▓':
		faint[r-'░'] += box(left, 0, cellWidth, cellHeight)
	}
}

// dots are where in a cell the dots of braille are, by their bits.
var dots = [8][2]float64{{1, 1}, {1, 5}, {1, 9}, {5, 1}, {5, 5}, {5, 9}, {1, 13}, {5, 13}}
