package live

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"time"

	"duet/engine"
)

// everyRole is a scenario with goroutines of every role.
const everyRole = `
load: {rate: 300/s, arrivals: constant}
handlers: [{name: charge, service: {dist: constant, mean: 2ms}}, {name: mail, service: {dist: constant, mean: 1ms}}]
lanes:
  - {model: message, workers: 2, source: ticker}
  - {model: event}
  - {name: buffered, model: event, dispatch: buffered}
  - {name: doors, model: event, publishers: per_item}
`

// TestGoroutinesCarryLabels: whoever looks at a profile can tell whose goroutine was
// at work, and none of a lane is without.
func TestGoroutinesCarryLabels(t *testing.T) {
	r := begin(t, everyRole, Options{Endless: true})
	defer r.end()
	wanted := []string{
		`{"role":"sampler"}`,
		`{"lane":"message", "role":"producer"}`, `{"handler":"charge", "lane":"message", "role":"worker"}`,
		`{"handler":"mail", "lane":"message", "role":"worker"}`, `{"lane":"message", "role":"ticker"}`,
		`{"lane":"event", "role":"publisher"}`, `{"handler":"charge", "lane":"buffered", "role":"observer"}`,
		`{"lane":"buffered", "role":"publisher"}`, `{"lane":"doors", "role":"door"}`, `{"lane":"doors", "role":"publisher"}`,
	}
	r.await("labelled", 10*time.Second, func(*engine.Snapshot) bool {
		profile := goroutines(t)
		wanted = slices.DeleteFunc(wanted, func(w string) bool { return strings.Contains(profile, w) })
		return len(wanted) == 0
	})
	r.do(set("lanes.message.workers", "5"), set("lanes.event.publishers", "3"), set("lanes.buffered.dispatch", "goroutine"))
	time.Sleep(20 * time.Millisecond)
	for _, g := range strings.Split(goroutines(t), "\n\n") {
		if regexp.MustCompile(`live\.\(\*(producer|door|ticker|sampler|meter)\)|message\.\(\*worker|event\.\(\*observer`).MatchString(g) && !strings.Contains(g, "# labels:") {
			t.Errorf("without labels:\n%s", g)
		}
	}
}

func goroutines(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestItemsAreTasks of an execution trace, as the go tool reads it; a handler's
// regions are within them, its own ones included.
func TestItemsAreTasks(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("an execution trace is being made")
	}
	name := filepath.Join(t.TempDir(), "trace.out")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := trace.Start(f); err != nil {
		t.Fatal(err)
	}
	r := begin(t, everyRole, Options{Endless: true, Handlers: map[string]Func{
		"mail": func(ctx context.Context, _ engine.Item) error {
			trace.WithRegion(ctx, "post", func() {})
			return nil
		},
	}})
	time.Sleep(200 * time.Millisecond)
	r.do(set("load.rate", "0/s"))
	r.await("at rest", 10*time.Second, quiescent)
	offered := r.snap.Offered
	r.end()
	trace.Stop()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "tool", "trace", "-d=parsed", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	count := func(form string) int { return len(regexp.MustCompile(form).FindAll(out, -1)) }
	for _, lane := range []string{"event", "buffered", "doors"} {
		if begun, ended := count(`TaskBegin .*"`+lane+` item"`), count(`TaskEnd .*"`+lane+` item"`); begun != int(offered) || ended != begun {
			t.Errorf("%s: %d tasks of %d items, %d ended", lane, begun, offered, ended)
		}
	}
	for form, want := range map[string]int{
		`RegionBegin .*Type="charge"`: 3 * int(offered), `RegionBegin .*Type="post"`: 3 * int(offered), `RegionBegin .*Type="publish"`: 3 * int(offered),
		`TaskBegin .*"wait for charge"`: int(offered), `TaskBegin .*"message item"`: 1, `RegionBegin .*Type="send"`: 1,
	} {
		if n := count(form); n < want {
			t.Errorf("%d of %s, not %d", n, form, want)
		}
	}
	if t.Failed() {
		t.Logf("%.2000s", out)
	}
}
