package engine

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate is a number of items a second. In files it carries its unit: 120/s,
// 6000/min, 0.5/s, 2/h.
type Rate float64

// Share is a part of a whole, 0 to 1. In files it is written in percent: 1%,
// 0.5%.
type Share float64

// rateUnits are the units of a rate and their length in seconds, the one
// preferred for writing first.
var rateUnits = []struct {
	suffix  string
	seconds float64
}{{"/s", 1}, {"/min", 60}, {"/h", 3600}}

// ParseRate reads a rate such as 120/s, 6000/min or 2/h.
func ParseRate(text string) (Rate, error) {
	for _, unit := range rateUnits {
		if digits, ok := strings.CutSuffix(text, unit.suffix); ok {
			n, ok := parseDecimal(digits)
			if !ok {
				break
			}
			return Rate(n / unit.seconds), nil
		}
	}
	if _, ok := parseDecimal(text); ok {
		return 0, fmt.Errorf("a unit is missing; write %s/s or %s/min", text, text)
	}
	return 0, errors.New("a rate such as 120/s or 6000/min is needed")
}

// String writes the rate so that [ParseRate] reads the same one.
func (r Rate) String() string {
	for _, unit := range rateUnits {
		text := strconv.FormatFloat(round(float64(r)*unit.seconds, 9), 'f', -1, 64) + unit.suffix
		if back, err := ParseRate(text); err == nil && back == r {
			return text
		}
	}
	return strconv.FormatFloat(float64(r), 'f', -1, 64) + "/s"
}

// ParseShare reads a share such as 1% or 0.5%.
func ParseShare(text string) (Share, error) {
	if digits, ok := strings.CutSuffix(text, "%"); ok {
		if n, ok := parseDecimal(digits); ok {
			return Share(n / 100), nil
		}
	}
	if _, ok := parseDecimal(text); ok {
		return 0, fmt.Errorf("a unit is missing; write %s%%", text)
	}
	return 0, errors.New("a share such as 1% or 0.5% is needed")
}

// String writes the share in percent so that [ParseShare] reads the same one.
func (s Share) String() string {
	for digits := 0; digits <= 17; digits++ {
		text := strconv.FormatFloat(round(float64(s)*100, digits), 'f', -1, 64) + "%"
		if back, err := ParseShare(text); err == nil && back == s {
			return text
		}
	}
	return strconv.FormatFloat(float64(s)*100, 'f', -1, 64) + "%"
}

// ParseDuration reads a duration such as 20ms, 1.5s or 1m30s: what
// [time.ParseDuration] reads, but never without a unit.
func ParseDuration(text string) (time.Duration, error) {
	if _, ok := parseDecimal(strings.TrimPrefix(text, "-")); ok {
		return 0, fmt.Errorf("a unit is missing; write %sms or %ss", text, text)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, errors.New("a duration such as 20ms, 1.5s or 2m is needed")
	}
	return d, nil
}

// FormatDuration writes a duration as a file would: 2m rather than 2m0s.
func FormatDuration(d time.Duration) string {
	text := d.String()
	if short, ok := strings.CutSuffix(text, "m0s"); ok {
		text = short + "m"
	}
	if short, ok := strings.CutSuffix(text, "h0m"); ok {
		text = short + "h"
	}
	return text
}

// parseDecimal reads a plain number that is not negative: digits and at most
// one point, without sign, exponent, infinity or other spellings.
func parseDecimal(text string) (float64, bool) {
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// round rounds to so many digits after the point, as far as that makes sense.
func round(x float64, digits int) float64 {
	scale := math.Pow10(digits)
	if scaled := x * scale; math.Abs(scaled) < 1<<53 {
		return math.Round(scaled) / scale
	}
	return x
}
