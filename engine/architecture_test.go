package engine_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a package (a pattern, as the go command has them) may know. Tests are
// free to know more, save where testsToo says otherwise.
var mayKnow = []struct {
	who      string
	only     []string // everything else is forbidden; nil: no such limit
	never    []string
	testsToo bool
	because  string
}{
	{
		who: "duet", only: []string{"std", "duet/ui/cli"},
		because: "main.go hands over to the command line and does nothing itself",
	},
	{
		who: "duet/engine/...", never: []string{"duet/ui/...", "duet/presets/...", "charm.land/...", "github.com/charmbracelet/..."}, testsToo: true,
		because: "the engine runs without a screen, and no screen makes it slower",
	},
	{
		who: "duet/engine", never: []string{"duet/engine/..."},
		because: "the language that all packages speak depends on none of them",
	},
	{
		who: "duet/engine/message", only: []string{"std", "duet/engine/clock"},
		because: "it is a library that a reader copies into a program of their own",
	},
	{
		who: "duet/engine/event", only: []string{"std", "duet/engine/clock"},
		because: "it is a library that a reader copies into a program of their own",
	},
	{
		who: "duet/engine/clock", only: []string{"std", "golang.org/x/sys/..."},
		because: "everything that waits stands on it",
	},
	{
		who: "duet/engine/diagnose", only: []string{"std", "duet/engine"},
		because: "it is a pure function of snapshots",
	},
	{
		who: "duet/engine/voices", never: runners,
		because: "who runs the voices is given to it, so that it holds them against each other and not itself",
	},
	{
		who: "duet/presets", only: []string{"std", "duet/engine"},
		because: "presets are scenarios, and who runs them is not their business",
	},
	{
		who: "duet/engine/replicate", never: runners,
		because: "it is given what starts a run and does not ask which",
	},
	{
		who: "duet/engine/sweep", never: runners,
		because: "it is given what starts a run and does not ask which",
	},
	{
		who: "duet/engine/size", never: runners,
		because: "it is given what starts a run and does not ask which",
	},
	{
		who: "duet/engine/export", only: []string{"std", "duet/engine", "duet/engine/script"},
		because: "it writes programs, and runs none",
	},
	{
		who: "duet/ui/tui/...", never: runners,
		because: "the screen is given a Run and does not ask which",
	},
	{
		who: "duet/ui/linear", never: runners,
		because: "it talks about a Run that it is given",
	},
	{
		who: "duet/ui/report/...", never: runners,
		because: "a report is made of a snapshot, whoever took it",
	},
	{
		who: "duet/ui/internal/...", never: []string{"duet/engine/...", "duet/presets/..."},
		because: "cells and plots know nothing of what they show",
	},
}

// runners run something, or are what runs.
var runners = []string{
	"duet/engine/live/...", "duet/engine/virtual/...", "duet/engine/broker/...",
	"duet/engine/message/...", "duet/engine/event/...", "duet/engine/workload/...",
}

// Where a library is at home: no other package imports it, tests included.
var homes = []struct{ what, home string }{
	{"charm.land/...", "duet/ui/..."},
	{"github.com/charmbracelet/...", "duet/ui/..."},
	{"charm.land/fang/...", "duet/ui/cli/..."},
	{"github.com/spf13/...", "duet/ui/cli/..."},
	{"github.com/muesli/...", "duet/ui/cli/..."},
	{"gonum.org/v1/plot/...", "duet/ui/internal/chart"},
	{"github.com/goccy/...", "duet/engine"},
	{"github.com/invopop/jsonschema/...", "duet/engine"},
	{"github.com/santhosh-tekuri/jsonschema/...", "duet/engine"},
	{"github.com/rabbitmq/...", "duet/engine/broker/rabbitmq/..."},
	{"github.com/twmb/...", "duet/engine/broker/kafka/..."},
	{"github.com/nats-io/...", "duet/engine/broker/jetstream/..."},
}

