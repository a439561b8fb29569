package diagnose_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/diagnose"
	"duet/engine/live"
)

// burning runs so many workers that burn CPU all the time, until they are called
// crowded or so much time has passed.
func burning(t *testing.T, workers int, long time.Duration) bool {
	t.Helper()
	r, err := live.New(scenarioOf(t, fmt.Sprintf(`{load: {rate: 10000/s}, handlers: [{name: thumb, work: cpu, service: {mean: 5ms}}],
		lanes: [{model: message, workers: %d}]}`, workers)), live.Options{Endless: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var now engine.Snapshot
	for begun := time.Now(); time.Since(begun) < long; time.Sleep(50 * ms) {
		r.Snapshot(&now)
		if slices.ContainsFunc(diagnose.Of(&now, nil), func(f diagnose.Finding) bool { return f.Kind == diagnose.Crowded && f.Lane == "" }) {
			return true
		}
	}
	return false
}

// Workers that burn real cores: three for each are too many, one for each is not.
func TestRealWorkersCrowdRealCores(t *testing.T) {
	cores := runtime.GOMAXPROCS(0)
	if !burning(t, 3*cores, 20*time.Second) {
		t.Errorf("%d workers on %d cores are not called crowded", 3*cores, cores)
	}
	if burning(t, cores, time.Second) {
		t.Errorf("%d workers on %d cores are called crowded", cores, cores)
	}
}
