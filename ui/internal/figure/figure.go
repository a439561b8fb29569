// Package figure writes numbers for a screen on which they move: three
// significant digits, at most six cells wide (a minus is one more), with their
// unit, so that a column of them keeps still when it is right-justified.
//
// A result that does not outlive the call it is passed to costs no memory.
package figure

import (
	"math"
	"strconv"
	"time"
)

// None stands for a figure that there is not: no item finished, no such theory.
const None = "-"

// width is enough for the longest figure.
const width = 24

// Duration writes a length of time: 0s 850ns 1.25µs 12.5ms 2.50s 2m05s 3h07m
// 12d04h. Beyond 999 days it is >999d.
func Duration(d time.Duration) string {
	var b [width]byte

	return string(appendDuration(b[:0], d))
}

// Seconds is Duration for a number of seconds; [None] for NaN.
func Seconds(s float64) string {
	var b [width]byte

	return string(appendSeconds(b[:0], s))
}

// Count writes a whole number: 0 999 9,999 12.3k 4.56M 7.89G.
func Count(n int64) string {
	var b [width]byte

	return string(appendCount(b[:0], n))
}

// Rate writes a number of things in a second, without the "/s": 0 0.25 12.5 120
// 1,250 12.5k 1.00M; [None] for NaN.
func Rate(x float64) string {
	var b [width]byte

	return string(appendRate(b[:0], x))
}

// Percent writes a share of 1: 0% 0.25% 12.5% 93% 100%; [None] for NaN.
func Percent(share float64) string {
	var b [width]byte

	return string(appendPercent(b[:0], share))
}

func appendSeconds(b []byte, s float64) []byte {
	switch ns := s * 1e9; {
	case math.IsNaN(s):
		return append(b, None...)
	case ns >= math.MaxInt64:
		return appendDuration(b, math.MaxInt64)
	case ns <= math.MinInt64:
		return appendDuration(b, -math.MaxInt64)
	default:
		return appendDuration(b, time.Duration(math.Round(ns)))
	}
}

func appendDuration(b []byte, d time.Duration) []byte {
	if d < 0 {
		b = append(b, '-')
		d = -max(d, -math.MaxInt64)
	}
	switch s := int64(d.Round(time.Second) / time.Second); {
	case d == 0:
		return append(b, "0s"...)
	case d < 999500*time.Microsecond:
		return appendShort(b, d)
	case d < 59950*time.Millisecond:
		return append(appendThree(b, d.Seconds()), 's')
	case s < 3600:
		return appendPair(b, s/60, 'm', s%60, 's')
	case s < 86400-30:
		m := (s + 30) / 60

		return appendPair(b, m/60, 'h', m%60, 'm')
	default:
		h := (s + 1800) / 3600
		if h/24 > 999 {
			return append(b, ">999d"...)
		}
		if h/24 > 99 {
			return append(strconv.AppendInt(b, h/24, 10), 'd')
		}

		return appendPair(b, h/24, 'd', h%24, 'h')
	}
}

// appendShort writes less than a second.
func appendShort(b []byte, d time.Duration) []byte {
	switch {
	case d < time.Microsecond:
		return append(strconv.AppendInt(b, int64(d), 10), "ns"...)
	case d < 999500*time.Nanosecond:
		return append(appendThree(b, float64(d)/1e3), "µs"...)
	default:
		return append(appendThree(b, float64(d)/1e6), "ms"...)
	}
}

func appendPair(b []byte, large int64, unit byte, small int64, smallUnit byte) []byte {
	b = append(strconv.AppendInt(b, large, 10), unit)
	b = append(b, byte('0'+small/10), byte('0'+small%10))

	return append(b, smallUnit)
}

func appendCount(b []byte, n int64) []byte {
	if n < 0 {
		b = append(b, '-')
		n = -max(n, -math.MaxInt64)
	}
	if n < 10_000 {
		return appendThousands(b, n)
	}

	return appendLarge(b, float64(n))
}

func appendRate(b []byte, x float64) []byte {
	if math.IsNaN(x) {
		return append(b, None...)
	}
	if x < 0 {
		b = append(b, '-')
		x = -x
	}
	switch {
	case x == 0:
		return append(b, '0')
	case x < 0.005:
		return append(b, "<0.01"...)
	case x < 999.5:
		return appendThree(b, x)
	case x < 9999.5:
		return appendThousands(b, int64(math.Round(x)))
	default:
		return appendLarge(b, x)
	}
}

func appendPercent(b []byte, share float64) []byte {
	x := share * 100
	switch {
	case math.IsNaN(x):
		return append(b, None...)
	case x == 0:
		return append(b, "0%"...)
	case x < 0:
		return appendPercent(append(b, '-'), -share)
	case x < 0.005:
		return append(b, "<.01%"...)
	case x < 99.95:
		return append(appendThree(b, x), '%')
	case x < 9999.5:
		return append(strconv.AppendInt(b, int64(math.Round(x)), 10), '%')
	default:
		return append(b, ">9999%"...)
	}
}

// appendLarge writes 9,999.5 and more with the letter of its thousands.
func appendLarge(b []byte, x float64) []byte {
	for _, letter := range "kMGTPE" {
		x /= 1000
		if x < 999.5 {
			return append(appendThree(b, x), byte(letter))
		}
	}

	return append(b, ">999E"...)
}

// appendThree writes 0.005 to 999.5 with three significant digits, two decimals
// at most.
func appendThree(b []byte, x float64) []byte {
	switch {
	case x < 9.995:
		return strconv.AppendFloat(b, x, 'f', 2, 64)
	case x < 99.95:
		return strconv.AppendFloat(b, x, 'f', 1, 64)
	default:
		return strconv.AppendFloat(b, x, 'f', 0, 64)
	}
}

func appendThousands(b []byte, n int64) []byte {
	if n < 1000 {
		return strconv.AppendInt(b, n, 10)
	}
	b = append(strconv.AppendInt(b, n/1000, 10), ',')
	n %= 1000

	return append(b, byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
}
