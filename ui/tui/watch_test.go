package tui_test

import (
	"context"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
	"duet/engine/live"
	"duet/ui/tui"
)

// bank is what the example's program uses.
var bank account

type account struct{ charges atomic.Int64 }

// Charge implements nothing: it takes a moment.
func (a *account) Charge(ctx context.Context, _ int32) error {
	a.charges.Add(1)
	select {
	case <-time.After(5 * time.Millisecond):
	case <-ctx.Done():
	}
	return nil
}

// terminal is one at which somebody looks for a while, and then quits.
var terminal = []tea.ProgramOption{
	tea.WithInput(&patient{keys: strings.NewReader("q")}), tea.WithOutput(io.Discard), tea.WithoutSignalHandler(),
	tea.WithWindowSize(120, 36), tea.WithEnvironment([]string{"TERM=xterm-256color"}),
}

// patient is a keyboard that is not touched at first.
type patient struct {
	keys  io.Reader
	begun bool
}

func (p *patient) Read(b []byte) (int, error) {
	if !p.begun {
		p.begun = true
		time.Sleep(300 * time.Millisecond)
	}
	return p.keys.Read(b)
}

// TestWatchClosesTheRun: with the screen it is over, and what was counted is still
// there.
func TestWatchClosesTheRun(t *testing.T) {
	s, err := engine.Decode("shop.yaml", []byte("{load: {rate: 200/s}, handlers: [{name: charge}]}"))
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int64
	run, err := live.New(s, live.Options{Endless: true, Handlers: map[string]live.Func{
		"charge": func(context.Context, engine.Item) error { calls.Add(1); return nil },
	}})
	if err != nil {
		t.Fatal(err)
	}
	input := &patient{keys: strings.NewReader("q")}
	if err := tui.Watch(t.Context(), run, append(terminal[1:len(terminal):len(terminal)], tea.WithInput(input))...); err != nil {
		t.Fatal(err)
	}
	if err := run.Apply(engine.Change{Control: engine.Pause}); err == nil {
		t.Error("the run goes on")
	}
	var snap engine.Snapshot
	run.Snapshot(&snap)
	if done := snap.Lanes[0].Ledger.Done + snap.Lanes[1].Ledger.Done; done == 0 || done != calls.Load() {
		t.Errorf("%d calls, %d done", calls.Load(), done)
	}
}

// TestReadmeShowsTheExample: what it shows of one's own handlers is the example, as a
// program.
func TestReadmeShowsTheExample(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(source), "\r\n", "\n")
	head, _, _ := strings.Cut(text, "\t// Output:")
	program := strings.NewReplacer("package tui_test", "package main", "func Example() {", "func main() {", ", terminal...", "").Replace(head) + "}\n"
	if !strings.Contains(strings.ReplaceAll(string(readme), "\r\n", "\n"), "```go\n"+program+"```\n") {
		t.Errorf("README.md lacks the program:\n%s", program)
	}
}

// TestWatchWithoutAScreen: where there is no terminal the run is closed as well.
func TestWatchWithoutAScreen(t *testing.T) {
	s, err := engine.Decode("shop.yaml", []byte("{load: {rate: 200/s}, handlers: [{name: charge}]}"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := live.New(s, live.Options{Endless: true})
	if err != nil {
		t.Fatal(err)
	}
	gone, far, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = gone.Close(), far.Close()
	if err := tui.Watch(t.Context(), run, append(terminal[1:len(terminal):len(terminal)], tea.WithInput(gone))...); err == nil {
		t.Error("nobody could press a key, and nothing is said about it")
	}
	if err := run.Apply(engine.Change{Control: engine.Pause}); err == nil {
		t.Error("the run goes on")
	}
}
