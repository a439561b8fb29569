package engine

import (
	"fmt"
	"strings"
)

// token is one word of an expression.
type token struct {
	kind  tokenKind
	text  string
	value float64   // of a number, in seconds and shares
	dim   dimension // of a number
}

type tokenKind uint8

const (
	endToken    tokenKind = iota
	numberToken           // 5, 20ms, 5%, 120/s
	nameToken             // a path, or the words and, within, of
	symbolToken           // an operator or a bracket
)

// symbols are the operators and brackets, longer ones before what they begin
// with.
var symbols = []string{"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")"}

// lexer cuts an expression into tokens.
type lexer struct{ rest string }

func (l *lexer) next() (token, error) {
	l.rest = strings.TrimLeft(l.rest, " \t\n")
	if l.rest == "" {
		return token{}, nil
	}
	switch c := l.rest[0]; {
	case isDigit(c) || c == '.':
		return l.number()
	case isLetter(c):
		return token{kind: nameToken, text: l.take(func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' })}, nil
	}
	for _, symbol := range symbols {
		if rest, ok := strings.CutPrefix(l.rest, symbol); ok {
			l.rest = rest
			return token{kind: symbolToken, text: symbol}, nil
		}
	}
	return token{}, fmt.Errorf("%s means nothing here", shown(string([]rune(l.rest)[:1])))
}

// number reads a number with its unit. A rate's unit is told from a division
// by what follows: in 5/s the s stands alone.
func (l *lexer) number() (token, error) {
	text := l.take(func(c byte) bool { return isDigit(c) || c == '.' })
	unit := l.take(func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' || c == '%' })
	if unit == "" {
		for _, u := range rateUnits {
			if rest, ok := strings.CutPrefix(l.rest, u.suffix); ok && (rest == "" || !isLetter(rest[0]) && !isDigit(rest[0]) && rest[0] != '.') {
				l.rest, unit = rest, u.suffix
				break
			}
		}
	}
	t := token{kind: numberToken, text: text + unit}
	switch {
	case unit == "":
		n, ok := parseDecimal(text)
		if !ok {
			return token{}, fmt.Errorf("%s is not a number", shown(text))
		}
		t.value = n
	case unit == "%":
		share, err := ParseShare(t.text)
		if err != nil {
			return token{}, fmt.Errorf("%s: %w", shown(t.text), err)
		}
		t.value = float64(share)
	case unit[0] == '/':
		rate, err := ParseRate(t.text)
		if err != nil {
			return token{}, fmt.Errorf("%s: %w", shown(t.text), err)
		}
		t.value, t.dim = float64(rate), -1
	default:
		d, err := ParseDuration(t.text)
		if err != nil {
			return token{}, fmt.Errorf("%s is not a number; units are ms, s, m, h, %%, /s, /min and /h", shown(t.text))
		}
		t.value, t.dim = d.Seconds(), 1
	}
	return t, nil
}

// take cuts off what the rest begins with as far as it is wanted.
func (l *lexer) take(wanted func(c byte) bool) string {
	n := 0
	for n < len(l.rest) && wanted(l.rest[n]) {
		n++
	}
	text := l.rest[:n]
	l.rest = l.rest[n:]
	return text
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }
