package virtual

import (
	"testing"
	"time"

	"duet/engine"
)

// TestDistributionIsThatOfTheSummary: it holds what the snapshot of the same moment
// counts, lies where that says, and asking for it changes nothing.
func TestDistributionIsThatOfTheSummary(t *testing.T) {
	run := start(at(t, `
load: {rate: 300/s}
handlers: [{name: work, service: {mean: 10ms}}]
lanes: [{model: message, workers: 4}, {model: event, publishers: 4}]
`, 25*time.Second), Options{})
	defer run.Close()
	if err := run.Apply(engine.Change{Control: engine.Pause}); err != nil {
		t.Fatal(err)
	}
	var snap engine.Snapshot
	var d engine.Distribution
	for lane := range 2 {
		run.Distribution(&d, lane)
		run.Snapshot(&snap)
		w := &snap.Lanes[lane].Recent
		if d.Count != w.Latency.Count || d.To != w.To || d.From < w.From-time.Second || d.From > w.From+time.Second {
			t.Fatalf("%d from %v to %v, and the summary is of %d from %v to %v", d.Count, d.From, d.To, w.Latency.Count, w.From, w.To)
		}
		var n int64
		var sum float64
		for i, b := range d.Buckets {
			if b.Count <= 0 || b.High < b.Low || i > 0 && b.Low <= d.Buckets[i-1].High {
				t.Fatalf("bucket %d is %+v after %+v", i, b, d.Buckets[max(i-1, 0)])
			}
			n += b.Count
			sum += float64(b.Count) * float64(b.Low+b.High) / 2
		}
		if mean := float64(w.Latency.Mean); n != d.Count || sum/float64(n) < 0.99*mean || sum/float64(n) > 1.01*mean {
			t.Errorf("%d in buckets, with a mean of %v; want %d and %v", n, time.Duration(sum/float64(n)), d.Count, w.Latency.Mean)
		}
	}
	run.Distribution(&d, 2)
	if d.Count != 0 || len(d.Buckets) != 0 {
		t.Errorf("a lane that is not there has %+v", d)
	}
	if n := testing.AllocsPerRun(10, func() { run.Distribution(&d, 0) }); n > 0 {
		t.Errorf("it allocates %v times", n)
	}
}
