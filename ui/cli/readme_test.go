package cli

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"duet/engine"
	"duet/presets"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("\r\n", "\n", `\|`, "|").Replace(string(text))
}

func TestReadmeNamesEveryPreset(t *testing.T) {
	text := readme(t)
	for _, p := range presets.List() {
		if want := fmt.Sprintf("| `%s` | %s |", p.Name, p.Title); !strings.Contains(text, want) {
			t.Errorf("README.md lacks %s", want)
		}
	}
}

func TestReadmeNamesEveryCommandAndFlag(t *testing.T) {
	text := readme(t)
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if want := "`" + strings.TrimSpace(strings.TrimSuffix(cmd.UseLine(), "[flags]")) + "`"; !strings.Contains(text, want) {
			t.Errorf("README.md lacks %s", want)
		}
		for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(cmd.LocalFlags().FlagUsages(), -1) {
			if !strings.Contains(text, "`"+flag) {
				t.Errorf("README.md lacks %s of %s", flag, cmd.CommandPath())
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newStage().root())
}

// TestReadmeTellsWhoseFlagsTheyAre: each command of a flag is in a row of it.
func TestReadmeTellsWhoseFlagsTheyAre(t *testing.T) {
	lines := strings.Split(readme(t), "\n")
	told := func(flag, path string) bool {
		return slices.ContainsFunc(lines, func(line string) bool {
			cells := strings.Split(line, " | ")
			return len(cells) > 2 && regexp.MustCompile("^\\| `--"+flag+"[ `]").MatchString(line) &&
				(strings.Contains(cells[1], "all that runs") || strings.Contains(cells[1], "`"+path+"`") || strings.Contains(cells[1], "`"+strings.TrimPrefix(path, "duet ")+"`"))
		})
	}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if flag.Name != "help" && !told(flag.Name, cmd.CommandPath()) {
				t.Errorf("README.md has no row for --%s of %s", flag.Name, cmd.CommandPath())
			}
		})
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newStage().root())
}

// section is the part of the README under a heading.
func section(t *testing.T, heading string) string {
	t.Helper()
	_, text, _ := strings.Cut(readme(t), "\n"+heading+"\n")
	text, _, _ = strings.Cut(text, "\n#")
	if text == "" {
		t.Fatalf("README.md has nothing under %s", heading)
	}
	return text
}

// TestReadmeNamesEveryPackage in its map.
func TestReadmeNamesEveryPackage(t *testing.T) {
	text, found := section(t, "## Map of the code"), map[string]bool{}
	err := fs.WalkDir(os.DirFS("../.."), ".", func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".") && name != "."):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go") && strings.Contains(path, "/"):
			found[filepath.Dir(path)] = true
		}
		return nil
	})
	if err != nil || len(found) < 40 {
		t.Fatalf("%d packages, %v", len(found), err)
	}
	for path := range found {
		if name := filepath.Base(path); !regexp.MustCompile(`\b` + name + `\b`).MatchString(text) {
			t.Errorf("README.md's map lacks %s", path)
		}
	}
}

// TestReadmeNamesEveryDependency that go.mod requires by itself.
func TestReadmeNamesEveryDependency(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	text := section(t, "## Dependencies")
	modules := regexp.MustCompile(`(?m)^\t(\S+?)(/v\d+)? v\S+$`).FindAllSubmatch(mod, -1) // those that are indirect say so
	if len(modules) < 20 {
		t.Fatalf("found %d modules", len(modules))
	}
	for _, m := range modules {
		if name := filepath.Base(string(m[1])); !regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).MatchString(text) {
			t.Errorf("README.md does not say what %s is for", m[1])
		}
	}
}

// TestReadmeNamesEveryFigure of a lane, as the JSON has it.
func TestReadmeNamesEveryFigure(t *testing.T) {
	text := section(t, "### The JSON of `duet run`")
	var walk func(v reflect.Type)
	walk = func(v reflect.Type) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(v.Elem())
		case reflect.Struct:
			for field := range v.Fields() {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if name != "" && !strings.Contains(text, `"`+name+`"`) {
					t.Errorf("README.md lacks %q of %s", name, v)
				}
				walk(field.Type)
			}
		}
	}
	walk(reflect.TypeFor[engine.LaneFigures]())
}

// TestReadmeNamesEveryKey looks for what the screen's key map binds, as its
// help shows it.
func TestReadmeNamesEveryKey(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../tui/keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, found := readme(t), 0
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 3 {
			return true
		}
		if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "bind" {
			return true
		}
		found++
		for key := range strings.FieldsSeq(literal(t, call.Args[0])) {
			if !strings.Contains(text, "`"+key+"`") {
				t.Errorf("README.md lacks the key `%s`: %s", key, literal(t, call.Args[1]))
			}
		}
		return true
	})
	if found < 10 {
		t.Errorf("found %d keys in the key map: does this test still know where to look?", found)
	}
}

