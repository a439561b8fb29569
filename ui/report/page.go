package report

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// width is how many columns a text report has at most.
const width = 100

// page is text in the making.
type page struct {
	text   strings.Builder
	colour bool
}

// line writes a line.
func (p *page) line(format string, args ...any) {
	p.text.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	p.text.WriteByte('\n')
}

// The colours of a terminal, as it understands them everywhere.
const (
	bold  = "1"
	green = "32"
	red   = "31"
	dim   = "2"
)

func (p *page) paint(colour, text string) string {
	if !p.colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[m"
}

// table is rows of cells below a heading, the first of rows.
type table struct {
	widths []int // of the columns, with the space before the next; negative: aligned to the left
	rows   [][]string
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// table writes a table after an empty line.
func (p *page) table(t table) {
	p.line("")
	p.rows(t)
}

// rows writes a table.
func (p *page) rows(t table) {
	for i, cells := range t.rows {
		line := ""
		for n, cell := range cells {
			line += aligned(cell, t.widths[n])
		}
		if i == 0 {
			line = p.paint(bold, strings.TrimRight(line, " "))
		}
		p.line("%s", line)
	}
}

// aligned fits text into a column: cut short where it is too long, and always
// with a space between it and its neighbour.
func aligned(text string, column int) string {
	room := max(column, -column) - 1
	text = ansi.Truncate(clean(text), room, "…")
	space := strings.Repeat(" ", room-ansi.StringWidth(text))
	if column < 0 {
		return text + space + " "
	}
	return " " + space + text
}

// prose writes text over as many lines as it needs, each after an indent; the
// first after a mark that is as wide.
func (p *page) prose(mark, text string, indent int) {
	for i, line := range wrap(text, width-indent) {
		if i > 0 {
			mark = strings.Repeat(" ", indent)
		}
		p.line("%s%s", mark, line)
	}
}

// wrap breaks text into lines of at most so many columns.
func wrap(text string, columns int) []string {
	return strings.Split(ansi.Wrap(clean(text), columns, ""), "\n")
}

// clean leaves out what would do something to a terminal: titles and names of
// scenarios are whatever somebody wrote.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
}
