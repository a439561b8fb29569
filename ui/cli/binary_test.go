package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// workshop is where duet is built.
var workshop string

func TestMain(m *testing.M) {
	var err error
	if workshop, err = os.MkdirTemp("", "duet"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(workshop)
	os.Exit(code)
}

// built builds duet as a person would, once for all tests.
func built(t *testing.T) string {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

var build = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(workshop, "duet")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "duet").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return binary, err
})

// TestTheRealThing runs a scenario for a second, and interrupts another run.
func TestTheRealThing(t *testing.T) {
	t.Parallel()
	binary := built(t)
	folder := folderOf(t, map[string]string{"small.yaml": `
duet: 1
load: {rate: 200/s}
duration: 1s
handlers: [{name: work, service: {mean: 1ms}}]
expect: [message.offered == event.offered, message.done + event.done == message.offered + event.offered]
`})
	t.Run("whole", func(t *testing.T) {
		t.Parallel()
		var errs bytes.Buffer
		cmd := exec.CommandContext(t.Context(), binary, "run", "small.yaml", "--format", "json")
		cmd.Dir = folder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, errs.String())
		}
		r := decoded(t, out)
		if len(r.Lanes) != 2 || len(r.Expect) != 2 || r.Seconds < 1 {
			t.Fatalf("%d lanes, %d claims, %v s", len(r.Lanes), len(r.Expect), r.Seconds)
		}
		for _, l := range r.Lanes {
			if l.Offered < 100 || l.Done != l.Offered || l.Balance != 0 || !l.AtRest || l.Latency.Count != l.Done {
				t.Errorf("%s: offered %d, done %d, off by %d, at rest: %v, %d latencies", l.Name, l.Offered, l.Done, l.Balance, l.AtRest, l.Latency.Count)
			}
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		if runtime.GOOS == "windows" {
			return // where no process can interrupt just one other
		}
		t.Parallel()
		var out, errs bytes.Buffer
		cmd := exec.CommandContext(t.Context(), binary, "run", "small.yaml", "--format", "json", "--for", "1h")
		cmd.Dir = folder
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		var ended *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() != exitInterrupted {
			t.Errorf("it ends with %v, want exit code %d: %s", err, exitInterrupted, errs.String())
		}
		if r := decoded(t, out.Bytes()); len(r.Cases) != 1 || !r.Cases[0].Interrupted || r.Lanes[0].Offered == 0 {
			t.Errorf("%+v, want what was measured until then", r.Cases)
		}
	})
	t.Run("without a broker", func(t *testing.T) {
		var errs strings.Builder
		cmd := exec.CommandContext(t.Context(), binary, "broker", "clean", "nats://me:secret@127.0.0.1:1")
		cmd.Stderr = &errs
		var ended *exec.ExitError
		if err := cmd.Run(); !errors.As(err, &ended) || ended.ExitCode() != exitRun {
			t.Errorf("it ends with %v, want exit code %d", err, exitRun)
		}
		if text := errs.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "127.0.0.1:1") || strings.Contains(text, "secret") {
			t.Errorf("it says %q", text)
		}
	})
}
