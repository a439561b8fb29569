package virtual

import (
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestACheckpointWeighsWhatItTakes holds the weight of checkpoints against what is
// allocated for them.
func TestACheckpointWeighsWhatItTakes(t *testing.T) {
	for _, load := range []string{"60/s", "600/s"} { // the second floods it
		m, err := newMachine(scenarioOf(t, replaced(`
load: {rate: %, classes: [{name: urgent, share: 20%}, {name: normal}]}
handlers: [{name: h1, service: {mean: 5ms}}, {name: h2, service: {mean: 10ms}}]
lanes: [{model: message, workers: 4, queue: {capacity: 100000}}, {model: event, publishers: 3}]
`, load)), true)
		if err != nil {
			t.Fatal(err)
		}
		m.advance(int64(time.Minute))
		took := func() uint64 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m.save()
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		least := took()
		for range 10 { // others may allocate besides
			least = min(least, took())
		}
		bytes := m.save().bytes
		t.Logf("at %s %d bytes, %d allocated", load, bytes, least)
		if x := float64(bytes) / float64(least); x < 0.8 || x > 1.1 {
			t.Errorf("at %s a checkpoint weighs %d bytes, but %d were allocated", load, bytes, least)
		}
	}
}

// TestCheckpointsStayWithinTheirLimit: whatever they take, all but two fit in it, these
// are the first and the latest, and what was kept lies the further apart the older it is.
func TestCheckpointsStayWithinTheirLimit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.Int64Range(0, 2000).Draw(rt, "limit")
		var c checkpoints
		n := rapid.IntRange(1, 300).Draw(rt, "n")
		sizes := rapid.SliceOfN(rapid.Int64Range(1, 100), n, n).Draw(rt, "sizes")
		for i, bytes := range sizes {
			c.all = append(c.all, &checkpoint{at: int64(i), bytes: bytes})
			c.shed(limit)
			if c.between() > limit || c.all[0].at != 0 || c.all[len(c.all)-1].at != int64(i) {
				rt.Fatalf("after %d with a limit of %d: %d bytes between %d and %d", i, limit, c.between(), c.all[0].at, c.all[len(c.all)-1].at)
			}
		}
		if limit < 1000 || n < 100 {
			return
		}
		now := int64(n - 1)
		for i := 1; i < len(c.all); i++ {
			if gap, age := c.all[i].at-c.all[i-1].at, now-c.all[i-1].at; gap > 2 && 2*gap > age && c.all[i-1].at > 0 {
				rt.Errorf("nothing is kept between %d and %d, at %d", c.all[i-1].at, c.all[i].at, now)
			}
		}
	})
}
