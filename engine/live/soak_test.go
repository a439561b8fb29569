package live

import (
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"duet/engine"
)

// soaked is a scenario with something of everything that has to be remembered, and
// work that burns a core.
const soaked = `
load: {rate: 300/s, payload: 100, timeout: 200ms, retry: {attempts: 3, backoff: {base: 50ms, jitter: full}}, classes: [{name: urgent, share: 20%}, {name: normal}]}
resources: [{name: db, slots: 2}]
handlers:
  - {name: h1, service: {mean: 1ms}, fail: 1%, needs: db}
  - {name: h2, service: {mean: 500us}, work: cpu, idempotent: true}
lanes:
  - {model: message, workers: 4, ack: after, attempts: 3, backoff: {base: 5ms, jitter: full}, queue: {order: priority}}
  - {name: partitions, model: message, workers: 2, queue: {partitions: 4, when_full: drop_oldest}}
  - {model: event, publishers: 3}
  - {name: buffered, model: event, dispatch: buffered, queue: {when_full: drop_newest}}
`

// crowd has as many of everything at work for a while as a deed may ask for later on: what
// these leave behind, and whoever comes after them takes up, is in use before.
func crowd(r *rig) {
	r.t.Helper()
	before := r.scenario.Load()
	counts := slices.DeleteFunc(before.Params(), func(p engine.Param) bool { return p.Kind != engine.KindCount || p.Fixed })
	for _, p := range counts {
		_ = r.Apply(set(p.Path, "300")) // what is impossible changes nothing
	}
	r.do(set("load.rate", "5000/s"))
	time.Sleep(time.Second / 2)
	r.do(set("load.rate", "300/s"))
	for _, p := range slices.Backward(counts) { // no more workers than partitions, at any moment
		value, _ := before.Get(p.Path)
		r.do(set(p.Path, value))
	}
}

// TestSoak runs a scenario in which everything is changed and broken at random, again
// and again for a moment, brought to rest, and then flooded. At rest every item is
// accounted for, and memory and goroutines are not more than before. It goes on for a
// second or two, or after a crowd for as long as DUET_SOAK says, such as 30s.
func TestSoak(t *testing.T) {
	lasts, long := 1500*time.Millisecond, os.Getenv("DUET_SOAK")
	if long != "" {
		d, err := time.ParseDuration(long)
		if err != nil {
			t.Fatal(err)
		}
		lasts = d
	}
	outside := runtime.NumGoroutine()
	r := begin(t, soaked, Options{Endless: true})
	if long != "" {
		crowd(r)
	}
	random := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // not a secret
	kinds := []string{"set", "set", "set", "fault", "fault", "fault", "unlink", "pause", "resume", "step"}
	var memory, goroutines []uint64
	began := time.Now()
	for time.Since(began) < lasts || len(memory) < 6 {
		for range 10 {
			d := deed{what: kinds[random.IntN(len(kinds))], n: random.IntN(10_000), m: random.IntN(10_000)}
			if c := d.change(r.scenario.Load()); !strings.Contains(c.Path, ".service.") || strings.HasSuffix(c.Path, ".mean") {
				_ = r.Apply(c) // what is impossible must change nothing. Others would let a work take minutes, once in a million
			}
			time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
		}
		if err := drained(r.Run); err != nil {
			t.Fatalf("%.3000v", err)
		}
		memory, goroutines = append(memory, uint64(inUse())), append(goroutines, uint64(runtime.NumGoroutine()))
		for _, l := range r.scenario.Load().Lanes {
			r.do(set("lanes."+l.Name+".speed", "1"))
		}
		r.do(set("load.rate", "5000/s"), set("load.timeout", "200ms"))
		time.Sleep(50 * time.Millisecond)
		r.do(set("load.rate", "300/s"))
	}
	offered := r.look().Offered
	r.end()
	half := len(memory) / 2
	before, after := slices.Max(memory[:half]), slices.Max(memory[half:])
	t.Logf("%d items in %v, %d times at rest: up to %d, then %d KB in use, and %d, then %d goroutines",
		offered, time.Since(began).Round(time.Millisecond), len(memory), before>>10, after>>10, slices.Max(goroutines[:half]), slices.Max(goroutines[half:]))
	if after > before+before/4 {
		t.Errorf("%d KB are in use in the end, and %d in the first half", after>>10, before>>10)
	}
	for range 1000 { // some tell that they have ended before they have
		if runtime.NumGoroutine() <= outside {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine()-outside, slices.Max(goroutines))
}
