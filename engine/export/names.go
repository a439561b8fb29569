package export

import (
	"fmt"
	"go/token"
	"go/types"
	"io/fs"
	"regexp"
	"strings"

	"duet/engine"
)

// names gives what a scenario names a name in the program, each its own.
type names map[string]bool

var (
	word    = regexp.MustCompile(`[A-Za-z_]\w*`)
	remark  = regexp.MustCompile(`//.*`)
	action  = regexp.MustCompile(`\[\[.*?\]\]`)
	literal = regexp.MustCompile(`"[^"]*"`)
)

// newNames are the names that are taken: those of the language, of packages, and
// whatever a piece calls something.
func newNames() names {
	taken := names{}
	for _, name := range types.Universe.Names() {
		taken[name] = true
	}
	for _, path := range known {
		taken[nameOf(path)] = true
	}
	files, err := fs.Glob(sources, "pieces/*.tmpl")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range files {
		text, err := sources.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		taken.take(string(text))
	}
	for _, text := range drawing {
		taken.take(text)
	}
	for n := range engine.MaxClasses {
		taken[taker(engine.Priority, n+1)], taken[taker(engine.Select, n+1)] = true, true
	}
	return taken
}

// take takes every name in a piece.
func (n names) take(text string) {
	code := remark.ReplaceAllString(action.ReplaceAllString(text, " "), "")
	for _, name := range word.FindAllString(literal.ReplaceAllString(code, ""), -1) {
		n[name] = true
	}
}

// choose makes a name of one of a scenario's, such as chargeCard of charge_card,
// with the suffix where it is given; if that is taken, with the other one.
func (n names) choose(name, suffix, other string) string {
	wanted := camel(name) + suffix
	if n[wanted] || token.IsKeyword(wanted) {
		wanted = camel(name) + other
	}
	chosen := wanted
	for i := 2; n[chosen] || token.IsKeyword(chosen); i++ {
		chosen = fmt.Sprint(wanted, i)
	}
	n[chosen] = true
	return chosen
}

// camel writes charge_card as chargeCard.
func camel(name string) string {
	var b strings.Builder
	for i, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '_' }) {
		if i > 0 {
			part = capital(part)
		}
		b.WriteString(part)
	}
	return b.String()
}

func capital(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
