package sweep

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"duet/engine"
)

// MaxValues is how many values an axis may have.
const MaxValues = 1000

// Axis is a setting and the values that it takes, one after another.
type Axis struct {
	Path    string           `json:"path"`
	Kind    engine.ParamKind `json:"kind"`
	Values  []string         `json:"values"`  // as a file would have them
	Numbers []float64        `json:"numbers"` // the same, in seconds, a second or parts of 1; null for words
	Log     bool             `json:"log"`     // spaced by ratio
}

// Concerns reports whether the setting makes a difference to a lane: those of
// other lanes do not.
func (a *Axis) Concerns(lane string) bool {
	return !strings.HasPrefix(a.Path, "lanes.") || strings.HasPrefix(a.Path, "lanes."+lane+".")
}

// ParseAxis reads an axis of a scenario: PATH=VALUES, as the package doc has it.
// Whether the setting takes the values is for [NewGrid] to say. The error is a
// sentence.
func ParseAxis(text string, s *engine.Scenario) (Axis, error) {
	path, values, ok := strings.Cut(text, "=")
	if !ok || path == "" || values == "" {
		return Axis{}, fmt.Errorf("%q: a path and values are needed, such as load.rate=20/s..200/s:10 or lanes.message.workers=1,2,4", text)
	}
	if _, err := s.Get(path); err != nil {
		return Axis{}, err
	}
	param := engine.Param{Path: path, Kind: engine.KindChoice}
	if i := slices.IndexFunc(s.Params(), func(p engine.Param) bool { return p.Path == path }); i >= 0 {
		param = s.Params()[i]
	}
	a := Axis{Path: path, Kind: param.Kind}
	for _, part := range split(values) {
		if err := a.add(part, &param); err != nil {
			return Axis{}, fmt.Errorf("%s=%s: %w", path, part, err)
		}
		if len(a.Values) > MaxValues {
			return Axis{}, fmt.Errorf("%s has more than %d values", path, MaxValues)
		}
	}
	return a, a.number()
}

// split cuts a list at its commas, but for those within brackets.
func split(values string) []string {
	var parts []string
	depth, from := 0, 0
	for i := range len(values) {
		switch values[i] {
		case '[':
			depth++
		case ']':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, values[from:i])
				from = i + 1
			}
		}
	}
	return append(parts, values[from:])
}

// add adds a value, or those of a range.
func (a *Axis) add(part string, p *engine.Param) error {
	first, rest, isRange := strings.Cut(part, "..")
	if !isRange || !numeric(a.Kind) {
		a.Values = append(a.Values, part)
		return nil
	}
	r := span{kind: a.Kind}
	last, options, counted := strings.Cut(rest, ":")
	count, spacing, spaced := strings.Cut(options, ":")
	var err error
	if r.first, err = parse(a.Kind, first); err != nil {
		return fmt.Errorf("%s: %w", first, err)
	}
	if r.last, err = parse(a.Kind, last); err != nil {
		return fmt.Errorf("%s: %w", last, err)
	}
	switch {
	case r.first >= r.last:
		return fmt.Errorf("the smaller one first is needed, such as %s", example(p))
	case spaced && spacing != "log":
		return fmt.Errorf("after the number of values there may be log, and nothing else")
	case spaced && r.first <= 0:
		return fmt.Errorf("spaced by ratio a range begins above 0")
	case !counted && a.Kind != engine.KindCount:
		return fmt.Errorf("how many values is missing, such as %s:10", part)
	}
	r.log, a.Log = spaced, a.Log || spaced
	r.count = int(min(r.last-r.first+1, MaxValues+1))
	if counted {
		if r.count, err = strconv.Atoi(count); err != nil || r.count < 2 || r.count > MaxValues {
			return fmt.Errorf("a number of values from 2 to %d is needed after the colon", MaxValues)
		}
	}
	a.Values = append(a.Values, r.values(first, last)...)
	return nil
}

// example is a range of a setting that can be typed.
func example(p *engine.Param) string {
	switch p.Kind {
	case engine.KindRate:
		return "20/s..200/s:10"
	case engine.KindDuration:
		return "1ms..10ms:10"
	case engine.KindShare:
		return "0%..10%:10"
	default:
		return "1..10"
	}
}

// number takes the numbers of the values down, and writes each as a file would.
// The grid holds them against the rules of the setting.
func (a *Axis) number() error {
	for i, value := range a.Values {
		if numeric(a.Kind) {
			x, err := parse(a.Kind, value)
			if err != nil {
				return fmt.Errorf("%s is %q: %w", a.Path, value, err)
			}
			a.Numbers = append(a.Numbers, x)
			a.Values[i] = format(a.Kind, x)
			a.Log = a.Log && x > 0
		}
		if slices.Contains(a.Values[:i], a.Values[i]) {
			return fmt.Errorf("%s is %s twice", a.Path, a.Values[i])
		}
	}
	return nil
}

// numeric reports whether values of a kind are numbers, which have ranges.
func numeric(k engine.ParamKind) bool { return k != engine.KindChoice && k != engine.KindBool }

// parse reads a number of a kind.
func parse(k engine.ParamKind, text string) (float64, error) {
	switch k {
	case engine.KindRate:
		x, err := engine.ParseRate(text)
		return float64(x), err
	case engine.KindShare:
		x, err := engine.ParseShare(text)
		return float64(x), err
	case engine.KindDuration:
		d, err := engine.ParseDuration(text)
		return d.Seconds(), err
	default:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || strings.Trim(text, "0123456789.") != "" {
			return 0, fmt.Errorf("a plain number is needed")
		}
		return x, nil
	}
}

// format writes a number of a kind as a file would.
func format(k engine.ParamKind, x float64) string {
	switch k {
	case engine.KindRate:
		return engine.Rate(x).String()
	case engine.KindShare:
		return engine.Share(x).String()
	case engine.KindDuration:
		return engine.FormatDuration(time.Duration(math.Round(x * float64(time.Second))))
	default:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
}
