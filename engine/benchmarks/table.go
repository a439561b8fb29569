package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// table is the results as Markdown.
func table(results []result) string {
	var b strings.Builder
	b.WriteString("| | ns | times the bare | 95 % of it | what duet does, and this does not |\n| --- | ---: | ---: | ---: | --- |\n")
	for i := range results {
		r := &results[i]
		fmt.Fprintf(&b, "| *%s* | %s | | | |\n", r.name, perPiece(r.what))
		for k, e := range r.arms {
			x := r.ratio(k)
			name, between := e.Name, fmt.Sprintf("%s to %s", digits(x.Lo), digits(x.Hi))
			if e.own {
				name = "**" + name + "**"
			}
			if k == 0 {
				between = ""
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, digits(r.time(k)), digits(x.Center), between, e.lacks)
		}
	}
	fmt.Fprintf(&b, "\n%d rounds in turn, medians, on %d processors, %s %s/%s.\n", len(results[0].timings[0].Rounds),
		runtime.GOMAXPROCS(0), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for i := range results {
		b.WriteString(results[i].budgets())
	}
	return b.String()
}

// budgets says of each arm that should take so many times as long as duet's whether it
// does.
func (r *result) budgets() string {
	var b strings.Builder
	duet := slices.IndexFunc(r.arms, func(e entry) bool { return e.own })
	for i, e := range r.arms {
		if e.least == 0 {
			continue
		}
		fmt.Fprintf(&b, "In *%s* duet does %s M %ss a second, %s times the %s M of %s; its budget is at least %v times.\n",
			r.name, digits(1000/r.time(duet)), r.what, digits(r.against(i, duet).Center), digits(1000/r.time(i)), e.Name, e.least)
	}
	return b.String()
}

func perPiece(what string) string {
	if strings.ContainsRune("aeiou", rune(what[0])) {
		return "an " + what
	}
	return "a " + what
}

// digits are three of them, or all before the point.
func digits(x float64) string {
	switch {
	case x < 10:
		return fmt.Sprintf("%.2f", x)
	case x < 100:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.0f", x)
	}
}

// What stands between the marks is the table's.
const (
	begin = "<!-- benchmarks: begin -->\n"
	end   = "<!-- benchmarks: end -->\n"
)

// intoReadme puts the table between the marks of a file.
func intoReadme(name, table string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, found := bytes.Cut(text, []byte(begin))
	_, after, ended := bytes.Cut(rest, []byte(end))
	if !found || !ended {
		return errors.New(name + " has no marks for the table: " + begin + end)
	}
	var b bytes.Buffer
	b.Write(before)
	b.WriteString(begin + table + end)
	b.Write(after)
	return os.WriteFile(name, b.Bytes(), 0o644)
}
