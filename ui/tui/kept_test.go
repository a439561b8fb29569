package tui

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"duet/engine"
)

// However long a run is and whatever its state weighs: what is kept stays
// within its bounds, in order, and gets sparser with age only.
func TestKeptIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var k kept
		snap := engine.Snapshot{Lanes: []engine.LaneSnapshot{{Workers: make([]engine.WorkerSnapshot, rapid.IntRange(0, 20_000).Draw(t, "workers"))}}}
		for range rapid.IntRange(1, 400).Draw(t, "snapshots") {
			snap.At += time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms")) * time.Millisecond
			k.add(&snap)
		}
		size := 0
		for i, s := range k.list {
			size += weight(s)
			if i > 0 && s.At-k.list[i-1].At < keptEvery {
				t.Fatalf("%v and %v are both kept", k.list[i-1].At, s.At)
			}
		}
		if size != k.size || len(k.list) > 2 && (size > keptBytes || len(k.list) > keptCount) {
			t.Fatalf("%d snapshots of %d bytes, counted as %d", len(k.list), size, k.size)
		}
		if last := k.list[len(k.list)-1]; snap.At-last.At >= keptEvery {
			t.Fatalf("the latest is from %v, now is %v", last.At, snap.At)
		}
	})
}

func TestKeptOfAnHour(t *testing.T) {
	var k kept
	snap := engine.Snapshot{}
	for snap.At = 0; snap.At <= time.Hour; snap.At += time.Second {
		k.add(&snap)
	}
	for _, c := range []struct{ ago, within time.Duration }{
		{0, time.Second}, {30 * time.Second, 2 * time.Second}, {5 * time.Minute, 6 * time.Second}, {50 * time.Minute, 30 * time.Second},
	} {
		at := time.Hour - c.ago
		if got := k.at(at); got.At > at || at-got.At > c.within {
			t.Errorf("of %v ago the state %v before is kept, want %v at most", c.ago, at-got.At, c.within)
		}
	}
	k.forget(10 * time.Minute)
	if got := k.at(time.Hour); got.At > 10*time.Minute || got.At < 9*time.Minute {
		t.Errorf("gone back to 10 min, the latest is from %v", got.At)
	}
}
