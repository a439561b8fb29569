package export_test

import (
	"bytes"
	"context"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/export"
)

// programs are exported programs, built together: each is a package of one module,
// whose main runs the one that its first argument names.
type programs struct {
	dir   string
	names []string
	dies  map[string]bool // those that end by a panic, as they should
	forms map[string]bool // see form
}

var (
	numbers = regexp.MustCompile(`\d+(\.\d+)?`)
	unit    = regexp.MustCompile(`time\.(Hour|Minute|Second|Millisecond|Microsecond)`)
)

// form is what a program is but for its first comment and its numbers. To build one of
// a form says as much as to build all.
func form(source []byte) string {
	_, code, _ := strings.Cut(string(source), "\npackage main\n")
	return unit.ReplaceAllString(numbers.ReplaceAllString(code, "0"), "unit")
}

// add exports a scenario. Its drain is cut short, so that whatever is overloaded
// ends soon too.
func (p *programs) add(t *testing.T, name string, s *engine.Scenario, o export.Options) {
	t.Helper()
	s = s.Clone()
	s.Drain = min(s.Drain, 700*time.Millisecond)
	source, err := export.Go(s, o)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if formatted, err := format.Source(source); err != nil || !bytes.Equal(formatted, source) {
		t.Errorf("%s: gofmt would change it, %v", name, err)
	}
	if p.forms[form(source)] {
		return
	}
	p.forms[form(source)] = true
	pkg := fmt.Sprintf("p%d", len(p.names))
	text := strings.Replace(string(source), "\npackage main\n", "\npackage "+pkg+"\n", 1)
	text = strings.Replace(text, "\nfunc main() {\n", "\nfunc Main() {\n", 1)
	p.write(t, filepath.Join(pkg, name+".go"), text)
	p.names = append(p.names, name)
	if strings.Contains(string(source), "a panic ends the whole program") {
		p.dies[name] = true
	}
}

