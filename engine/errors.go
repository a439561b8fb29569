package engine

import (
	"errors"
	"fmt"
	"strings"
)

// What a Run answers to a Change that it cannot make.
var (
	// ErrClosed is the answer of a Run that was closed.
	ErrClosed = errors.New("the run is closed")
	// ErrUnsupported is wrapped by errors about a change that this run cannot
	// make while it runs, such as another seed.
	ErrUnsupported = errors.New("this cannot change while the run goes on")
)

// InputError says what is wrong with something a person wrote: a scenario
// file, or the value of a setting.
type InputError struct {
	File         string // the file; empty for a setting
	Line, Column int    // the place in the file, from 1; 0 for a setting
	Path         string // the setting, such as lanes.message.workers; empty where there is none
	Msg          string // one sentence: what was found and what is allowed, or what to do
}

// Error is the sentence, after the place if it is in a file.
func (e *InputError) Error() string {
	if e.File == "" {
		return e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
}

// problem is a complaint about one field of a scenario, before it is known
// whether the field came from a file or from a setting. Its sentence is
// "FIELD is FOUND: NEED", or "FIELD: NEED" where nothing was found.
type problem struct {
	path  string // internal, with numbers for list entries: lanes.0.workers
	found string
	need  string
	said  string // the whole sentence, where it is known already
}

// first runs checks until one finds a problem.
func first(checks ...func() *problem) *problem {
	for _, check := range checks {
		if p := check(); p != nil {
			return p
		}
	}
	return nil
}

// sentence is the complaint about a field that is called subject.
func (p *problem) sentence(subject string) string {
	switch {
	case p.said != "":
		return p.said
	case p.found == "":
		return subject + ": " + p.need
	default:
		return fmt.Sprintf("%s is %s: %s", subject, p.found, p.need)
	}
}

// shown is text as an error shows it: numbers and words bare, all else quoted
// and no longer than a line bears.
func shown(text string) string {
	const longest = 60
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	if text != "" && strings.Trim(text, "0123456789.-+%/") == "" {
		return text
	}
	return fmt.Sprintf("%q", text)
}

// list joins names for a sentence: a, b or c.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// suggest says which of the allowed names was meant, or lists them.
func suggest(name string, allowed []string) string {
	best, distance := "", 3
	for _, a := range allowed {
		if d := editDistance(name, a); d < distance && d < len(a) {
			best, distance = a, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "allowed: " + strings.Join(allowed, ", ")
}

// editDistance is Levenshtein's distance: how many letters to insert, delete
// or replace. Long names are never near anything.
func editDistance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 40
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
