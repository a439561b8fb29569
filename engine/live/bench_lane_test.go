package live

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/clock"
)

// The benchmarks of lanes run whole lanes in real time. Their figures are those
// of the machine at that moment: take the best of several runs on a calm one.

// BenchmarkPacing says how many items of those that were due were let go, how
// late, and what part of a core pacing and handling them took.
func BenchmarkPacing(b *testing.B) {
	for _, rate := range []int{100, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%d", rate), func(b *testing.B) {
			var snap engine.Snapshot
			var cpu, wall time.Duration
			for b.Loop() {
				c := clock.NewLane()
				before := processCPU()
				runThrough(b, fmt.Sprintf("{rate: %d/s, arrivals: constant}", rate), c, &snap)
				cpu, wall = cpu+processCPU()-before, wall+c.Wall()
			}
			w, l := &snap.Lanes[0].Whole, &snap.Lanes[0].Ledger
			b.ReportMetric(100*float64(l.Offered-l.Ended())/float64(l.Offered), "%missing")
			b.ReportMetric(float64(w.Lateness.P50)/1e3, "us-late-p50")
			b.ReportMetric(float64(w.Lateness.P99)/1e3, "us-late-p99")
			b.ReportMetric(100*float64(cpu)/float64(wall), "%cpu")
		})
	}
}

// BenchmarkLaneLatency says how long items take through a queue and four workers
// without work.
func BenchmarkLaneLatency(b *testing.B) {
	for _, rate := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%d", rate), func(b *testing.B) {
			var snap engine.Snapshot
			for b.Loop() {
				runThrough(b, fmt.Sprintf("{rate: %d/s}", rate), clock.NewLane(), &snap)
			}
			latency := &snap.Lanes[0].Whole.Latency
			b.ReportMetric(float64(latency.P50)/1e3, "us-p50")
			b.ReportMetric(float64(latency.P99)/1e3, "us-p99")
		})
	}
}

// runThrough runs a message lane without work for two seconds, and takes its
// snapshot as soon as nothing arrives any more.
func runThrough(b *testing.B, load string, c *clock.Lane, snap *engine.Snapshot) {
	r := begin(b, `
duration: 2s
drain: 0s
warmup: 200ms
load: `+load+`
handlers: [{name: work, service: {dist: constant, mean: 0s}}]
lanes: [{model: message, workers: 4, queue: {capacity: 1024}}]
`, Options{Clock: c})
	<-r.Done()
	r.Snapshot(snap)
	r.end()
}

// BenchmarkCapacity says what part of the items that workers could handle by
// their service time they missed, with a queue that is never empty, nor full: then
// the sender would be woken for every item.
func BenchmarkCapacity(b *testing.B) {
	for _, workers := range []int{8, 64} {
		for _, service := range []time.Duration{100 * time.Microsecond, time.Millisecond, 10 * time.Millisecond} {
			b.Run(fmt.Sprintf("%d/%v", workers, service), func(b *testing.B) {
				var snap engine.Snapshot
				for b.Loop() {
					r := begin(b, fmt.Sprintf(`
duration: 3s
drain: 0s
warmup: 1s
load: {rate: %d/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: %v}}]
lanes: [{model: message, workers: %d, queue: {capacity: 1000000}}]
`, int(1.5*float64(workers)/service.Seconds()), service, workers), Options{})
					<-r.Done()
					r.Snapshot(&snap)
					r.end()
				}
				possible := float64(workers) / service.Seconds()
				b.ReportMetric(100*(1-snap.Lanes[0].Whole.Throughput/possible), "%missed")
			})
		}
	}
}

// BenchmarkSnapshot looks at two lanes of eight workers each, at work.
func BenchmarkSnapshot(b *testing.B) {
	r := begin(b, `
load: {rate: 1000/s}
handlers: [{name: work, service: {mean: 5ms}}]
lanes: [{model: message, workers: 8}, {model: event, publishers: 8}]
`, Options{Endless: true})
	defer r.end()
	time.Sleep(500 * time.Millisecond)
	r.look()
	b.ReportAllocs()
	for b.Loop() {
		r.look()
	}
}

// BenchmarkIdleWorkers says how much memory ten thousand workers take that have
// nothing to do, and how much a run of two lanes without them.
func BenchmarkIdleWorkers(b *testing.B) {
	held := func(workers int) (bytes float64) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r := begin(b, fmt.Sprintf(`
load: {rate: 100/s}
handlers: [{name: work, service: {mean: 1ms}}]
lanes: [{model: message, workers: %d}, {model: event}]
`, workers), Options{Endless: true})
		time.Sleep(500 * time.Millisecond)
		runtime.GC()
		runtime.ReadMemStats(&after)
		r.end()
		return float64(after.HeapAlloc+after.StackInuse) - float64(before.HeapAlloc+before.StackInuse)
	}
	var few, many float64
	for b.Loop() {
		few, many = held(4), held(10_000)
	}
	b.ReportMetric((many-few)/10_000/1024, "KB/worker")
	b.ReportMetric(few/(1<<20), "MB/run")
}
