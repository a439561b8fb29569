package export

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// units are those of the package time, the longest first.
var units = []struct {
	length time.Duration
	name   string
}{
	{time.Hour, "time.Hour"},
	{time.Minute, "time.Minute"},
	{time.Second, "time.Second"},
	{time.Millisecond, "time.Millisecond"},
	{time.Microsecond, "time.Microsecond"},
	{time.Nanosecond, "time.Nanosecond"},
}

// durationLiteral writes a duration as Go code does: 20*time.Millisecond.
func durationLiteral(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	for _, u := range units {
		if d%u.length == 0 {
			if d == u.length {
				return u.name
			}
			return fmt.Sprintf("%d*%s", d/u.length, u.name)
		}
	}
	return "" // every duration is a number of nanoseconds
}

// number writes a number as Go code does.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// decimal writes it so that it is no whole number to the compiler.
func decimal(x float64) string {
	text := number(x)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

func lengthOf(list any) int { return reflect.ValueOf(list).Len() }

// wide is how wide comments are, without their slashes.
const wide = 100

// comment puts slashes before lines.
func comment(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight("// "+line, " ") + "\n")
	}
	return b.String()
}

// wrapped breaks text into lines.
func wrapped(text string) []string {
	var lines []string
	line := ""
	for part := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = part
		case len(line)+1+len(part) > wide:
			lines, line = append(lines, line), part
		default:
			line += " " + part
		}
	}
	return append(lines, line)
}