func literal(t *testing.T, e ast.Expr) string {
	t.Helper()
	text, err := strconv.Unquote(e.(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestReadmeShowsEveryPicture: those that tests of the screen keep true, and no
// other.
func TestReadmeShowsEveryPicture(t *testing.T) {
	const folder = "ui/tui/testdata/pictures/"
	shown := map[string]bool{}
	for _, path := range regexp.MustCompile(folder+`[a-z-]+\.svg`).FindAllString(readme(t), -1) {
		shown[strings.TrimPrefix(path, folder)] = true
	}
	files, err := os.ReadDir("../../" + folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !shown[f.Name()] {
			t.Errorf("README.md does not show %s", f.Name())
		}
		delete(shown, f.Name())
	}
	for name := range shown {
		t.Errorf("README.md shows %s, which there is not", name)
	}
}

// TestReadmeShowsTheStarter: the example is the file that duet writes.
func TestReadmeShowsTheStarter(t *testing.T) {
	if !strings.Contains(readme(t), "```yaml\n"+string(starter)+"```\n") {
		t.Error("README.md does not show ui/cli/starter.yaml as it is")
	}
}

func TestEveryScenarioInTheReadmeIsRight(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```yaml\n(duet: .*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d scenarios, want the shortest and the complete one", len(blocks))
	}
	for _, block := range blocks {
		if _, err := engine.Decode("README.yaml", []byte(block[1])); err != nil {
			t.Errorf("%v in:\n%s", err, block[1])
		}
	}
}

func TestReadmeTellsEveryDefault(t *testing.T) {
	text := readme(t)
	for _, row := range settingRows(t) {
		if !strings.Contains(text, row) {
			t.Errorf("README.md lacks the row\n%s", row)
		}
	}
}

// settingRows is a row of a table for every setting there is.
func settingRows(t *testing.T) []string {
	t.Helper()
	var all []engine.Param
	for _, load := range []string{
		"rate: 1/s, classes: [{name: urgent, share: 20%}, {name: normal}]", "rate: 1/s, arrivals: bursts", "rate: 1/s, arrivals: ramp", "rate: 1/s, arrivals: sine",
		"rate: 1/s, arrivals: steps, steps: [{at: 1s, times: 2}]", "arrivals: trace, trace: {file: a.csv, service: took}",
	} {
		s, err := engine.Decode("all.yaml", []byte("duet: 1\nload: {"+load+"}\nhandlers: [{name: work},\n"+
			"{name: b, service: {dist: uniform}}, {name: c, service: {dist: gamma}}, {name: d, service: {dist: pareto}},\n"+
			"{name: e, service: {dist: bimodal}}, {name: f, service: {file: a.csv}}]\nresources: [{name: db}]\n"))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Params() {
			p.Path = classed.ReplaceAllString(named.ReplaceAllString(p.Path, "$1.NAME"), "$1.CLASS")
			known := slices.IndexFunc(all, func(q engine.Param) bool { return q.Path == p.Path })
			if known < 0 {
				all = append(all, p)
			} else if len(p.Choices) >= len(all[known].Choices) {
				all[known].Choices = union(all[known].Choices, p.Choices)
			}
		}
	}
	rows := make([]string, len(all))
	for i, p := range all {
		rows[i] = settingRow(p)
	}
	return rows
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

var (
	classed    = regexp.MustCompile(`(classes|pools)\.[a-z]+`)
	named      = regexp.MustCompile(`^(handlers|resources|lanes)\.[a-z]+`)
	subscribed = regexp.MustCompile(`subscriptions\.[a-z]+`)
)

func settingRow(p engine.Param) string {
	path, standard := subscribed.ReplaceAllString(p.Path, "subscriptions.HANDLER"), "`"+p.Default+"`"
	switch {
	case path != p.Path:
		standard = "the lane's"
	case path == "load.rate", strings.HasPrefix(path, "load.classes."):
		standard = "required"
	case strings.HasPrefix(path, "lanes.NAME.pools."):
		standard = "`0`"
	case p.Default == "":
		standard = "none"
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s |", path, values(p), standard, p.Help)
}

func values(p engine.Param) string {
	span := func(write func(float64) string) string { return write(p.Min) + " to " + write(p.Max) }
	switch p.Kind {
	case engine.KindChoice:
		return strings.TrimPrefix(strings.Join(p.Choices, ", "), ", ")
	case engine.KindBool:
		return "true, false"
	case engine.KindRate:
		return span(func(x float64) string { return engine.Rate(x).String() })
	case engine.KindShare:
		return span(func(x float64) string { return engine.Share(x).String() })
	case engine.KindDuration:
		return span(func(x float64) string { return engine.FormatDuration(time.Duration(x * float64(time.Second))) })
	default:
		numbers := span(func(x float64) string {
			return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(x, 'f', 3, 64), "0"), ".")
		})
		if p.Word != "" {
			return numbers + ", " + p.Word
		}
		return numbers
	}
}
