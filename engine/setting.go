package engine

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The words for how a lane's handlers are grouped.
const (
	together = "together"
	apart    = "apart"
)

// set reads a value into a field. It answers with what is needed instead, or
// with nothing when all is well.
func (r *rule) set(field reflect.Value, text string) (need string) {
	if handlers, ok := field.Addr().Interface().(*LaneHandlers); ok {
		return handlers.parse(text)
	}
	if field.Kind() == reflect.Pointer {
		pointed := reflect.New(field.Type().Elem())
		if need := r.set(pointed.Elem(), text); need != "" {
			return need
		}
		field.Set(pointed)
		return ""
	}
	switch r.kind {
	case KindCount:
		return r.setCount(field, text)
	case KindNumber:
		n, ok := parseDecimal(text)
		return r.setFloat(field, n, ok, "")
	case KindRate:
		rate, err := ParseRate(text)
		return r.setFloat(field, float64(rate), err == nil, complaint(err))
	case KindShare:
		share, err := ParseShare(text)
		return r.setFloat(field, float64(share), err == nil, complaint(err))
	case KindDuration:
		d, err := ParseDuration(text)
		if err != nil {
			return err.Error()
		}
		if d < seconds(r.min) || d > seconds(r.max) {
			return r.needs()
		}
		field.SetInt(int64(d))
	case KindBool:
		if text != "true" && text != "false" {
			return r.needs()
		}
		field.SetBool(text == "true")
	case KindChoice:
		if !slices.Contains(r.choices, text) {
			return r.needs()
		}
		field.SetString(text)
	}
	return ""
}

func (r *rule) setCount(field reflect.Value, text string) (need string) {
	n, err := strconv.ParseUint(text, 10, 64)
	if r.word != "" && text == r.word {
		n, err = 0, nil
	} else if err != nil || float64(n) < r.min || float64(n) > r.max {
		return r.needs()
	}
	if field.CanUint() {
		field.SetUint(n)
	} else {
		field.SetInt(int64(n))
	}
	return ""
}

func (r *rule) setFloat(field reflect.Value, x float64, ok bool, complaint string) (need string) {
	switch {
	case complaint != "":
		return complaint
	case !ok || x < r.min || x > r.max:
		return r.needs()
	}
	field.SetFloat(x)
	return ""
}

func complaint(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// needs says what a setting may be.
func (r *rule) needs() string {
	switch r.kind {
	case KindCount:
		if r.word != "" {
			return fmt.Sprintf("a whole number from %s to %s or the word %s is needed", grouped(r.min), grouped(r.max), r.word)
		}
		return fmt.Sprintf("a whole number from %s to %s is needed", grouped(r.min), grouped(r.max))
	case KindNumber:
		return fmt.Sprintf("a number from %s to %s is needed", grouped(r.min), grouped(r.max))
	case KindRate:
		return fmt.Sprintf("a rate from %s to %s is needed", Rate(r.min), Rate(r.max))
	case KindShare:
		return fmt.Sprintf("a share from %s to %s is needed", Share(r.min), Share(r.max))
	case KindDuration:
		return fmt.Sprintf("a duration from %s to %s is needed", FormatDuration(seconds(r.min)), FormatDuration(seconds(r.max)))
	case KindBool:
		return "true or false is needed"
	default:
		var names []string
		for _, c := range r.choices {
			if c != "" {
				names = append(names, c)
			}
		}
		return list(names) + " is needed"
	}
}

// text writes a field as a file would.
func (r *rule) text(field reflect.Value) string {
	if field.Kind() == reflect.Pointer {
		if field.IsNil() {
			return ""
		}
		field = field.Elem()
	}
	if r.word != "" && field.IsZero() {
		return r.word
	}
	switch value := field.Interface().(type) {
	case LaneHandlers:
		return value.String()
	case Rate:
		return value.String()
	case Share:
		return value.String()
	case time.Duration:
		return FormatDuration(value)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return fmt.Sprint(value)
	}
}

// String is the value as a file has it: together, apart, or a list of names.
func (h LaneHandlers) String() string {
	switch {
	case h.Names != nil:
		return "[" + strings.Join(h.Names, ", ") + "]"
	case h.Together:
		return together
	default:
		return apart
	}
}

func (h *LaneHandlers) parse(text string) (need string) {
	names, isList := strings.CutPrefix(text, "[")
	names, isClosed := strings.CutSuffix(names, "]")
	switch {
	case text == together:
		*h = LaneHandlers{Together: true}
	case text == apart:
		*h = LaneHandlers{}
	case isList && isClosed && strings.TrimSpace(names) != "":
		*h = LaneHandlers{}
		for name := range strings.SplitSeq(names, ",") {
			h.Names = append(h.Names, strings.TrimSpace(name))
		}
	default:
		return "apart, together or a list of handlers is needed"
	}
	return ""
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// grouped writes a number with commas between thousands.
func grouped(x float64) string {
	digits := -1
	if x == math.Trunc(x) {
		digits = 0 // exactly, also where a float has fewer digits
	}
	text := strconv.FormatFloat(x, 'f', digits, 64)
	whole, fraction, isFraction := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if isFraction {
		return whole + "." + fraction
	}
	return whole
}
