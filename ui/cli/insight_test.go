package cli

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"regexp"
	"runtime/trace"
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/live"
)

// TestTraceIsWritten of a real run, beside its report.
func TestTraceIsWritten(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("an execution trace is being made")
	}
	inFolder(t, map[string]string{"tiny.yaml": strings.Replace(tiny, "1s", "50ms", 1)})
	s := newStage()
	s.newRun = func(scenario *engine.Scenario, o live.Options) (engine.Run, error) { return live.New(scenario, o) }
	if code := s.main(t.Context(), []string{"run", "tiny.yaml", "--set", "load.rate=500/s", "--trace", "trace.out"}); code != exitFine {
		t.Fatalf("exit code %d: %s", code, s.errs.String())
	}
	written, err := os.ReadFile("trace.out")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"go 1.", "message item", "event item", "wait for work", "publish"} {
		if !bytes.Contains(written, []byte(want)) {
			t.Errorf("no %q in %d bytes of trace", want, len(written))
		}
	}
	if trace.IsEnabled() {
		t.Error("the trace goes on")
	}
}

// TestProfilesAreServed while a run goes on, and no longer.
func TestProfilesAreServed(t *testing.T) {
	inFolder(t, folder)
	s := newStage()
	start, got, at := s.newRun, "", ""
	s.newRun = func(scenario *engine.Scenario, o live.Options) (engine.Run, error) {
		at = regexp.MustCompile(`http://\S+`).FindString(s.errs.String())
		resp, err := http.Get(at + "goroutine?debug=1") //nolint:noctx // a test
		if err != nil {
			t.Error(err)
			return start(scenario, o)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		got = string(text)
		return start(scenario, o)
	}
	if code := s.main(t.Context(), []string{"run", "tiny.yaml", "--pprof", "localhost:0", "--for", "10ms"}); code != exitFine {
		t.Fatalf("exit code %d: %s", code, s.errs.String())
	}
	if !strings.Contains(got, "TestProfilesAreServed") {
		t.Errorf("no profile of goroutines: %.200s", got)
	}
	if resp, err := http.Get(at); err == nil { //nolint:noctx // a test
		resp.Body.Close()
		t.Error("profiles are served after the run")
	}
}
