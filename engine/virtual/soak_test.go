package virtual

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

// soaked is a scenario with something of everything that has to be remembered.
const soaked = `
load: {rate: 60/s, payload: 100, timeout: 200ms, retry: {attempts: 3, backoff: {base: 50ms, jitter: full}}, classes: [{name: urgent, share: 20%}, {name: normal}]}
resources: [{name: db, slots: 2}]
handlers:
  - {name: h1, service: {mean: 5ms}, fail: 1%, needs: db}
  - {name: h2, service: {mean: 10ms}, idempotent: true}
lanes:
  - {model: message, workers: 4, ack: after, attempts: 3, backoff: {base: 20ms, jitter: full}, queue: {order: priority, visibility: 1s}}
  - {name: partitions, model: message, workers: 2, queue: {partitions: 4, when_full: drop_oldest}}
  - {model: event, publishers: 3}
  - {name: buffered, model: event, dispatch: buffered, queue: {when_full: drop_newest}}
`

// TestSoak simulates half an hour in which everything is changed and broken at random, again
// and again for a while, brought to rest, and then let alone for minutes: at rest every item
// is accounted for, and memory stays where it was, and in all below twice what checkpoints may take. With DUET_SOAK set it is
// four hours.
func TestSoak(t *testing.T) {
	hours := 30 * time.Minute / time.Duration(min(shorter, 6))
	if os.Getenv("DUET_SOAK") != "" {
		hours = 4 * time.Hour
	}
	m, err := newMachine(scenarioOf(t, soaked), true)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 7))
	kinds := []string{"set", "set", "set", "fault", "fault", "fault", "unlink"}
	var memory []uint64
	var snap engine.Snapshot
	for m.now < int64(hours) {
		for range 20 {
			d := deed{what: kinds[random.IntN(len(kinds))], n: random.IntN(10_000), m: random.IntN(10_000)}
			if c := d.change(m.scenario); !strings.Contains(c.Path, ".service.") || strings.HasSuffix(c.Path, ".mean") {
				_ = m.apply(c) // what is impossible must change nothing. Others would let a work take minutes, once in a million
			}
			for range 10 {
				m.halted = false
				m.advance(m.now + int64(random.IntN(200_000_000)))
			}
			m.fill(&snap)
			if err := checkBooks(m, &snap); err != nil {
				t.Fatalf("%.3000v", err)
			}
		}
		if err := drained(m); err != nil {
			t.Fatalf("%.3000v", err)
		}
		memory = append(memory, inUse())
		again := []engine.Change{{Path: "load.rate", Value: "60/s"}, {Path: "handlers.h1.service.mean", Value: "5ms"}, {Path: "handlers.h2.service.mean", Value: "10ms"}}
		for _, l := range m.scenario.Lanes {
			again = append(again, engine.Change{Path: "lanes." + l.Name + ".speed", Value: "1"})
		}
		for _, c := range again {
			if err := m.apply(c); err != nil {
				t.Fatal(err)
			}
		}
		m.advance(m.now + int64(4*time.Minute))
	}
	m.fill(&snap)
	n := len(memory)
	before, after := median(memory[n/4:n/2]), median(memory[n-n/4-1:])
	t.Logf("%d items in %v, %d times at rest with %d, then %d KB in use", snap.Offered, time.Duration(m.now), n, before>>10, after>>10)
	if shorter == 1 && 2*after > 3*before || after > 2*checkpointBytes {
		t.Errorf("%d KB are in use in the end, and %d in the second quarter", after>>10, before>>10)
	}
}

// median is the value in the middle: at times a checkpoint has a flood in it.
func median(values []uint64) uint64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// inUse is how much memory is in use.
func inUse() uint64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}
