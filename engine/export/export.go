package export

import (
	"bytes"
	"embed"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"text/template"
	"time"

	"duet/engine"
)

// Options say what of a scenario is written.
type Options struct {
	Lane string // the name of the only lane; empty: all lanes

	// Of a recording, which is not read here: its mean arrivals a second, and how
	// long each handler works on average that takes its times from there.
	Rate  float64
	Means map[string]time.Duration // by handler
}

// Go writes the scenario as the source of a Go program, formatted as gofmt does.
// A scenario of cases is written with the settings that cases vary; see
// [engine.Scenario.Variants]. The error is an [*engine.InputError] when there is no
// such lane, or what a file of measured times has wrong.
func Go(s *engine.Scenario, o Options) ([]byte, error) {
	p, err := newProgram(s, o)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	for _, piece := range p.pieces() {
		if err := pieces.ExecuteTemplate(&body, piece.name+".tmpl", piece.data); err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
		body.WriteByte('\n')
	}
	imports, err := imported(body.String())
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	fmt.Fprintf(&file, "%spackage main\n\nimport (\n", comment(p.header()))
	for _, path := range imports {
		fmt.Fprintf(&file, "%q\n", path)
	}
	fmt.Fprintf(&file, ")\n\n%s", body.Bytes())
	source, err := format.Source(file.Bytes())
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return squeezed(source), nil
}

// squeezed takes out the blank lines that pieces leave where none should be:
// after an opening brace, and before a closing one.
func squeezed(source []byte) []byte {
	lines := strings.Split(string(source), "\n")
	kept := lines[:0]
	for i, line := range lines {
		if line == "" && i > 0 && i+1 < len(lines) {
			before, after := lines[i-1], strings.TrimSpace(lines[i+1])
			if strings.HasSuffix(before, "{") || strings.HasPrefix(after, "}") {
				continue
			}
		}
		kept = append(kept, line)
	}
	return []byte(strings.Join(kept, "\n"))
}

// known are the packages that pieces may use.
var known = []string{
	"context", "errors", "flag", "fmt", "iter", "math", "math/rand/v2", "os", "os/signal", "slices", "sort", "strings", "sync",
	"text/tabwriter", "time",
}

// nameOf is what a package is called where it is used.
func nameOf(path string) string {
	parts := strings.Split(strings.TrimSuffix(path, "/v2"), "/")
	return parts[len(parts)-1]
}

// imported are the packages that a program without imports uses.
func imported(body string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+body, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok {
				used[name.Name] = true
			}
		}
		return true
	})
	return slices.DeleteFunc(slices.Clone(known), func(path string) bool { return !used[nameOf(path)] }), nil
}

//go:embed pieces/*.tmpl
var sources embed.FS

// pieces are what programs are made of. Go has braces of its own, so theirs are
// others.
var pieces = template.Must(template.New("").Delims("[[", "]]").Funcs(template.FuncMap{
	"duration": durationLiteral,
	"one":      func(n any) bool { return lengthOf(n) == 1 },
}).ParseFS(sources, "pieces/*.tmpl"))