func TestWhoMayKnowWhom(t *testing.T) {
	files := sources(t)
	for _, rule := range mayKnow {
		found := false
		for _, f := range files {
			if !match(rule.who, f.pkg) {
				continue
			}
			found = true
			if f.test && !rule.testsToo {
				continue
			}
			for _, imp := range f.imports {
				if forbidden(f.pkg, imp, rule.only, rule.never) {
					t.Errorf("%s imports %s: %s", f.name, imp, rule.because)
				}
			}
		}
		if !found {
			t.Errorf("the rule for %s matches no package", rule.who)
		}
	}
	for _, rule := range homes {
		for _, f := range files {
			for _, imp := range f.imports {
				if match(rule.what, imp) && !match(rule.home, f.pkg) {
					t.Errorf("%s imports %s, whose home is %s", f.name, imp, rule.home)
				}
			}
		}
	}
}

func forbidden(pkg, imp string, only, never []string) bool {
	if imp == pkg {
		return false // a test package imports what it tests
	}
	hit := func(pattern string) bool { return match(pattern, imp) }
	return slices.ContainsFunc(never, hit) || only != nil && !slices.ContainsFunc(only, hit)
}

// match is the go command's: a/... is a and everything below, std the standard
// library.
func match(pattern, pkg string) bool {
	if pattern == "std" {
		first, _, _ := strings.Cut(pkg, "/")
		return first != "duet" && !strings.Contains(first, ".")
	}
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == below || strings.HasPrefix(pkg, below+"/")
	}
	return pkg == pattern
}

func TestRulesCanBeBroken(t *testing.T) {
	for _, c := range []struct {
		pkg, imp    string
		only, never []string
		want        bool
	}{
		{"duet", "fmt", []string{"std"}, nil, false},
		{"duet", "duet/engine", []string{"std"}, nil, true},
		{"duet", "github.com/x/y", []string{"std"}, nil, true},
		{"duet/ui/tui", "duet/engine/live", nil, runners, true},
		{"duet/ui/tui", "duet/engine/measure", nil, runners, false},
		{"duet/ui/tui", "duet/engine/livestock", nil, runners, false},
		{"duet/engine", "duet/engine/clock", nil, []string{"duet/engine/..."}, true},
		{"duet/engine", "duet/engine", nil, []string{"duet/engine/..."}, false},
	} {
		if got := forbidden(c.pkg, c.imp, c.only, c.never); got != c.want {
			t.Errorf("forbidden(%q, %q, %q, %q) = %v", c.pkg, c.imp, c.only, c.never, got)
		}
	}
}

func TestTopLevelHoldsWhatTheDesignNames(t *testing.T) {
	for _, f := range sources(t) {
		top, _, _ := strings.Cut(f.name, "/")
		if !slices.Contains([]string{"main.go", "engine", "presets", "ui"}, top) {
			t.Errorf("%s: Go files live in main.go, engine, presets and ui", f.name)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	const limit = 400
	for _, f := range sources(t) {
		if !f.test && f.lines > limit {
			t.Errorf("%s has %d lines, more than %d: usually two ideas in one", f.name, f.lines, limit)
		}
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range sources(t) {
		if !f.test {
			documented[f.pkg] = documented[f.pkg] || f.doc
		}
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no doc comment", pkg)
		}
	}
}

// source is what the rules ask of a Go file.
type source struct {
	name    string // relative to the module's root, with slashes
	pkg     string // import path
	test    bool
	imports []string
	doc     bool
	lines   int
}

// sources parses all Go files of the module, not those of modules in it, whatever system they are for.
func sources(t *testing.T) []source {
	t.Helper()
	root := os.DirFS("..")
	var files []source
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || nested(root, name)):
			return filepath.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, source{
			name:    name,
			pkg:     path.Join("duet", path.Dir(name)),
			test:    strings.HasSuffix(name, "_test.go"),
			imports: imports(parsed),
			doc:     parsed.Doc != nil,
			lines:   bytes.Count(text, []byte("\n")),
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// nested tells whether a folder is a module of its own.
func nested(root fs.FS, folder string) bool {
	_, err := fs.Stat(root, path.Join(folder, "go.mod"))
	return err == nil
}

func imports(f *ast.File) []string {
	paths := make([]string, len(f.Imports))
	for i, spec := range f.Imports {
		paths[i] = strings.Trim(spec.Path.Value, `"`+"`")
	}
	return paths
}