func (p *programs) write(t *testing.T, name, text string) {
	t.Helper()
	name = filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// build vets and builds them all, with the race detector where the test has it.
func (p *programs) build(t *testing.T) (binary string) {
	t.Helper()
	var imports, table strings.Builder
	for i, name := range p.names {
		fmt.Fprintf(&imports, "\t\"programs/p%d\"\n", i)
		fmt.Fprintf(&table, "\t%q: p%d.Main,\n", name, i)
	}
	p.write(t, "go.mod", "module programs\n\ngo 1.26\n")
	p.write(t, "main.go", fmt.Sprintf("package main\n\nimport (\n\t\"os\"\n\n%s)\n\nvar programs = map[string]func(){\n%s}\n\n"+
		"func main() {\n\trun := programs[os.Args[1]]\n\tos.Args = os.Args[1:]\n\trun()\n}\n", imports.String(), table.String()))
	p.command(t, "vet", "./...")
	binary = filepath.Join(p.dir, "programs.exe")
	args := []string{"build", "-o", binary}
	if raceDetector {
		args = append(args, "-race")
	}
	p.command(t, append(args, ".")...)
	return binary
}

// command runs the go command. Without the folder's name in it, what it builds is
// still there for the next time.
func (p *programs) command(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-trimpath", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// run runs them all, many at once, for they mostly sleep, and holds what each says
// of its lanes.
func (p *programs) run(t *testing.T, binary string, check func(name string, lanes []figures)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	room := make(chan struct{}, 12)
	var running sync.WaitGroup
	var mu sync.Mutex // of check
	for _, name := range p.names {
		room <- struct{}{}
		running.Go(func() {
			defer func() { <-room }()
			cmd := exec.CommandContext(ctx, binary, name, "-for", "300ms")
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			err := cmd.Run()
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil && p.dies[name] && strings.Contains(errs.String(), "panic: "):
			case err != nil:
				t.Errorf("%s: %v\n%s", name, err, errs.String())
			default:
				check(name, parse(t, name, out.String()))
			}
		})
	}
	running.Wait()
}

// figures are those of one lane, by their columns.
type figures struct {
	lane   string
	counts map[string]int
	p50    time.Duration
}

// endings are the columns that an item is in one of.
var endings = []string{"done", "failed", "expired", "dropped", "dead-lettered", "left"}

// parse reads what a program says.
func parse(t *testing.T, name, text string) []figures {
	t.Helper()
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	columns := strings.Fields(lines[0])
	var all []figures
	for _, line := range lines[1:] {
		f := figures{counts: map[string]int{}}
		fields := strings.Fields(line)
		if len(fields) != len(columns) {
			t.Errorf("%s: want %d columns:\n%s", name, len(columns), text)
			return nil
		}
		for i, column := range columns {
			var err error
			switch column {
			case "lane":
				f.lane = fields[i]
			case "p50":
				f.p50, err = time.ParseDuration(fields[i])
			case "p99":
				_, err = time.ParseDuration(fields[i])
			default:
				f.counts[column], err = strconv.Atoi(fields[i])
			}
			if err != nil {
				t.Errorf("%s: %s: %v", name, column, err)
			}
		}
		all = append(all, f)
	}
	return all
}

// sound holds the ledger of each lane, and that all lanes were offered the same.
func sound(t *testing.T, name string, lanes []figures, want int) (done int) {
	t.Helper()
	if len(lanes) != want {
		t.Errorf("%s: %d lanes, want %d", name, len(lanes), want)
	}
	for _, f := range lanes {
		sum := 0
		for _, ending := range endings {
			sum += f.counts[ending]
		}
		if sum != f.counts["offered"] {
			t.Errorf("%s, lane %s: offered %d, and %d have ended: %v", name, f.lane, f.counts["offered"], sum, f.counts)
		}
		done += f.counts["done"]
	}
	return done
}

// presets are those that ship, by their files: the engine does not know the package
// that has them.
func presets(t *testing.T) []*engine.Scenario {
	t.Helper()
	files, err := filepath.Glob("../../presets/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d presets, %v", len(files), err)
	}
	all := make([]*engine.Scenario, len(files))
	for i, name := range files {
		if all[i], err = engine.Open(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestProgramsRun builds what the presets become, and settings in pairs, and runs
// it all.
func TestProgramsRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs programs")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command")
	}
	p := &programs{dir: t.TempDir(), dies: map[string]bool{}, forms: map[string]bool{}}
	lanes := map[string]int{}
	add := func(name string, s *engine.Scenario, o export.Options) {
		p.add(t, name, s, o)
		if lanes[name] = len(s.Lanes); o.Lane != "" {
			lanes[name] = 1
		}
	}
	add("limited", limited(t), export.Options{}) // first, so that it stands for those of its form
	for _, s := range presets(t) {
		for _, v := range s.Variants() {
			add(s.Name+"-"+v.Case, v, export.Options{Rate: 187, Means: map[string]time.Duration{"complete": 18 * time.Millisecond}})
		}
		add(s.Name+"-one", s, export.Options{Lane: s.Lanes[0].Name, Rate: 187})
	}
	for i, s := range pairwise(t) {
		if raceDetector && i%4 > 0 {
			continue // it takes its time
		}
		add(fmt.Sprintf("pairs-%d", i), s, export.Options{})
	}
	t.Logf("%d programs", len(p.names))
	done, binary := 0, p.build(t)
	p.run(t, binary, func(name string, found []figures) {
		n := sound(t, name, found, lanes[name])
		if done += n; name == "limited" && n > 100 { // 40, and some that come as their client gives up
			t.Errorf("%d items are done in 400 ms, two of 20 ms at once", n)
		}
	})
	if done < 1000 {
		t.Errorf("only %d items are done in all programs", done)
	}
	p.interrupt(t, binary, lanes)
}

// limited has clients who give up, and goroutines of their own for two of them.
func limited(t *testing.T) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("limited.yaml", []byte("duet: 1\nload: {rate: 1000/s, timeout: 100ms}\n"+
		"handlers: [{name: work, service: {dist: constant, mean: 20ms}}]\nlanes: [{model: event, publishers: per_item, limit: 2}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// interrupt does to a program what Ctrl-C does: it ends soon, and still says what became
// of the items.
func (p *programs) interrupt(t *testing.T, binary string, lanes map[string]int) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return // which has no such signal for one process
	}
	lasting := slices.DeleteFunc(slices.Clone(p.names), func(name string) bool { return p.dies[name] })
	for _, name := range []string{lasting[0], lasting[len(lasting)-1]} {
		cmd := exec.CommandContext(t.Context(), binary, name, "-for", "1h")
		cmd.WaitDelay = time.Minute
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%s, interrupted: %v", name, err)
		}
		sound(t, name, parse(t, name, out.String()), lanes[name])
	}
}
