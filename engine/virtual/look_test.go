package virtual

import (
	"math"
	"slices"
	"testing"
	"time"

	"duet/engine"
)

// TestLooksAreAtTheirTimes: at each multiple of the step, whatever else looks,
// and the run is the same as if nobody did.
func TestLooksAreAtTheirTimes(t *testing.T) {
	s, err := engine.Decode("looked.yaml", []byte("duet: 1\nload: {rate: 500/s}\nduration: 10s\nhandlers: [{name: work, service: {mean: 3ms}}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	const every = 70 * time.Millisecond
	type seen struct {
		at   time.Duration
		done int64
	}
	watched := func(disturb bool) (looks []seen, last engine.Snapshot) {
		run, err := New(s, Options{Speed: math.Inf(1), Every: every, Look: func(snap *engine.Snapshot) {
			looks = append(looks, seen{snap.At, snap.Lanes[0].Ledger.Done})
		}})
		if err != nil {
			t.Fatal(err)
		}
		for over := false; !over; {
			select {
			case <-run.Done():
				over = true
			default:
				if disturb {
					run.Snapshot(&last)
				}
			}
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
		run.Snapshot(&last)
		return looks, last
	}
	looks, last := watched(false)
	again, _ := watched(true)
	if !slices.Equal(looks, again) {
		t.Errorf("%d looks and %d, not the same", len(looks), len(again))
	}
	if n := int(last.At / every); len(looks) < n-1 || len(looks) > n {
		t.Errorf("%d looks in %v", len(looks), last.At)
	}
	for i, l := range looks {
		if want := time.Duration(i+1) * every; l.at != want || i > 0 && l.done < looks[i-1].done {
			t.Fatalf("look %d is at %v, want %v; %d are done", i, l.at, want, l.done)
		}
	}
	run, err := New(s, Options{Speed: math.Inf(1)})
	if err != nil {
		t.Fatal(err)
	}
	<-run.Done()
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	var alone engine.Snapshot
	run.Snapshot(&alone)
	if a, b := alone.Lanes[0].Whole.Latency, last.Lanes[0].Whole.Latency; a.Mean != b.Mean || a.P99 != b.P99 || a.Count != b.Count {
		t.Errorf("unseen it is %+v, seen %+v", a, b)
	}
}
