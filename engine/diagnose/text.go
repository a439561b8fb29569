package diagnose

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// figure writes a number with as many digits as a glance takes in: 0.25, 4.8,
// 120, 12,500.
func figure(x float64) string {
	digits := 0
	switch {
	case !(x > 0):
		return "0"
	case math.IsInf(x, 1):
		return "∞"
	case x < 1:
		digits = 2
	case x < 9.95:
		digits = 1
	default:
		return count(int64(min(x, 1e15) + 0.5))
	}
	s := strconv.FormatFloat(x, 'f', digits, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func rate(perSecond float64) string { return figure(perSecond) + "/s" }

// part is n as a part of all, 0 to 1. Counters of a moving run need not agree
// with each other.
func part(n, all float64) float64 {
	if !(n > 0) || !(all > 0) {
		return 0
	}
	return min(n/all, 1)
}

func percent(share float64) string {
	if share > 0 && share < 0.01 {
		return "under 1%"
	}
	if !(share > 0) {
		return "0%"
	}
	return strconv.Itoa(int(min(share, 1)*100+0.5)) + "%"
}

// duration writes in the unit that keeps the number short.
func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return figure(float64(d)/float64(time.Microsecond)) + " µs"
	case d < time.Second:
		return figure(float64(d)/float64(time.Millisecond)) + " ms"
	case d < 2*time.Minute:
		return figure(d.Seconds()) + " s"
	default:
		return figure(d.Minutes()) + " min"
	}
}

func bytes(n int64) string {
	const mb = 1 << 20
	if n < mb {
		return figure(float64(n)/(1<<10)) + " KB"
	}
	return figure(float64(n)/mb) + " MB"
}

// count groups thousands: 12,500.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural(n int64, noun string) string { return count(max(n, 0)) + " " + noun + verb(n, "", "s") }

func waits(n int64) string { return fmt.Sprintf("%s %s", plural(n, "item"), verb(n, "waits", "wait")) }

// verb is the form that goes with n.
func verb(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// shortened keeps a foreign text to a part of a line.
func shortened(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
